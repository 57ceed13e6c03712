/* Sales that the tests of slips print: one set of facts, and its kinds. */
#ifndef BT_TESTS_RECEIPT_FIXTURE_H
#define BT_TESTS_RECEIPT_FIXTURE_H

#include <string.h>

#include "core/receipt/receipt_shift.h"

#define FIXTURE_FONT (BATTI_SOURCE_DIR "/assets/fonts/Lohit-Devanagari.ttf")
#define FIXTURE_DAY  INT64_C(1795241527000) /* 2026-11-21 11:42:07 in India */

/* As long as a real proof and in its form; the signature in it is nobody's. */
#define FIXTURE_PROOF                                                                                                  \
	"44717023198527604388 RC1:RI0000%.HXSIK*5UH7T$NU9UTK404D RLC60H2HTNO0005VO000X102242006RFSMM$U0+60I/6A0B2RVGR" \
	"9QD0.10100000A00N3IG8U41J9O6I02G F19LXCIZCLS4M-:N41E:8I:9TZZE2 H:3M.NH0M30I3TMO1V0BWTE8VG0GKZ4Y03$0UR 8HW75Y" \
	"HFGEB-P"
#define FIXTURE_NO_TOKEN 21 /* characters of it that are not there without a token */

static inline struct bt_receipt_facts fixture_token(void)
{
	return (struct bt_receipt_facts){
	    .kind = BT_RECEIPT_TOKEN,
	    .copy = 1,
	    .utility = {{"South Bihar Power Distribution Co. Ltd.", "साउथ बिहार पावर डिस्ट्रीब्यूशन कं. लि."}},
	    .counter = {{"Mokama", "मोकामा"}},
	    .clerk = {{"Rina Kumari", "रीना कुमारी"}},
	    .consumer = {{"Ramesh Kumar Singh", "रमेश कुमार सिंह"}},
	    .relative = {{"Krishna Prasad Vidyarthi", "कृष्ण प्रसाद विद्यार्थी"}},
	    .place = {{"Ward 7, Ghoswari", "वार्ड 7, घोसवरी"}},
	    .relation = "s/o",
	    .terminal = "0142",
	    .receipt_number = "0142-0611-087-4",
	    .connection = "230411009876",
	    .meter = "04740015298",
	    .category = "DS-I",
	    .token = "44717023198527604388",
	    .paid_at_ms = FIXTURE_DAY,
	    .amount = 50000,
	    .energy = 45045,
	    .duty = 2703,
	    .given = 100000,
	    .change = 50000,
	    .units = 635,
	    .tender = "Cash",
	    .tariff = "BERC 2026-27",
	    .rate_paise = 742,
	    .balance_known = -21400,
	    .balance_at_ms = FIXTURE_DAY - 86400000,
	    .complaint = "1912",
	    .head = "7f3a00112233aabb",
	    .record = FIXTURE_PROOF,
	};
}

static inline struct bt_receipt_facts fixture_docket(void)
{
	struct bt_receipt_facts facts = fixture_token();
	facts.kind = BT_RECEIPT_DOCKET;
	facts.token[0] = '\0';
	memcpy(facts.record, &FIXTURE_PROOF[FIXTURE_NO_TOKEN], sizeof(FIXTURE_PROOF) - FIXTURE_NO_TOKEN);
	facts.units = facts.energy = facts.duty = facts.given = facts.change = 0;
	facts.dues = 20000;
	memcpy(facts.receipt_number, "D-0142-0611-087-4", 18);
	memcpy(facts.reason, "This meter is not in our offline list.", 39);
	memcpy(facts.tender, "UPI", 4);
	memcpy(facts.tender_reference, "432611805521", 13);
	return facts;
}

static inline struct bt_receipt_facts fixture_credit(void)
{
	struct bt_receipt_facts facts = fixture_token();
	facts.kind = BT_RECEIPT_CREDIT;
	facts.token[0] = '\0';
	memcpy(facts.record, &FIXTURE_PROOF[FIXTURE_NO_TOKEN], sizeof(FIXTURE_PROOF) - FIXTURE_NO_TOKEN);
	facts.units = facts.energy = facts.duty = facts.given = facts.change = 0;
	facts.dues = 50000;
	memcpy(facts.relation, "w/o", 4);
	memcpy(facts.tender, "Cheque", 7);
	memcpy(facts.tender_reference, "004512", 7);
	facts.bank = (struct bt_receipt_name){{"Punjab National Bank", "पंजाब नैशनल बैंक"}};
	return facts;
}

/* A meter whose 128-bit key changes. */
static inline struct bt_receipt_facts fixture_four(void)
{
	struct bt_receipt_facts facts = fixture_token();
	facts.key_change = (struct bt_key_tokens){
	    4, {"34812744915211133004", "46903925208523674737", "71464563847088610152", "67904239402617643990"}};
	return facts;
}

/* What is known of a copy. */
static inline void fixture_copy(struct bt_receipt_facts *facts)
{
	facts->copy = 2;
	facts->printed_at_ms = FIXTURE_DAY + INT64_C(3) * 3600000 + 20 * 60000;
	facts->first_printed_ms = FIXTURE_DAY + 5000;
	facts->printed_by = (struct bt_receipt_name){{"Rina Kumari", "रीना कुमारी"}};
}

/* A claim for a payment by telephone that never came. */
static inline struct bt_receipt_facts fixture_stuck(void)
{
	struct bt_receipt_facts facts = fixture_token();
	facts.kind = BT_RECEIPT_STUCK;
	facts.token[0] = facts.record[0] = facts.tender[0] = '\0';
	memcpy(facts.receipt_number, "C-0142-0611-003-1", 18);
	memcpy(facts.tender_reference, "432611805521", 13);
	facts.channel = (struct bt_receipt_name){{"PhonePe", "फ़ोनपे"}};
	facts.paid_at_ms = FIXTURE_DAY - 86400000;
	facts.claimed_at_ms = FIXTURE_DAY;
	facts.promised_ms = FIXTURE_DAY + 2 * 86400000;
	return facts;
}

/* The facts of a closed shift's report, and what it says. */
static inline struct bt_receipt_facts fixture_report(void)
{
	struct bt_receipt_facts facts = {.kind = BT_RECEIPT_SHIFT_Z,
					 .copy = 1,
					 .terminal = "0142",
					 .receipt_number = "Z-0142-0611",
					 .paid_at_ms = FIXTURE_DAY + INT64_C(7) * 3600000 + 30 * 60000,
					 .head = "7f3a00112233aabb"};
	struct bt_receipt_facts token = fixture_token();
	facts.utility = token.utility;
	facts.counter = token.counter;
	facts.clerk = facts.sealed_by = token.clerk;
	facts.closed_by = (struct bt_receipt_name){{"A. K. Jha", "ए. के. झा"}};
	return facts;
}

static inline struct bt_receipt_shift fixture_shift(void)
{
	return (struct bt_receipt_shift){
	    .number = 611,
	    .from_ms = FIXTURE_DAY - INT64_C(2) * 3600000,
	    .until_ms = FIXTURE_DAY + INT64_C(7) * 3600000,
	    .sealed_ms = FIXTURE_DAY + INT64_C(7) * 3600000,
	    .sealed_by = "rina",
	    .closed_ms = FIXTURE_DAY + INT64_C(7) * 3600000 + 25 * 60000,
	    .closed_by = "jha",
	    .opening_float = 100000,
	    .tender_count = 3,
	    .tenders = {{"Cash", 41, 2050000}, {"UPI", 12, 610000}, {"Cheque", 0, 0}},
	    .kind_count = 2,
	    .kinds = {{"Token recharge", 50, 2460000}, {"Dues payment", 3, 200000}},
	    .refunds = {"", 1, 50000},
	    .bankable = 2050000,
	    .non_bankable = 610000,
	    .expected_cash = 2100000,
	    .is_counted = true,
	    .counted_cash = 2098000,
	    .to_bank = 1998000,
	    .note_count = 3,
	    .notes = {{50000, 40, 2}, {10000, 9, 0}, {1000, 8, 3}},
	    .torn_cash = 103000,
	    .first_receipt = "0142-0611-001-2",
	    .last_receipt = "0142-0611-054-9",
	    .abandoned_count = 1,
	    .abandoned = {"0142-0611-033-8"},
	    .unsettled_count = 2,
	    .unsettled = {{.docket = "D-0142-0611-052-1", .amount = 50000},
			  {.docket = "D-0142-0611-053-0", .amount = 20000}},
	};
}

/* Everything at once: the longest slip there is. */
static inline struct bt_receipt_facts fixture_training(void)
{
	struct bt_receipt_facts facts = fixture_token();
	fixture_copy(&facts);
	facts.training = facts.made_here = facts.possible_duplicate = true;
	facts.dues = 10000;
	facts.key_change = (struct bt_key_tokens){2, {"11112222333344445555", "66667777888899990000"}};
	return facts;
}

/* The same with everything that can be said beside it, in both languages too much for any paper but ours. */
static inline struct bt_receipt_facts fixture_longest(void)
{
	struct bt_receipt_facts facts = fixture_training();
	facts.key_change = fixture_four().key_change;
	memset(facts.consumer.text[BT_LANG_EN], 'W', sizeof(facts.consumer.text[0]) - 1);
	facts.amount = BT_PAISE_MAX;
	facts.dues = BT_PAISE_MAX / 2;
	facts.step_count = BT_RECEIPT_STEPS;
	facts.safe_until_ms = facts.cut_from_ms = FIXTURE_DAY;
	facts.bank = facts.place;
	memcpy(facts.tender, "Cheque", 7);
	memcpy(facts.tender_reference, "004512", 7);
	memcpy(facts.reprint_reason, "Cheque", 7);
	memcpy(facts.docket, "D-0143-0611-087-6", 18);
	memcpy(facts.paid_at, "0143", 5);
	return facts;
}

#endif
