/* The slips that are looked at: every kind, signed as a terminal signs it, in both languages and on every paper. */
#ifndef BT_TESTS_GOLDEN_FIXTURE_H
#define BT_TESTS_GOLDEN_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/receipt/form.h"
#include "core/receipt/record.h"
#include "printer/driver.h"
#include "printer/printer.h"
#include "tests/unit/receipt_fixture.h"

#define GOLDEN_PICTURES BATTI_SOURCE_DIR "/assets/receipt"

static inline struct bt_receipt_facts golden_refund(void)
{
	struct bt_receipt_facts facts = fixture_token();
	facts.kind = BT_RECEIPT_REFUND;
	facts.token[0] = '\0';
	facts.units = facts.energy = facts.duty = facts.given = facts.change = facts.dues = 0;
	facts.balance_at_ms = 0;
	facts.tariff[0] = facts.category[0] = '\0';
	facts.approved = (struct bt_receipt_name){{"Sunita Devi", "सुनीता देवी"}};
	return facts;
}

static inline struct bt_receipt_facts golden_copy(void)
{
	struct bt_receipt_facts facts = fixture_token();
	fixture_copy(&facts);
	return facts;
}

static inline struct bt_receipt_facts golden_training(void)
{
	struct bt_receipt_facts facts = fixture_token();
	facts.training = true;
	return facts;
}

static inline struct bt_receipt_facts golden_offline(void)
{
	struct bt_receipt_facts facts = fixture_token();
	facts.made_here = true;
	facts.dues = 10000;
	return facts;
}

/* Over a step of the month, with its fixed charge and free units. */
static inline struct bt_receipt_facts golden_month(void)
{
	struct bt_receipt_facts facts = fixture_token();
	facts.dues = 0;
	facts.amount = 100000;
	facts.given = 100000;
	facts.change = 0;
	facts.fixed = 4000;
	facts.energy = 90566;
	facts.duty = 5434;
	facts.units = 2432;
	facts.free_units = 1250;
	facts.rate_paise = 895;
	facts.step_count = 2;
	facts.steps[0] = (struct bt_receipt_step){1000, 742, 74200};
	facts.steps[1] = (struct bt_receipt_step){182, 895, 16366};
	return facts;
}

/* In place of a token that the meter refused: nothing is paid, and the payment's proof is on the first slip: its QR
 * holds the digits alone. */
static inline struct bt_receipt_facts golden_new_token(void)
{
	struct bt_receipt_facts facts = fixture_token();
	facts.replaces = true;
	facts.approved = (struct bt_receipt_name){{"A. K. Jha", "ए. के. झा"}};
	facts.energy = facts.duty = facts.given = facts.change = facts.rate_paise = facts.balance_at_ms = 0;
	facts.tender[0] = facts.tariff[0] = facts.category[0] = facts.record[0] = '\0';
	return facts;
}

/* As `batti printer test` fills it. */
static inline struct bt_receipt_facts golden_test_page(void)
{
	struct bt_receipt_facts token = fixture_token();
	struct bt_receipt_facts facts = {.kind = BT_RECEIPT_TEST,
					 .utility = token.utility,
					 .counter = token.counter,
					 .terminal = "0142",
					 .complaint = "1912",
					 .paid_at_ms = FIXTURE_DAY};
	return facts;
}

struct golden_kind {
	const char *name;
	struct bt_receipt_facts (*facts)(void);
	enum { NO_QR, RECORD, DIGITS } qr; /* a signed record, or the token's digits alone */
};

static const struct golden_kind golden_kinds[] = {
    {"token", fixture_token, RECORD},       {"credit", fixture_credit, RECORD},  {"docket", fixture_docket, RECORD},
    {"refund", golden_refund, NO_QR},       {"change", fixture_four, RECORD},    {"training", golden_training, RECORD},
    {"copy", golden_copy, RECORD},          {"offline", golden_offline, RECORD}, {"test", golden_test_page, NO_QR},
    {"month", golden_month, RECORD},        {"stuck", fixture_stuck, NO_QR},     {"shift", fixture_report, NO_QR},
    {"newtoken", golden_new_token, DIGITS},
};
#define GOLDEN_KINDS (sizeof golden_kinds / sizeof golden_kinds[0])

struct golden_paper {
	int width;
	enum bt_receipt_lang lang;
	const char *name; /* "hi-384" */
};

static const struct golden_paper golden_papers[] = {
    {384, BT_RECEIPT_EN, "en-384"}, {384, BT_RECEIPT_HI, "hi-384"},     {576, BT_RECEIPT_EN, "en-576"},
    {576, BT_RECEIPT_HI, "hi-576"}, {512, BT_RECEIPT_BOTH, "both-512"},
};
#define GOLDEN_PAPERS (sizeof golden_papers / sizeof golden_papers[0])

static inline struct bt_signer *golden_signer(void)
{
	static const uint8_t seed[BT_ED25519_SEED_LEN] = {1, 2, 3};
	struct bt_signer *signer;

	assert_int_equal(bt_signer_open(seed, &signer), BT_OK);
	return signer;
}

/* The QR as the teller fills it in. */
static inline void golden_sign(struct bt_receipt_facts *facts)
{
	bool is_docket = facts->kind == BT_RECEIPT_DOCKET;
	const char *number = facts->receipt_number + (is_docket ? 2 : 0);
	struct bt_signer *signer = golden_signer();
	struct bt_receipt_record record = {.is_docket = is_docket,
					   .is_training = facts->training,
					   .sale_id = "01936f2e-7c3a-7abc-8def-0123456789ab",
					   .amount = facts->amount,
					   .dues = facts->dues,
					   .duty = facts->duty,
					   .units = (uint32_t)facts->units,
					   .tid = is_docket ? 0 : 7123456,
					   .rnd = is_docket ? 0 : 5,
					   .paid_at_ms = facts->paid_at_ms,
					   .kind = "sts_units",
					   .delivery = "token",
					   .rev = 1};

	bt_text_copy(record.terminal, sizeof record.terminal, facts->terminal);
	bt_text_copy(record.drn, sizeof record.drn, facts->meter);
	bt_text_copy(record.token, sizeof record.token, facts->token);
	bt_text_copy(record.receipt, sizeof record.receipt, number);
	bt_text_copy(record.connection, sizeof record.connection, facts->connection);
	assert_int_equal(bt_record_encode(&record, signer, facts->record), BT_OK);
	bt_signer_close(signer);
}

/* In the form of the slips in @p folder. */
static inline void golden_compose(const struct golden_kind *kind, enum bt_receipt_lang lang, int copy,
				  const struct bt_words *words, const char *folder, struct bt_receipt *out)
{
	struct bt_receipt_facts facts = kind->facts();
	struct bt_receipt_shift shift = fixture_shift();
	struct bt_receipt_form form;
	bool is_report = facts.kind == BT_RECEIPT_SHIFT_Z;

	if (kind->qr == RECORD)
		golden_sign(&facts);
	else
		facts.record[0] = '\0';
	if (copy > 1)
		fixture_copy(&facts);
	if (copy > 0)
		facts.copy = copy;
	assert_int_equal(bt_form_open(folder, &form, NULL), BT_OK);
	assert_int_equal(bt_form_compose(&form, &facts, is_report ? &shift : NULL, words, lang, out), BT_OK);
}

#endif
