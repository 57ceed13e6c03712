/* Known answers for the cryptography and the encodings of core/base.
 * rooms: core/base
 * Sources: FIPS 180-4 "abc"; RFC 4231 test 2; RFC 8032 7.1 test 2; NIST GCM test case 14. */
#include "core/base/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void base_crypto_sha256_abc(void **state)
{
	uint8_t out[32];
	char hex[65];

	(void)state;
	assert_int_equal(bt_sha256(bt_bytes_of("abc"), out), BT_OK);
	bt_hex_encode(BT_BYTES(out), hex);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void base_crypto_hmac_rfc4231(void **state)
{
	uint8_t out[32];
	char hex[65];

	(void)state;
	assert_int_equal(bt_hmac_sha256(bt_bytes_of("Jefe"), bt_bytes_of("what do ya want for nothing?"), out), BT_OK);
	bt_hex_encode(BT_BYTES(out), hex);
	assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

/* A key made ready says the same as the key given with each message, for messages that fill blocks and for those that
 * do not. */
static void base_crypto_hmac_key_kept(void **state)
{
	uint8_t bytes[200], expected[32], out[32];
	struct bt_hmac_key key;

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 7 + 3);
	for (size_t key_len = 0; key_len <= 64; key_len += 4) {
		assert_int_equal(bt_hmac_key_init(&key, (struct bt_bytes){bytes, key_len}), BT_OK);
		for (size_t len = 0; len <= sizeof bytes; len++) {
			assert_int_equal(
			    bt_hmac_sha256((struct bt_bytes){bytes, key_len}, (struct bt_bytes){bytes, len}, expected),
			    BT_OK);
			bt_hmac_of(&key, (struct bt_bytes){bytes, len}, out);
			assert_memory_equal(out, expected, sizeof out);
		}
	}
	assert_int_equal(bt_hmac_key_init(&key, (struct bt_bytes){bytes, 65}), BT_EINPUT);
}

/* FIPS 81, table B1, and a key whose parity bits are all wrong: they are not read. */
static void base_crypto_des_fips81(void **state)
{
	static const uint8_t key[8] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};
	static const uint8_t plain[3][9] = {"Now is t", "he time ", "for all "};
	static const uint8_t cipher[3][8] = {{0x3f, 0xa4, 0x0e, 0x8a, 0x98, 0x4d, 0x48, 0x15},
					     {0x6a, 0x27, 0x17, 0x87, 0xab, 0x88, 0x83, 0xf9},
					     {0x89, 0x3d, 0x51, 0xec, 0x4b, 0x56, 0x3b, 0x53}};
	uint8_t out[8], other[8];
	struct bt_des_key ready, unodd;

	(void)state;
	for (int i = 0; i < 8; i++)
		other[i] = key[i] ^ 1;
	bt_des_key_init(&ready, key);
	bt_des_key_init(&unodd, other);
	for (int i = 0; i < 3; i++) {
		bt_des_encrypt(&ready, plain[i], out);
		assert_memory_equal(out, cipher[i], 8);
		bt_des_encrypt(&unodd, plain[i], out);
		assert_memory_equal(out, cipher[i], 8);
	}
}

static void base_crypto_ed25519_rfc8032(void **state)
{
	uint8_t seed[32], signature[64];
	uint8_t message[1] = {0x72};
	char hex[129];
	struct bt_signer *signer;

	(void)state;
	assert_int_equal(
	    bt_hex_decode("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", seed, sizeof seed),
	    BT_OK);
	assert_int_equal(bt_signer_open(seed, &signer), BT_OK);
	bt_hex_encode((struct bt_bytes){bt_signer_public(signer), 32}, hex);
	assert_string_equal(hex, "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
	assert_int_equal(bt_sign(signer, BT_BYTES(message), signature), BT_OK);
	bt_hex_encode(BT_BYTES(signature), hex);
	assert_string_equal(hex, "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
				 "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
	assert_int_equal(bt_verify(bt_signer_public(signer), BT_BYTES(message), signature), BT_OK);
	for (int bit = 0; bit < 512; bit++) {
		signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(bt_verify(bt_signer_public(signer), BT_BYTES(message), signature), BT_EAUTH);
		signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	bt_signer_close(signer);
}

static void base_crypto_gcm_zero_key(void **state)
{
	uint8_t key[32] = {0}, nonce[12] = {0}, plain[16] = {0}, out[16], back[16], tag[16];
	char hex[33];

	(void)state;
	assert_int_equal(bt_gcm_seal(BT_BYTES(key), nonce, (struct bt_bytes){plain, 0}, BT_BYTES(plain), out, tag),
			 BT_OK);
	bt_hex_encode(BT_BYTES(out), hex);
	assert_string_equal(hex, "cea7403d4d606b6e074ec5d3baf39d18");
	bt_hex_encode(BT_BYTES(tag), hex);
	assert_string_equal(hex, "d0d1c8a799996bf0265b98b5d48ab919");
	assert_int_equal(bt_gcm_open(BT_BYTES(key), nonce, (struct bt_bytes){plain, 0}, BT_BYTES(out), tag, back),
			 BT_OK);
	assert_memory_equal(back, plain, 16);
	tag[3] ^= 1;
	assert_int_equal(bt_gcm_open(BT_BYTES(key), nonce, (struct bt_bytes){plain, 0}, BT_BYTES(out), tag, back),
			 BT_EAUTH);
}

static void base_crypto_scrypt_limits(void **state)
{
	uint8_t a[32], b[32];

	(void)state;
	assert_int_equal(bt_scrypt(bt_bytes_of("x"), bt_bytes_of("salt"), 9, a, 32), BT_ERANGE);
	assert_int_equal(bt_scrypt(bt_bytes_of("x"), bt_bytes_of("salt"), 21, a, 32), BT_ERANGE);
	assert_int_equal(bt_scrypt(bt_bytes_of("x"), bt_bytes_of("salt"), 10, a, 32), BT_OK);
	assert_int_equal(bt_scrypt(bt_bytes_of("y"), bt_bytes_of("salt"), 10, b, 32), BT_OK);
	assert_memory_not_equal(a, b, 32);
}

static void base_bytes_base64_strict(void **state)
{
	uint8_t out[16];
	char text[32];
	size_t len;
	static const char *const bad[] = {
	    "A", "AA", "AAA", "A===", "AA=A", "AAAA=", "====", "AA\nA", "A AA", "Zg=", NULL};

	(void)state;
	assert_int_equal(bt_base64_encode(bt_bytes_of("foob"), text, sizeof text), BT_OK);
	assert_string_equal(text, "Zm9vYg==");
	assert_int_equal(bt_base64_decode(text, out, sizeof out, &len), BT_OK);
	assert_int_equal(len, 4);
	assert_int_equal(bt_base64_decode(text, out, 3, &len), BT_EFULL);
	for (int i = 0; bad[i]; i++)
		assert_int_equal(bt_base64_decode(bad[i], out, sizeof out, &len), BT_EINPUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(base_crypto_sha256_abc),      cmocka_unit_test(base_crypto_hmac_rfc4231),
	    cmocka_unit_test(base_crypto_hmac_key_kept),   cmocka_unit_test(base_crypto_des_fips81),
	    cmocka_unit_test(base_crypto_ed25519_rfc8032), cmocka_unit_test(base_crypto_gcm_zero_key),
	    cmocka_unit_test(base_crypto_scrypt_limits),   cmocka_unit_test(base_bytes_base64_strict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
