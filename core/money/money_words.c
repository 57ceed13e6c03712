#include "core/money/money.h"

#include <string.h>

/* The names of numbers below a hundred, in both languages, and of the Indian powers above it. */
static const char *const english_small[] = {
    "zero", "one",    "two",    "three",    "four",     "five",    "six",     "seven",     "eight",    "nine",
    "ten",  "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
};
static const char *const english_tens[] = {
    [2] = "twenty", [3] = "thirty",  [4] = "forty",  [5] = "fifty",
    [6] = "sixty",  [7] = "seventy", [8] = "eighty", [9] = "ninety",
};

/* Hindi has a word of its own for every number below a hundred. Source: standard Hindi number words. */
/* clang-format off */
static const char *const hindi_small[] = {
	"शून्य", "एक", "दो", "तीन", "चार", "पाँच", "छह", "सात", "आठ", "नौ",
	"दस", "ग्यारह", "बारह", "तेरह", "चौदह", "पंद्रह", "सोलह", "सत्रह", "अठारह", "उन्नीस",
	"बीस", "इक्कीस", "बाईस", "तेईस", "चौबीस", "पच्चीस", "छब्बीस", "सत्ताईस", "अट्ठाईस", "उनतीस",
	"तीस", "इकतीस", "बत्तीस", "तैंतीस", "चौंतीस", "पैंतीस", "छत्तीस", "सैंतीस", "अड़तीस", "उनतालीस",
	"चालीस", "इकतालीस", "बयालीस", "तैंतालीस", "चवालीस", "पैंतालीस", "छियालीस", "सैंतालीस", "अड़तालीस", "उनचास",
	"पचास", "इक्यावन", "बावन", "तिरपन", "चौवन", "पचपन", "छप्पन", "सत्तावन", "अट्ठावन", "उनसठ",
	"साठ", "इकसठ", "बासठ", "तिरसठ", "चौंसठ", "पैंसठ", "छियासठ", "सड़सठ", "अड़सठ", "उनहत्तर",
	"सत्तर", "इकहत्तर", "बहत्तर", "तिहत्तर", "चौहत्तर", "पचहत्तर", "छिहत्तर", "सतहत्तर", "अठहत्तर", "उन्यासी",
	"अस्सी", "इक्यासी", "बयासी", "तिरासी", "चौरासी", "पचासी", "छियासी", "सत्तासी", "अट्ठासी", "नवासी",
	"नब्बे", "इक्यानवे", "बानवे", "तिरानवे", "चौरानवे", "पचानवे", "छियानवे", "सत्तानवे", "अट्ठानवे", "निन्यानवे",
};
/* clang-format on */

static const struct {
	uint64_t value;
	const char *name[BT_LANG_COUNT];
} powers[] = {
    {10000000, {"crore", "करोड़"}},
    {100000, {"lakh", "लाख"}},
    {1000, {"thousand", "हज़ार"}},
    {100, {"hundred", "सौ"}},
};
#define POWERS (sizeof(powers) / sizeof(powers[0]))

static const char *const minus[BT_LANG_COUNT] = {"minus", "ऋण"};
static const char *const joins[BT_LANG_COUNT] = {"and", "और"};
/* One of them, more of them. */
static const char *const rupee_names[BT_LANG_COUNT][2] = {{"rupee", "rupees"}, {"रुपया", "रुपये"}};
static const char *const paisa_names[BT_LANG_COUNT][2] = {{"paisa", "paise"}, {"पैसा", "पैसे"}};

/* A sentence that grows word by word and remembers that one did not fit. */
struct sentence {
	char *out;
	size_t cap, used;
	enum bt_lang lang;
	enum bt_err err;
};

static void put_word(struct sentence *s, const char *word)
{
	size_t gap = s->used == 0 ? 0 : 1;
	size_t len = strlen(word);
	if (s->err != BT_OK || s->used + gap + len >= s->cap) {
		s->err = BT_EFULL;
		return;
	}
	if (gap != 0) {
		s->out[s->used++] = ' ';
	}
	memcpy(s->out + s->used, word, len + 1);
	s->used += len;
}

static void put_below_hundred(struct sentence *s, unsigned n)
{
	if (s->lang == BT_LANG_HI) {
		put_word(s, hindi_small[n]);
		return;
	}
	if (n < 20) {
		put_word(s, english_small[n]);
		return;
	}
	put_word(s, english_tens[n / 10]);
	if (n % 10 != 0) {
		put_word(s, english_small[n % 10]);
	}
}

/* What stands before a power is itself below a hundred, but for crores, which may need all of this again; the depth is
 * at most three for any 64-bit number. */
static void put_number(struct sentence *s, uint64_t n)
{
	if (n < 100) {
		put_below_hundred(s, (unsigned)n);
		return;
	}
	for (size_t i = 0; i < POWERS; i++) {
		uint64_t many = n / powers[i].value;
		if (many == 0) {
			continue;
		}
		put_number(s, many);
		put_word(s, powers[i].name[s->lang]);
		n %= powers[i].value;
	}
	if (n > 0) {
		put_below_hundred(s, (unsigned)n);
	}
}

enum bt_err bt_money_words(bt_paise paise, enum bt_lang lang, char *out, size_t cap)
{
	if (cap == 0) {
		return BT_EFULL;
	}
	struct sentence s = {.out = out, .cap = cap, .lang = lang, .err = BT_OK};
	uint64_t magnitude = paise < 0 ? UINT64_C(0) - (uint64_t)paise : (uint64_t)paise;
	uint64_t rupees = magnitude / BT_PAISE_PER_RUPEE;
	uint64_t rest = magnitude % BT_PAISE_PER_RUPEE;
	out[0] = '\0';
	if (paise < 0) {
		put_word(&s, minus[lang]);
	}
	if (rupees > 0 || rest == 0) {
		put_number(&s, rupees);
		put_word(&s, rupee_names[lang][rupees == 1 ? 0 : 1]);
	}
	if (rest > 0) {
		if (rupees > 0) {
			put_word(&s, joins[lang]);
		}
		put_number(&s, rest);
		put_word(&s, paisa_names[lang][rest == 1 ? 0 : 1]);
	}
	return s.err;
}
