/* The cached consumers: import from the head-end, search at the counter. A cache: it may be deleted at any time.
 *
 * One SQLite file of its own (directory.db), opened by the one process that holds the state folder. Meter keys in it
 * stay sealed; this room cannot open them. */
#ifndef BT_DIRECTORY_DIRECTORY_H
#define BT_DIRECTORY_DIRECTORY_H

#include "core/base/key_change.h"
#include "core/base/text.h"
#include "core/money/money.h"

#define BT_SEALED_KEY_LEN 44 /* nonce 12, cipher text 16 (8 with EA 07), tag 16 */

enum bt_kind { BT_KIND_STS_UNITS, BT_KIND_REMOTE, BT_KIND_DUES, BT_KIND_COUNT };
/** "sts_units", "remote", "dues". */
const char *bt_kind_code(enum bt_kind kind);
BT_MUST_USE enum bt_err bt_kind_parse(const char *text, enum bt_kind *out);

/** A text in both languages; either may be empty. Cleaned. */
struct bt_dual {
	char en[80];
	char hi[160];
};
/** The text in @p lang, or the other when that is empty. Borrowed. */
const char *bt_dual_get(const struct bt_dual *dual, enum bt_lang lang);

/** Identity, validity and sealed bytes of a meter's decoder key (PROTOCOL T6). */
struct bt_sealed_key {
	bool present;
	char sgc[7], ti[3], ea[3], dkga[3], kcv[7];
	uint8_t krn, kt, ken;
	uint16_t base;
	uint32_t version;
	int64_t good_until_ms;
	uint8_t sealed[BT_SEALED_KEY_LEN]; /* the first bt_sealed_key_len() count */
};

/** Bytes of the sealed key, by its EA. */
size_t bt_sealed_key_len(const struct bt_sealed_key *key);

#define BT_MONTH_SALES 8

/** The month of a connection whose price depends on it, as the head-end knew it (PROTOCOL S8). */
struct bt_consumer_month {
	int32_t of;     /* year * 100 + month, in India; 0: the price knows no months */
	int64_t units;  /* tenths of kWh paid for in it */
	bt_paise fixed; /* of its fixed charge, still owed */
	int sale_count;
	char sales[BT_MONTH_SALES]
		  [37]; /* this terminal's sales that are in it, the newest; when full, all older ones too */
};

struct bt_consumer {
	char number[16]; /* connection number, 12 digits as a rule */
	char meter[14];  /* DRN, "" when none */
	char pan[19];    /* MeterPAN, "" when none */
	char mobile[16];
	struct bt_dual name, relative, place;
	char relation[8]; /* "s/o", "d/o", "w/o" */
	char category[16];
	enum bt_kind kind;
	bool takes_token;
	bool postpaid;
	bt_paise balance;
	int64_t balance_at_ms;
	bt_paise dues, dues_daily;
	int64_t free_left, free_of; /* tenths of kWh; free_of 0: none */
	struct bt_consumer_month month;
	struct bt_dual blocked;   /* reason; both empty: not blocked */
	int64_t supply_cut_at_ms; /* 0: not cut */
	int64_t cut_from_ms;      /* 0: no cut in sight */
	bt_paise last_recharge;
	int64_t daily_units;             /* tenths of kWh used on a usual day, 0 not known */
	struct bt_sealed_key key;        /* credit tokens are made under it, after the change when one is due */
	struct bt_sealed_key key_next;   /* the one after it, known before it is used (PROTOCOL T6) */
	struct bt_key_change key_change; /* what brings the meter to `key`, while it is due */
};

bool bt_consumer_is_blocked(const struct bt_consumer *consumer);

/** One consumer from the head-end's JSON (bytes of one object). Every string is cleaned.
 *  @return BT_OK, or BT_EFORMAT; *out undefined then. */
BT_MUST_USE enum bt_err bt_consumer_decode(struct bt_bytes json, struct bt_consumer *out, struct bt_fault *fault);

struct bt_directory;

/** Open or make the cache at @p path. A damaged file is deleted and made anew (it is a cache).
 *  @return BT_OK, BT_EOS, BT_ENOSPC, BT_ENOMEM. */
BT_MUST_USE enum bt_err bt_directory_open(const char *path, struct bt_directory **out, struct bt_fault *fault);
void bt_directory_close(struct bt_directory *directory);

/** Apply one page of GET /v1/directory (the reply's whole body) in one transaction, where nobody waits; else page.h.
 *  One bad consumer is skipped and counted, and what was held of its number is forgotten (PROTOCOL T6); the rest go
 *  in.
 *  @param[out] complete  false: ask again with bt_directory_version().
 *  @return BT_OK, BT_EFORMAT (page unusable, nothing applied), BT_ENOSPC, BT_EOS. */
BT_MUST_USE enum bt_err bt_directory_apply(struct bt_directory *directory, struct bt_bytes page, int64_t now_ms,
					   bool *complete, int *skipped, struct bt_fault *fault);
/** Put one consumer (a live look-up) without changing the version. */
BT_MUST_USE enum bt_err bt_directory_put(struct bt_directory *directory, const struct bt_consumer *consumer,
					 struct bt_fault *fault);
int64_t bt_directory_version(struct bt_directory *directory);
/** When the last page was applied, 0 never. */
int64_t bt_directory_updated_ms(struct bt_directory *directory);
int64_t bt_directory_count(struct bt_directory *directory);

/** Exact look-up by connection number. @return BT_OK, BT_ENOTFOUND, BT_EOS. */
BT_MUST_USE enum bt_err bt_directory_find(struct bt_directory *directory, const char *number, struct bt_consumer *out);
/** Exact look-up by meter (DRN). */
BT_MUST_USE enum bt_err bt_directory_find_meter(struct bt_directory *directory, const char *drn,
						struct bt_consumer *out);
/**
 * Prefix search: digits match number, meter or mobile (blanks between digits ignored; the last four or more digits of
 * a meter match too); words match name and place in either script, in any order, each a prefix. Behind those come the
 * ones that only sound like what was typed (core/base/text.h, bt_text_sounds): Birendra finds Virendra.
 * @param[in]  text  as typed, at least 3 letters or 4 digits, else nothing is found.
 * @param[in]  max   rows wanted, 1..64.
 * @param[out] out   array of @p max; @p count rows are filled: exact number hits first, then by name, then by name
 * those that are spelled otherwise.
 * @param[out] more  true when more than @p max match.
 * When more than @p max match, which of them are given is not said; those given are sorted.
 * Time: below a millisecond for a name and a place at a million consumers; 8 ms for four or more common words that
 * hardly ever meet in one row (tests/bench/bench_directory.c).
 */
BT_MUST_USE enum bt_err bt_directory_search(struct bt_directory *directory, const char *text, int max,
					    struct bt_consumer *out, int *count, bool *more);

#endif
