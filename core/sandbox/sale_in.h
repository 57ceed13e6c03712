/* The sale record as terminals send it, read strictly into one bounded value, and the core by which two records of one
 * id are compared (PROTOCOL H2). */
#ifndef BT_SANDBOX_SALE_IN_H
#define BT_SANDBOX_SALE_IN_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define BT_SBX_SALE_ID_LEN 36

struct bt_sbx_key_id {
	char sgc[7], ti[3], ea[3], dkga[3];
	char kcv[7];
	int krn, kt, base, ken, version;
};

struct bt_sbx_sale {
	char sale_id[BT_SBX_SALE_ID_LEN + 1];
	char terminal[9];
	char connection[13];
	char meter[14], pan[19]; /* "" when the connection has none */
	char kind[10];
	char delivery[8]; /* token, balance, dues */
	char operator_id[33];
	char receipt[33];
	char tariff[33];
	int64_t amount_paise, dues_paise, duty_paise, energy_paise;
	int64_t units; /* tenths of kWh */
	int64_t paid_at;
	int64_t lease, rev;
	bool has_tid;
	int64_t tid, rnd;
	bool has_key;
	struct bt_sbx_key_id key;
	bool has_month; /* what it was priced by, where the price depends on the month */
	int64_t month, before, free, fixed_paise;
	bool on_paper; /* read from a docket: the fixed charge stands in the energy, and the month is not said */
};

/** What must be equal for two records to be the same sale. */
struct bt_sbx_core {
	char sale_id[BT_SBX_SALE_ID_LEN + 1];
	char terminal[9];
	char connection[13];
	char meter[14];
	char delivery[8];
	char key_id[80];
	char token[21]; /* "" when not known */
	int64_t paise, units;
	int64_t tid, rnd; /* -1: not named */
	bool picked;      /* the head-end chose tid, rnd and key */
};

/** Lower-case UUID text. */
bool bt_sbx_is_sale_id(const char *text);
/** Read a whole record. @return false on anything missing, of a wrong type, out of range or contradictory in itself. */
bool bt_sbx_sale_read(const json_t *object, struct bt_sbx_sale *out);
/** Core of a request; @p token may be "". */
void bt_sbx_core_of(const struct bt_sbx_sale *sale, const char *token, struct bt_sbx_core *out);
/** As if the same minute and key had been named: for a head-end that looks at neither. */
void bt_sbx_core_take_minute(struct bt_sbx_core *asked, const struct bt_sbx_core *held);
/** True when @p asked names the sale that is @p held. What one side does not name is not compared. */
bool bt_sbx_core_equal(const struct bt_sbx_core *held, const struct bt_sbx_core *asked);
/** As if the terminal had named no minute and no key: the head-end picks both. */
void bt_sbx_sale_drop_minute(struct bt_sbx_sale *sale);
/** Key identity as one text, "" without a key. */
void bt_sbx_key_id_text(const struct bt_sbx_sale *sale, char out[80]);

#endif
