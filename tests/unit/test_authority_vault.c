/* The vault: what it opens, and that one flipped bit anywhere opens nothing.
 * rooms: core/authority core/base
 * Check value of the key 00112233445566778899AABBCCDDEEFF: MISTY1 of eight zero bytes, by Botan 2. The seal is made
 * here from the wire contract's own words. The EA07 key and its token are a row of the sample-table vectors. */
#include "core/authority/key_driver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/key_fixture.h"

#define PAN        "600727047400152987"
#define OTHER_PAN  "600727047400152995"
#define IDENTITY   "|123457|1|2|01|11|04|2014|255|3|1795000000000|061D8F"
#define GOOD_UNTIL INT64_C(1795000000000)

static const uint8_t vault_key[32] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
static const uint8_t meter_key[16] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
				      0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
static const uint8_t nonce[12] = {9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 1, 2};

static struct bt_sealed_key make_sealed(const char *aad)
{
	struct bt_sealed_key sealed = {.present = true, KEY_FIXTURE, .version = 3, .good_until_ms = GOOD_UNTIL};

	memcpy(sealed.sealed, nonce, sizeof nonce);
	assert_int_equal(bt_gcm_seal(BT_BYTES(vault_key), nonce, bt_bytes_of(aad), BT_BYTES(meter_key),
				     sealed.sealed + 12, sealed.sealed + 28),
			 BT_OK);
	return sealed;
}

static struct bt_vault open_vault(void)
{
	struct bt_vault vault = {0};

	assert_int_equal(bt_secret_make(&vault.key, sizeof vault_key), BT_OK);
	memcpy(vault.key.data, vault_key, sizeof vault_key);
	return vault;
}

static void authority_vault_opens_the_key_of_its_meter(void **state)
{
	struct bt_vault vault = open_vault();
	struct bt_sealed_key sealed = make_sealed("batti-key-v1|" PAN IDENTITY);
	struct bt_sts_decoder_key key = {0};
	struct bt_sts_key_id id = bt_sealed_key_id(&sealed);

	(void)state;
	assert_int_equal(bt_vault_open_key(&vault, PAN, &sealed, &key), BT_OK);
	assert_int_equal(key.len, 16);
	assert_memory_equal(key.bytes, meter_key, 16);
	assert_string_equal(id.sgc, "123457");
	assert_string_equal(id.kcv, "061D8F");
	assert_int_equal(id.base, 2014);
	assert_int_equal(id.version, 3);
	bt_vault_seal(&vault);
	assert_false(bt_vault_is_open(&vault));
	assert_int_equal(bt_vault_open_key(&vault, PAN, &sealed, &key), BT_ESEALED);
}

static void authority_vault_another_meters_key(void **state)
{
	struct bt_vault vault = open_vault();
	struct bt_sealed_key sealed = make_sealed("batti-key-v1|" OTHER_PAN IDENTITY);
	struct bt_sts_decoder_key key = {.len = 99};

	(void)state;
	assert_int_equal(bt_vault_open_key(&vault, PAN, &sealed, &key), BT_EAUTH);
	assert_int_equal(key.len, 99);
	assert_int_equal(bt_vault_open_key(&vault, OTHER_PAN, &sealed, &key), BT_OK);
	bt_vault_seal(&vault);
}

static void authority_vault_no_key(void **state)
{
	struct bt_vault vault = open_vault();
	struct bt_sealed_key none = {0};
	struct bt_sts_decoder_key key;

	(void)state;
	assert_int_equal(bt_vault_open_key(&vault, PAN, &none, &key), BT_ENOTFOUND);
	bt_vault_seal(&vault);
}

static void authority_vault_each_flipped_bit_of_a_sealed_key(void **state)
{
	struct bt_vault vault = open_vault();
	struct bt_sealed_key sealed = make_sealed("batti-key-v1|" PAN IDENTITY);
	struct bt_sts_decoder_key key = {.len = 99};

	(void)state;
	for (size_t bit = 0; bit < sizeof sealed.sealed * 8; bit++) {
		sealed.sealed[bit / 8] ^= (uint8_t)(1u << (bit % 8));
		assert_int_equal(bt_vault_open_key(&vault, PAN, &sealed, &key), BT_EAUTH);
		sealed.sealed[bit / 8] ^= (uint8_t)(1u << (bit % 8));
	}
	assert_int_equal(key.len, 99);
	bt_vault_seal(&vault);
}

/* Every field of the identity counts, not only the ones a token needs. */
static void authority_vault_each_field_of_the_identity(void **state)
{
	struct bt_vault vault = open_vault();
	const struct bt_sealed_key good = make_sealed("batti-key-v1|" PAN IDENTITY);
	struct bt_sealed_key changed[11];
	struct bt_sts_decoder_key key;

	(void)state;
	for (size_t i = 0; i < 11; i++)
		changed[i] = good;
	changed[0].sgc[5] = '8';
	changed[1].ti[1] = '2';
	changed[2].ea[1] = '0';
	changed[3].dkga[1] = '2';
	changed[4].kcv[0] = changed[4].kcv[0] == 'A' ? 'B' : 'A';
	changed[5].krn = 2;
	changed[6].kt = 3;
	changed[7].ken = 254;
	changed[8].base = 1993;
	changed[9].version = 4;
	changed[10].good_until_ms++;
	for (size_t i = 0; i < 11; i++)
		assert_int_equal(bt_vault_open_key(&vault, PAN, &changed[i], &key), BT_EAUTH);
	bt_vault_seal(&vault);
}

static struct bt_keys keys_of(struct bt_vault *vault, const struct bt_sta *sta)
{
	return (struct bt_keys){.driver = bt_key_driver_find("sealed"), .self = vault, .sta = sta};
}

/* Sealed rightly, but the check value names another key: the two sides would make different tokens. */
static void authority_vault_check_value_is_compared(void **state)
{
	struct bt_vault vault = open_vault();
	struct bt_keys keys = keys_of(&vault, NULL);
	struct bt_sealed_key good = make_sealed("batti-key-v1|" PAN IDENTITY);
	struct bt_sealed_key sealed =
	    make_sealed("batti-key-v1|" PAN "|123457|1|2|01|11|04|2014|255|3|1795000000000|A1B2C3");
	struct bt_sts_schedule schedule;
	struct bt_fault fault;

	(void)state;
	memcpy(sealed.kcv, "A1B2C3", 7);
	assert_int_equal(bt_keys_schedule(&keys, PAN, &sealed, &schedule, &fault), BT_EAUTH);
	assert_int_equal(bt_keys_schedule(&keys, PAN, &good, &schedule, &fault), BT_OK);
	bt_sts_schedule_wipe(&schedule);
	bt_vault_seal(&vault);
	assert_false(bt_keys_are_open(&keys));
	assert_int_equal(bt_keys_schedule(&keys, PAN, &good, &schedule, &fault), BT_ESEALED);
	assert_int_equal(bt_keys_prepare(&keys, PAN, &good), BT_ESEALED);
}

static void authority_vault_genuine_but_unsupported(void **state)
{
	struct bt_vault vault = open_vault();
	struct bt_sealed_key sealed =
	    make_sealed("batti-key-v1|" PAN "|123457|1|2|01|09|04|2014|255|3|1795000000000|061D8F");
	struct bt_sts_decoder_key key;

	(void)state;
	memcpy(sealed.ea, "09", 3);
	assert_int_equal(bt_vault_open_key(&vault, PAN, &sealed, &key), BT_EUNSUPPORTED);
	bt_vault_seal(&vault);
}

/* A key of 8 bytes: sealed in 36, ready only where there are tables, and then it makes the known token. */
static void authority_vault_opens_a_key_of_ea07(void **state)
{
	static const uint8_t key07[8] = {0x5f, 0x72, 0xa7, 0xdc, 0x2b, 0x18, 0x62, 0xb2}; /* D02E07-C0-001 */
	static const char token07[] = "70407480466348352546";
	struct bt_sealed_key sealed = make_sealed("batti-key-v1|" PAN IDENTITY);
	struct bt_vault vault = open_vault();
	struct bt_keys with, without = keys_of(&vault, NULL);
	struct bt_sts_schedule schedule;
	struct bt_sts_token token;
	struct bt_sta sta;
	char aad[160];

	(void)state;
	bt_sta_init(&sta, &bt_sta_sample);
	with = keys_of(&vault, &sta);
	assert_int_equal(bt_sts_schedule_init(&schedule, &sta,
					      &(struct bt_sts_decoder_key){
						  .bytes = {0x5f, 0x72, 0xa7, 0xdc, 0x2b, 0x18, 0x62, 0xb2}, .len = 8}),
			 BT_OK);
	bt_sts_kcv(&schedule, sealed.kcv);
	memcpy(sealed.ea, "07", 3);
	memcpy(sealed.dkga, "02", 3);
	snprintf(aad, sizeof aad, "batti-key-v1|" PAN "|123457|1|2|01|07|02|2014|255|3|1795000000000|%s", sealed.kcv);
	assert_int_equal(bt_gcm_seal(BT_BYTES(vault_key), nonce, bt_bytes_of(aad), BT_BYTES(key07), sealed.sealed + 12,
				     sealed.sealed + 20),
			 BT_OK);
	memset(&schedule, 0, sizeof schedule);
	assert_int_equal(bt_keys_schedule(&without, PAN, &sealed, &schedule, NULL), BT_EUNSUPPORTED);
	assert_int_equal(bt_keys_schedule(&with, PAN, &sealed, &schedule, NULL), BT_OK);
	assert_int_equal(bt_sts_token_decode(&schedule, token07, &token), BT_OK);
	assert_int_equal(token.value, 0);
	for (size_t bit = 0; bit < 36 * 8; bit++) {
		sealed.sealed[bit / 8] ^= (uint8_t)(1u << (bit % 8));
		assert_int_equal(bt_keys_schedule(&with, PAN, &sealed, &schedule, NULL), BT_EAUTH);
		sealed.sealed[bit / 8] ^= (uint8_t)(1u << (bit % 8));
	}
	bt_vault_seal(&vault);
}

static void authority_vault_drivers_by_their_ids(void **state)
{
	(void)state;
	assert_ptr_equal(bt_key_driver_find("sealed"), &bt_key_driver_sealed);
	assert_ptr_equal(bt_key_driver_find("module"), &bt_key_driver_module);
	assert_null(bt_key_driver_find("other"));
	assert_false(bt_keys_are_open(&(struct bt_keys){.driver = NULL}));
}

static void authority_vault_wrap_and_unseal(void **state)
{
	struct bt_random random = bt_random_system();
	struct bt_vault_wrap wrap, again;
	struct bt_vault vault = {0};

	(void)state;
	assert_int_equal(bt_vault_wrap_make(&random, bt_bytes_of("correct horse"), BT_BYTES(vault_key), &wrap), BT_OK);
	assert_int_equal(bt_vault_unseal(&wrap, bt_bytes_of("correct horse"), &vault), BT_OK);
	assert_true(bt_vault_is_open(&vault));
	assert_memory_equal(vault.key.data, vault_key, sizeof vault_key);
	/* A wrong passphrase leaves an open vault as it was. */
	assert_int_equal(bt_vault_unseal(&wrap, bt_bytes_of("correct horsf"), &vault), BT_EAUTH);
	assert_true(bt_vault_is_open(&vault));
	bt_vault_seal(&vault);
	assert_int_equal(bt_vault_wrap_make(&random, bt_bytes_of("correct horse"), BT_BYTES(vault_key), &again), BT_OK);
	assert_memory_not_equal(wrap.salt, again.salt, sizeof wrap.salt);
	assert_memory_not_equal(wrap.cipher, again.cipher, sizeof wrap.cipher);
	assert_memory_not_equal(wrap.cipher, vault_key, sizeof vault_key);
	assert_int_equal(bt_vault_wrap_make(&random, bt_bytes_of("x"), BT_BYTES(meter_key), &wrap), BT_EINPUT);
}

/* scrypt takes its 0.4 s for each trial, so of the 608 bits every one of cipher and tag is tried under the stretched
 * key itself, and one per byte of salt and nonce through the whole. */
static void authority_vault_each_flipped_bit_of_the_wrap(void **state)
{
	struct bt_random random = bt_random_system();
	struct bt_vault_wrap wrap;
	struct bt_vault vault = {0};
	uint8_t stretched[32], out[32];
	struct bt_bytes passphrase = bt_bytes_of("correct horse");

	(void)state;
	assert_int_equal(bt_vault_wrap_make(&random, passphrase, BT_BYTES(vault_key), &wrap), BT_OK);
	for (size_t i = 0; i < sizeof wrap.salt; i += 5) {
		wrap.salt[i] ^= 0x10;
		assert_int_equal(bt_vault_unseal(&wrap, passphrase, &vault), BT_EAUTH);
		wrap.salt[i] ^= 0x10;
	}
	wrap.cipher[31] ^= 1;
	assert_int_equal(bt_vault_unseal(&wrap, passphrase, &vault), BT_EAUTH);
	wrap.cipher[31] ^= 1;
	wrap.tag[15] ^= 1;
	assert_int_equal(bt_vault_unseal(&wrap, passphrase, &vault), BT_EAUTH);
	wrap.tag[15] ^= 1;
	assert_false(bt_vault_is_open(&vault));
	assert_int_equal(bt_scrypt(passphrase, BT_BYTES(wrap.salt), BT_VAULT_LOG2_N, stretched, 32), BT_OK);
	for (size_t bit = 0; bit < (12 + 32 + 16) * 8; bit++) {
		struct bt_vault_wrap bad = wrap;
		uint8_t *at = bit < 96 ? bad.nonce : bit < 352 ? bad.cipher : bad.tag;
		size_t in = bit < 96 ? bit : bit < 352 ? bit - 96 : bit - 352;

		at[in / 8] ^= (uint8_t)(1u << (in % 8));
		assert_int_equal(bt_gcm_open(BT_BYTES(stretched), bad.nonce, bt_bytes_of("batti-vault-v1"),
					     BT_BYTES(bad.cipher), bad.tag, out),
				 BT_EAUTH);
	}
	assert_int_equal(bt_gcm_open(BT_BYTES(stretched), wrap.nonce, bt_bytes_of("batti-vault-v1"),
				     BT_BYTES(wrap.cipher), wrap.tag, out),
			 BT_OK);
	assert_memory_equal(out, vault_key, 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(authority_vault_opens_the_key_of_its_meter),
	    cmocka_unit_test(authority_vault_another_meters_key),
	    cmocka_unit_test(authority_vault_no_key),
	    cmocka_unit_test(authority_vault_each_flipped_bit_of_a_sealed_key),
	    cmocka_unit_test(authority_vault_each_field_of_the_identity),
	    cmocka_unit_test(authority_vault_check_value_is_compared),
	    cmocka_unit_test(authority_vault_genuine_but_unsupported),
	    cmocka_unit_test(authority_vault_opens_a_key_of_ea07),
	    cmocka_unit_test(authority_vault_drivers_by_their_ids),
	    cmocka_unit_test(authority_vault_wrap_and_unseal),
	    cmocka_unit_test(authority_vault_each_flipped_bit_of_the_wrap),
	};

	return cmocka_run_group_tests_name("authority_vault", tests, NULL, NULL);
}
