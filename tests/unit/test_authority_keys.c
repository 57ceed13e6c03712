/* PROTOCOL T2 on every key driver: the same sale makes the same 20 digits whether the meter's key was sealed in the
 * list, derived in a PKCS#11 module, or made by the head-end's own codec.
 * rooms: core/authority core/hsm core/sts core/directory core/base core/sandbox
 * Known answers: class 0 rows of tests/vectors (its README says whose). */
#include "core/authority/key_driver.h"

#include "core/base/crypto.h"
#include "core/hsm/hsm.h"
#include "core/sandbox/token.h"
#include "core/sts/token.h"
#include "tests/unit/hsm_fixture.h"
#include "tests/unit/sts_rows.h"

#define ROWS_MAX 128

static const uint8_t vault_key[32] = {9, 8, 7, 6, 5, 4, 3, 2, 1};

/** One sale of a row of the vectors, in the words of both sides. */
struct sale {
	char name[32], known[21], pan[19], label[BT_HSM_LABEL_CAP];
	struct bt_sealed_key key; /* identity; sealed and check value are filled from the head-end's codec */
	struct bt_sbx_meter_id meter;
	struct bt_sbx_vending vending;
	size_t vending_len;
	struct bt_sts_token token;
};

static void read_identity(const struct sts_row *row, struct sale *out)
{
	struct bt_sealed_key *key = &out->key;

	*key = (struct bt_sealed_key){.present = true,
				      .krn = (uint8_t)sts_row_number(row, STS_KRN),
				      .kt = (uint8_t)sts_row_number(row, STS_KT),
				      .ken = (uint8_t)sts_row_number(row, STS_KEN),
				      .base = (uint16_t)sts_row_number(row, STS_BASE)};
	assert_int_equal(bt_text_copy(key->sgc, sizeof key->sgc, row->field[STS_SGC]), BT_OK);
	assert_int_equal(bt_text_copy(key->ea, sizeof key->ea, row->field[STS_EA]), BT_OK);
	assert_int_equal(bt_text_copy(key->dkga, sizeof key->dkga, row->field[STS_DKGA]), BT_OK);
	assert_int_equal(bt_text_printf(key->ti, sizeof key->ti, "%02lu", sts_row_number(row, STS_TI)), BT_OK);
	assert_int_equal(bt_sts_pan_of_drn(row->field[STS_DRN], out->pan), BT_OK);
	out->meter = (struct bt_sbx_meter_id){.krn = key->krn, .kt = key->kt, .base = key->base, .ken = key->ken};
	memcpy(out->meter.pan, out->pan, sizeof out->meter.pan);
	memcpy(out->meter.sgc, key->sgc, sizeof out->meter.sgc);
	memcpy(out->meter.ti, key->ti, sizeof out->meter.ti);
	memcpy(out->meter.ea, key->ea, sizeof out->meter.ea);
	memcpy(out->meter.dkga, key->dkga, sizeof out->meter.dkga);
}

static void read_sale(const struct sts_row *row, struct sale *out)
{
	struct bt_sts_key_id id;

	*out = (struct sale){.vending_len = strlen(row->field[STS_VENDING_KEY]) / 2};
	assert_int_equal(bt_text_copy(out->name, sizeof out->name, row->field[STS_CASE]), BT_OK);
	assert_int_equal(bt_text_copy(out->known, sizeof out->known, row->field[STS_TOKEN]), BT_OK);
	read_identity(row, out);
	sts_row_bytes(row->field[STS_VENDING_KEY], out->vending_len == 8 ? out->vending.des : out->vending.wide,
		      out->vending_len);
	out->token.subclass = (uint8_t)sts_row_number(row, STS_SUBCLASS);
	out->token.value = sts_row_tenths(row);
	out->token.rnd = (uint8_t)sts_row_number(row, STS_RND);
	out->token.tid = sts_row_tid(row);
	id = bt_sealed_key_id(&out->key);
	assert_int_equal(bt_hsm_label(&id, out->label), BT_OK);
}

/* Class 0 under a unique key, as a counter sells it. */
static bool is_sale(const struct sts_row *row)
{
	return sts_row_number(row, STS_CLASS) == 0 && sts_row_number(row, STS_KT) == 2;
}

static int read_sales(const char *path, struct sale *sales, int count)
{
	FILE *file = fopen(path, "r");
	struct sts_row row;

	assert_non_null(file);
	while (sts_row_next(file, &row)) {
		if (!is_sale(&row))
			continue;
		assert_true(count < ROWS_MAX);
		read_sale(&row, &sales[count++]);
	}
	fclose(file);
	return count;
}

/* ---- the three makers ---- */

static void make_at_head_end(struct sale *sale, char out[21])
{
	struct bt_sbx_key key;
	char aad[160];

	assert_true(bt_sbx_decoder_key(&sale->vending, &sale->meter, &key));
	assert_true(bt_sbx_kcv(&key, sale->key.kcv));
	assert_true(bt_sbx_token_make(&key, sale->token.subclass, sale->token.rnd, sale->token.tid,
				      (int64_t)sale->token.value, out));
	/* What the list carries: the words are the wire contract's. */
	snprintf(aad, sizeof aad, "batti-key-v1|%s|%s|%d|%d|%s|%s|%s|%d|%d|0|0|%s", sale->pan, sale->key.sgc,
		 sale->key.krn, sale->key.kt, sale->key.ti, sale->key.ea, sale->key.dkga, sale->key.base, sale->key.ken,
		 sale->key.kcv);
	memset(sale->key.sealed, 5, BT_GCM_NONCE_LEN);
	assert_int_equal(bt_gcm_seal(BT_BYTES(vault_key), sale->key.sealed, bt_bytes_of(aad),
				     (struct bt_bytes){key.bytes, key.len}, sale->key.sealed + BT_GCM_NONCE_LEN,
				     sale->key.sealed + BT_GCM_NONCE_LEN + key.len),
			 BT_OK);
}

static void make_by(const struct bt_keys *keys, const struct sale *sale, char out[21])
{
	struct bt_sts_schedule schedule;
	struct bt_fault fault = {0};

	if (bt_keys_schedule(keys, sale->pan, &sale->key, &schedule, &fault) != BT_OK)
		fail_msg("%s, driver %s: %s", sale->name, keys->driver->id, fault.what);
	assert_int_equal(bt_sts_token_encode(&schedule, &sale->token, out), BT_OK);
	bt_sts_schedule_wipe(&schedule);
}

/* ---- one token and one vault for all ---- */

static struct hsm_token the_token;
static struct sale all[ROWS_MAX];
static int sale_count;

static int make_world(void **state)
{
	(void)state;
	sale_count = read_sales(STS_ROWS_EA11, all, 0);
	sale_count = read_sales(STS_ROWS_EA07, all, sale_count);
	hsm_make_token(&the_token);
	hsm_log_in(&the_token);
	for (int i = 0; i < sale_count; i++) {
		bool before = false;

		for (int j = 0; j < i; j++)
			before |= strcmp(all[i].label, all[j].label) == 0;
		if (!before)
			hsm_import_vending(&the_token, all[i].label,
					   all[i].vending_len == 8 ? all[i].vending.des : all[i].vending.wide,
					   all[i].vending_len);
	}
	hsm_log_out(&the_token);
	return 0;
}

static int end_world(void **state)
{
	(void)state;
	hsm_remove_token(&the_token);
	return 0;
}

static struct bt_keys open_module(const struct bt_sta *sta)
{
	struct bt_keys keys = {.driver = bt_key_driver_find("module"), .sta = sta};
	struct bt_key_terms terms = {.uri = HSM_URI};
	struct bt_fault fault = {0};

	if (keys.driver->unlock(&terms, bt_bytes_of(HSM_PIN), &keys.self, &fault) != BT_OK)
		fail_msg("%s", fault.what);
	return keys;
}

static void authority_keys_every_driver_makes_the_same_digits(void **state)
{
	struct bt_vault vault = {0};
	struct bt_sta sta;
	struct bt_keys sealed = {.driver = bt_key_driver_find("sealed"), .self = &vault, .sta = &sta}, module;
	int pairs[3] = {0};

	(void)state;
	bt_sta_init(&sta, &bt_sta_sample);
	assert_int_equal(bt_secret_make(&vault.key, sizeof vault_key), BT_OK);
	memcpy(vault.key.data, vault_key, sizeof vault_key);
	module = open_module(&sta);
	for (int i = 0; i < sale_count; i++) {
		struct sale *sale = &all[i];
		char head_end[21], by_seal[21], by_module[21];

		make_at_head_end(sale, head_end);
		make_by(&sealed, sale, by_seal);
		make_by(&module, sale, by_module);
		assert_string_equal(head_end, sale->known);
		assert_string_equal(by_seal, sale->known);
		assert_string_equal(by_module, sale->known);
		pairs[strcmp(sale->key.ea, "11") == 0 ? 2 : strcmp(sale->key.dkga, "04") == 0]++;
	}
	print_message("EA07/DKGA02 %d, EA07/DKGA04 %d, EA11/DKGA04 %d sales, each by three makers\n", pairs[0],
		      pairs[1], pairs[2]);
	assert_true(pairs[0] >= 5 && pairs[1] >= 5 && pairs[2] >= 5);
	module.driver->lock(module.self);
	bt_vault_seal(&vault);
}

/* The list says which key it means; a module that holds another one under that identity makes no token. */
static void authority_keys_module_with_another_key(void **state)
{
	struct bt_keys module = open_module(NULL);
	struct sale *sale = &all[0];
	struct bt_sealed_key other;
	struct bt_sts_schedule schedule;
	struct bt_fault fault = {0};
	char token[21];

	(void)state;
	assert_string_equal(sale->key.ea, "11");
	make_at_head_end(sale, token);
	other = sale->key;
	other.kcv[0] = other.kcv[0] == 'A' ? 'B' : 'A';
	assert_int_equal(bt_keys_schedule(&module, sale->pan, &other, &schedule, &fault), BT_EAUTH);
	other = sale->key;
	other.krn = other.krn == 1 ? 2 : 1;
	assert_int_equal(bt_keys_schedule(&module, sale->pan, &other, &schedule, &fault), BT_ENOTFOUND);
	assert_non_null(strstr(fault.what, "holds no vending key"));
	make_by(&module, sale, token);
	assert_string_equal(token, sale->known);
	module.driver->lock(module.self);
	module.self = NULL;
	assert_int_equal(bt_keys_schedule(&module, sale->pan, &sale->key, &schedule, &fault), BT_ESEALED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(authority_keys_every_driver_makes_the_same_digits),
	    cmocka_unit_test(authority_keys_module_with_another_key),
	};
	struct bt_fault fault;

	if (bt_secret_process_init(&fault) != BT_OK)
		return 1;
	return cmocka_run_group_tests_name("authority_keys", tests, make_world, end_world);
}
