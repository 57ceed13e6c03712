/* The lease: read only under our head-end's signature, and only with every field in its range.
 * rooms: core/authority core/base */
#include "core/authority/lease.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define HOUR INT64_C(3600000)
#define CAPS                                                                                                           \
	"{\"sale_paise\":1000000,\"meter_day_paise\":2000000,\"meter_day_count\":9,\"total_paise\":30000000,"          \
	"\"total_count\":1000,\"oldest_hours\":72}"

/* 16 bytes of 1, 32 bytes of 2. */
#define SALT     "AQEBAQEBAQEBAQEBAQEBAQ=="
#define COMMIT   "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="
#define GRANT(i) "{\"i\":" i ",\"days\":3,\"value_paise\":15000000,\"salt\":\"" SALT "\",\"commit\":\"" COMMIT "\"}"

static const uint8_t seed[32] = {7, 7, 7};
static uint8_t head_end_key[32];

static const char *const members[][2] = {
    {"format", "1"},
    {"terminal", "\"0142\""},
    {"number", "5"},
    {"era", "1"},
    {"lane", "3"},
    {"lanes", "16"},
    {"tid_floor", "77"},
    {"not_before", "1795000000000"},
    {"expires", "1795259200000"},
    {"tariff", "\"BERC-2026-27\""},
    {"zone", "\"danapur\""},
    {"caps", CAPS},
    {"grants", "[]"},
};

static void put_document(struct bt_buf *out, const char *member, const char *instead)
{
	bool first = true;

	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
		const char *value = member && strcmp(member, members[i][0]) == 0 ? instead : members[i][1];

		if (!value)
			continue;
		assert_int_equal(bt_buf_printf(out, "%c\"%s\":%s", first ? '{' : ',', members[i][0], value), BT_OK);
		first = false;
	}
	assert_int_equal(bt_buf_put_text(out, "}"), BT_OK);
}

static void put_envelope(struct bt_buf *out, struct bt_bytes document, const uint8_t signature[64])
{
	char document_text[4096], signature_text[128];

	assert_int_equal(bt_base64_encode(document, document_text, sizeof document_text), BT_OK);
	assert_int_equal(bt_base64_encode((struct bt_bytes){signature, 64}, signature_text, sizeof signature_text),
			 BT_OK);
	assert_int_equal(
	    bt_buf_printf(out, "{\"document\":\"%s\",\"signature\":\"%s\"}", document_text, signature_text), BT_OK);
}

static enum bt_err read_lease(struct bt_bytes document, const uint8_t signature[64], struct bt_lease *out)
{
	struct bt_fault fault;
	struct bt_buf envelope;
	enum bt_err err;

	bt_buf_init(&envelope, 8192);
	put_envelope(&envelope, document, signature);
	err = bt_lease_decode(bt_buf_view(&envelope), head_end_key, out, &fault);
	bt_buf_fini(&envelope);
	return err;
}

static void sign_bytes(struct bt_bytes document, uint8_t out[64])
{
	struct bt_signer *signer;

	assert_int_equal(bt_signer_open(seed, &signer), BT_OK);
	memcpy(head_end_key, bt_signer_public(signer), 32);
	assert_int_equal(bt_sign(signer, document, out), BT_OK);
	bt_signer_close(signer);
}

static enum bt_err read_with(const char *member, const char *instead, struct bt_lease *out)
{
	uint8_t signature[64];
	struct bt_buf document;
	enum bt_err err;

	bt_buf_init(&document, 4096);
	put_document(&document, member, instead);
	sign_bytes(bt_buf_view(&document), signature);
	err = read_lease(bt_buf_view(&document), signature, out);
	bt_buf_fini(&document);
	return err;
}

static void authority_lease_reads_what_was_signed(void **state)
{
	struct bt_lease lease;

	(void)state;
	assert_int_equal(read_with(NULL, NULL, &lease), BT_OK);
	assert_string_equal(lease.terminal, "0142");
	assert_int_equal(lease.number, 5);
	assert_int_equal(lease.era, 1);
	assert_int_equal(lease.lane.index, 3);
	assert_int_equal(lease.lane.count, 16);
	assert_int_equal(lease.lane.floor, 77);
	assert_int_equal(lease.expires_ms - lease.not_before_ms, 72 * HOUR);
	assert_string_equal(lease.tariff, "BERC-2026-27");
	assert_string_equal(lease.zone, "danapur");
	assert_int_equal(lease.sale_cap, 1000000);
	assert_int_equal(lease.meter_day_cap, 2000000);
	assert_int_equal(lease.meter_day_count, 9);
	assert_int_equal(lease.total_cap, 30000000);
	assert_int_equal(lease.total_count, 1000);
	assert_int_equal(lease.oldest_ms, 72 * HOUR);
}

static void authority_lease_lists_grants(void **state)
{
	struct bt_lease lease;

	(void)state;
	assert_int_equal(read_with(NULL, NULL, &lease), BT_OK);
	assert_int_equal(lease.grant_count, 0);
	assert_int_equal(read_with("grants", "[" GRANT("1") "," GRANT("2") "]", &lease), BT_OK);
	assert_int_equal(lease.grant_count, 2);
	assert_int_equal(lease.grants[1].days, 3);
	assert_int_equal(lease.grants[1].value, 15000000);
	assert_int_equal(lease.grants[1].salt[15], 1);
	assert_int_equal(lease.grants[1].commit[31], 2);
}

static void authority_lease_each_flipped_bit(void **state)
{
	struct bt_lease lease = {.number = 99};
	uint8_t signature[64];
	struct bt_buf document;

	(void)state;
	bt_buf_init(&document, 4096);
	put_document(&document, NULL, NULL);
	sign_bytes(bt_buf_view(&document), signature);
	for (size_t bit = 0; bit < document.len * 8; bit++) {
		document.data[bit / 8] ^= (uint8_t)(1u << (bit % 8));
		assert_int_equal(read_lease(bt_buf_view(&document), signature, &lease), BT_EAUTH);
		document.data[bit / 8] ^= (uint8_t)(1u << (bit % 8));
	}
	for (size_t bit = 0; bit < sizeof signature * 8; bit++) {
		signature[bit / 8] ^= (uint8_t)(1u << (bit % 8));
		assert_int_equal(read_lease(bt_buf_view(&document), signature, &lease), BT_EAUTH);
		signature[bit / 8] ^= (uint8_t)(1u << (bit % 8));
	}
	assert_int_equal(lease.number, 99);
	assert_int_equal(read_lease(bt_buf_view(&document), signature, &lease), BT_OK);
	head_end_key[0] ^= 1;
	assert_int_equal(read_lease(bt_buf_view(&document), signature, &lease), BT_EAUTH);
	bt_buf_fini(&document);
}

static void authority_lease_cut_at_each_byte(void **state)
{
	struct bt_lease lease;
	struct bt_fault fault;
	struct bt_buf document, envelope;
	uint8_t signature[64];

	(void)state;
	bt_buf_init(&document, 4096);
	bt_buf_init(&envelope, 8192);
	put_document(&document, NULL, NULL);
	sign_bytes(bt_buf_view(&document), signature);
	put_envelope(&envelope, bt_buf_view(&document), signature);
	for (size_t len = 0; len < envelope.len; len++)
		assert_int_equal(bt_lease_decode((struct bt_bytes){envelope.data, len}, head_end_key, &lease, &fault),
				 BT_EFORMAT);
	/* Signed, but cut before it was signed. */
	for (size_t len = 0; len < document.len; len++) {
		struct bt_bytes cut = {document.data, len};

		sign_bytes(cut, signature);
		assert_int_equal(read_lease(cut, signature, &lease), BT_EFORMAT);
	}
	bt_buf_fini(&envelope);
	bt_buf_fini(&document);
}

/* Our head-end's signature does not make a senseless lease good. */
static void authority_lease_ranges(void **state)
{
	static const char *const bad[][2] = {
	    {"format", "2"},
	    {"terminal", "\"014A\""},
	    {"terminal", "\"\""},
	    {"terminal", "\"12345678\""},
	    {"terminal", "142"},
	    {"number", "0"},
	    {"number", "-1"},
	    {"era", "0"},
	    {"lane", "0"},
	    {"lane", "16"},
	    {"lanes", "1"},
	    {"lanes", "129"},
	    {"tid_floor", "-1"},
	    {"tid_floor", "16777216"},
	    {"not_before", "1795259200000"},
	    {"expires", "1795000000000"},
	    {"expires", "1797000000000"},
	    {"expires", "9223372036854775807"},
	    {"not_before", "\"1795000000000\""},
	    {"tariff", "\"\""},
	    {"tariff", "\"012345678901234567890123456789012\""},
	    {"caps", "[]"},
	    {"caps", "{}"},
	    {"caps", "{\"sale_paise\":-1,\"meter_day_paise\":1,\"meter_day_count\":1,\"total_paise\":1,"
		     "\"total_count\":1,\"oldest_hours\":1}"},
	    {"caps", "{\"sale_paise\":1,\"meter_day_paise\":1,\"meter_day_count\":50,\"total_paise\":1,"
		     "\"total_count\":1,\"oldest_hours\":1}"},
	    {"caps", "{\"sale_paise\":1,\"meter_day_paise\":1,\"meter_day_count\":1,\"total_paise\":99000000001,"
		     "\"total_count\":1,\"oldest_hours\":1}"},
	    {"caps", "{\"sale_paise\":1,\"meter_day_paise\":1,\"meter_day_count\":1,\"total_paise\":1,"
		     "\"total_count\":1,\"oldest_hours\":361}"},
	    {"grants", "{}"},
	    {"grants", "[1,2,3,4,5]"},
	    {"grants", "[1]"},
	    {"grants", "[" GRANT("2") "]"},
	    {"grants", "[" GRANT("1") "," GRANT("1") "]"},
	    {"grants", "[" GRANT("1") "," GRANT("2") "," GRANT("3") "," GRANT("4") "," GRANT("5") "]"},
	    {"grants", "[{\"i\":1,\"days\":15,\"value_paise\":1,\"salt\":\"" SALT "\",\"commit\":\"" COMMIT "\"}]"},
	    {"grants", "[{\"i\":1,\"days\":1,\"value_paise\":-1,\"salt\":\"" SALT "\",\"commit\":\"" COMMIT "\"}]"},
	    {"grants", "[{\"i\":1,\"days\":1,\"value_paise\":1,\"salt\":\"" COMMIT "\",\"commit\":\"" COMMIT "\"}]"},
	    {"grants", "[{\"i\":1,\"days\":1,\"value_paise\":1,\"salt\":\"" SALT "\",\"commit\":\"" SALT "\"}]"},
	    {"grants", "[{\"i\":1,\"days\":1,\"value_paise\":1,\"salt\":\"" SALT "\"}]"},
	};
	struct bt_lease lease = {.number = 99};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (read_with(bad[i][0], bad[i][1], &lease) != BT_EFORMAT)
			fail_msg("%s: %s", bad[i][0], bad[i][1]);
	}
	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
		assert_int_equal(read_with(members[i][0], NULL, &lease), BT_EFORMAT);
	assert_int_equal(lease.number, 99);
	/* Fourteen days, the longest outage on record, is allowed. */
	assert_int_equal(read_with("expires", "1796209600000", &lease), BT_OK);
}

static void authority_lease_only_a_higher_number_replaces(void **state)
{
	struct bt_lease held = {.terminal = "0142", .number = 5}, fresh = held;

	(void)state;
	assert_true(bt_lease_supersedes(&fresh, NULL));
	assert_false(bt_lease_supersedes(&fresh, &held));
	fresh.number = 4;
	assert_false(bt_lease_supersedes(&fresh, &held));
	fresh.number = 6;
	assert_true(bt_lease_supersedes(&fresh, &held));
	memcpy(fresh.terminal, "0143", 5);
	assert_false(bt_lease_supersedes(&fresh, &held));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(authority_lease_reads_what_was_signed),
	    cmocka_unit_test(authority_lease_lists_grants),
	    cmocka_unit_test(authority_lease_each_flipped_bit),
	    cmocka_unit_test(authority_lease_cut_at_each_byte),
	    cmocka_unit_test(authority_lease_ranges),
	    cmocka_unit_test(authority_lease_only_a_higher_number_replaces),
	};

	return cmocka_run_group_tests_name("authority_lease", tests, NULL, NULL);
}
