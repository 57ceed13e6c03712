/* Names as they are written in Bihar: each is found by each of its usual spellings, in either script, whichever one the
 * utility holds.
 *
 * rooms: core/directory core/base core/money
 * The names are common ones of the state; the spellings are those of voters' lists, bills and bank books. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/directory/directory.h"

#define SPELLINGS 5

static const char *const names[][SPELLINGS] = {
    {"रमेश कुमार सिंह", "Ramesh Kumar Singh", "Ramesh Kr Singh", "Ramesh Kumar Sinh"},
    {"मोहम्मद इरफ़ान", "Mohammad Irfan", "Md. Irfan", "Mohd Irfan", "मो. इरफ़ान"},
    {"सुनीता देवी", "Sunita Devi", "Suneeta Devi", "Sunita Debi"},
    {"शत्रुघ्न प्रसाद", "Shatrughan Prasad", "Shatrughna Prasad", "Satrughan Prasad"},
    {"राजेन्द्र यादव", "Rajendra Yadav", "Rajinder Yadav", "राजेंद्र यादव"},
    {"वीरेंद्र पासवान", "Virendra Paswan", "Birendra Paswan", "Veerendra Paswan", "बीरेन्द्र पासवान"},
    {"लक्ष्मी देवी", "Laxmi Devi", "Lakshmi Devi", "Lakshami Devi"},
    {"ज्ञानेश्वर झा", "Gyaneshwar Jha", "Gyaneswar Jha", "Gyanesvar Jha"},
    {"विश्वनाथ मिश्र", "Vishwanath Mishra", "Bishwanath Mishra", "Vishwanath Misra", "विश्वनाथ मिश्रा"},
    {"कौशल्या देवी", "Kaushalya Devi", "Kaushlya Devi", "Koshalya Devi"},
    {"चंद्रशेखर सिन्हा", "Chandrashekhar Sinha", "Chandra Shekhar Sinha", "Chandrasekhar Sinha", "चन्द्रशेखर सिन्हा"},
    {"फूलमती देवी", "Phoolmati Devi", "Phulmati Devi", "Fulmati Devi"},
    {"अवधेश महतो", "Awadhesh Mahto", "Avdhesh Mahto", "Awdhesh Mahato"},
    {"जगदीश चौधरी", "Jagdish Chaudhary", "Jagdeesh Choudhary", "Jagadish Chowdhury", "Jagdish Chaudhri"},
    {"उपेन्द्र शर्मा", "Upendra Sharma", "Upender Sharma", "उपेंद्र शर्मा"},
    {"कृष्णा राय", "Krishna Rai", "Krishna Ray", "कृष्ण राय"},
    {"रुक्मिणी कुमारी", "Rukmini Kumari", "Rukmani Kumari"},
    {"शकुंतला देवी", "Shakuntala Devi", "Shakuntla Devi", "Sakuntala Devi"},
    {"धर्मेंद्र पांडेय", "Dharmendra Pandey", "Dharmender Pandey", "Dharmendra Pandeya", "धर्मेन्द्र पाण्डेय"},
    {"अजय ठाकुर", "Ajay Thakur", "Ajai Thakur"},
    {"संजय गुप्ता", "Sanjay Gupta", "Sanjai Gupta"},
    {"शबनम ख़ातून", "Shabnam Khatoon", "Shabnam Khatun", "शबनम खातून"},
    {"मुश्ताक़ अंसारी", "Mushtaq Ansari", "Mustak Ansari", "Mushtak Ansari"},
    {"ज़ुबैदा बेगम", "Zubaida Begum", "Jubaida Begam", "Zubeda Begum"},
    {"इम्तियाज़ अहमद", "Imtiyaz Ahmad", "Imtiaz Ahmed", "Imteyaz Ahmad"},
    {"हुसैन आलम", "Hussain Alam", "Husain Alam", "Hossain Alam"},
    {"राधे श्याम साह", "Radhe Shyam Sah", "Radhe Shyam Shah", "Radhey Shyam Sah"},
    {"भगवान मांझी", "Bhagwan Manjhi", "Bhagvan Manjhi", "भगवान माँझी"},
    {"गायत्री देवी", "Gayatri Devi", "Gaytri Devi", "Gayatree Devi"},
    {"नंदकिशोर प्रसाद", "Nandkishor Prasad", "Nand Kishore Prasad", "Nandkishore Prasad", "नन्दकिशोर प्रसाद"},
    {"त्रिवेणी साव", "Triveni Sao", "Tribeni Sao", "Triveni Saw", "Triveni Shaw"},
    {"सीता राम", "Sita Ram", "Seeta Ram", "Sitaram"},
    {"मुन्नी देवी", "Munni Devi", "Muni Devi", "Munny Devi"},
    {"बिंदेश्वरी मंडल", "Bindeshwari Mandal", "Vindeshwari Mandal", "Bindeshwari Mondal", "बिन्देश्वरी मण्डल"},
    {"दिलीप उपाध्याय", "Dilip Upadhyay", "Dileep Upadhyaya", "Deelip Upadhyay"},
};
#define NAMES ((int)(sizeof names / sizeof *names))

struct world {
	char dir[48], path[80];
	struct bt_directory *directory;
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	assert_non_null(w);
	snprintf(w->dir, sizeof w->dir, "/tmp/batti-names-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->path, sizeof w->path, "%s/directory.db", w->dir);
	assert_int_equal(bt_directory_open(w->path, &w->directory, NULL), BT_OK);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	static const char *const endings[] = {"", "-wal", "-shm"};
	struct world *w = *state;
	bt_directory_close(w->directory);
	for (size_t i = 0; i < 3; i++) {
		char name[96];
		snprintf(name, sizeof name, "%s%s", w->path, endings[i]);
		(void)unlink(name);
	}
	(void)rmdir(w->dir);
	free(w);
	return 0;
}

/* Everybody is in the list under one spelling alone, in its own script: number 1000000000nn is name nn. */
static void fill(struct world *w, int spelling)
{
	for (int i = 0; i < NAMES; i++) {
		const char *name = names[i][spelling] ? names[i][spelling] : names[i][0];
		struct bt_consumer c = {.category = "DS-II", .kind = BT_KIND_STS_UNITS};
		assert_int_equal(bt_text_printf(c.number, sizeof c.number, "1000000000%02d", i), BT_OK);
		bool is_latin = (unsigned char)name[0] < 0x80;
		assert_int_equal(bt_text_copy(is_latin ? c.name.en : c.name.hi, sizeof c.name.en, name), BT_OK);
		assert_int_equal(bt_directory_put(w->directory, &c, NULL), BT_OK);
	}
}

static bool finds(struct world *w, const char *typed, int wanted)
{
	struct bt_consumer rows[64];
	int count = 0;
	bool more = false;
	char number[16];
	assert_int_equal(bt_text_printf(number, sizeof number, "1000000000%02d", wanted), BT_OK);
	assert_int_equal(bt_directory_search(w->directory, typed, 64, rows, &count, &more), BT_OK);
	for (int i = 0; i < count; i++) {
		if (strcmp(rows[i].number, number) == 0)
			return true;
	}
	return false;
}

/* Whatever is held, whatever is typed. */
static void every_spelling_finds_every_other(void **state)
{
	struct world *w = *state;
	int missed = 0, tried = 0;
	for (int held = 0; held < SPELLINGS; held++) {
		fill(w, held);
		for (int i = 0; i < NAMES; i++) {
			for (int typed = 0; typed < SPELLINGS && names[i][typed]; typed++, tried++) {
				if (finds(w, names[i][typed], i))
					continue;
				print_error("held \"%s\", typed \"%s\"\n",
					    names[i][held] ? names[i][held] : names[i][0], names[i][typed]);
				missed++;
			}
		}
	}
	print_message("%d of %d found\n", tried - missed, tried);
	assert_int_equal(missed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(every_spelling_finds_every_other, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
