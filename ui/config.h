/* The settings file: INI, one section [batti], every key known or the program does not start.
 *
 * Sample with every key explained: assets/batti.conf.sample. */
#ifndef BT_UI_CONFIG_H
#define BT_UI_CONFIG_H

#include "core/base/text.h"
#include "core/receipt/receipt.h"
#include "core/tender/tender.h"
#include "core/wire/protocol.h"

#define BT_COLOURS_AUTO 0
#define BT_COLOURS_NONE (-1)

#define BT_DENOMINATIONS_MAX 11 /* coins are one line more */

struct bt_config {
	int deadline_ms;    /* the counter is free after this, 200..10000 */
	int slow_ms;        /* an answer slower than this is slow, 50..10000 */
	int idle_lock_s;    /* 0 never, else 30..3600 */
	int cash_day_limit; /* rupees: from this much cash of one person in a day on nothing is taken, 1..200000 */
	bt_paise cash_ceiling, cash_warning; /* cash in hand that a shift may have; 0 none */
	int denomination_count;
	bt_paise denominations[BT_DENOMINATIONS_MAX]; /* notes as they are counted, in falling order */
	const struct bt_protocol *protocol; /* how the head-end is asked, and whether it picks tokens itself */
	enum bt_upi_way upi;
	char psp_url[256];      /* of the payment service, "https://host:port"; "" for none */
	char psp_key_file[256]; /* key id, colon, secret; only its owner may read it */
	char psp_ca_file[256];  /* PEM: who vouches for the service */
	enum bt_lang language;
	enum bt_receipt_lang receipt_language;
	char printer[256];         /* an address as printer/link.h has them, "none" for no printer */
	char printer_profile[32];  /* "auto", or an id of a row */
	char printer_models[256];  /* folder with the files of models; "" for those that come with Batti */
	char slips[256];           /* folder with the form of the slips and its pictures; "" for Batti's own */
	char font[256];            /* "" for the one that comes with Batti */
	char vending_key[512];     /* pkcs11:... of a module with the vending keys; "" for keys sealed in the list */
	char vending_key_pin[256]; /* "ask", or a file whose first line is the PIN */
	char mirror[512];          /* folder on a second disk or stick that gets every record; "" for none */
	bool mirror_required;      /* no sale is begun while it is missing */
	char sta_tables[256];      /* file with the tables of EA07; "" for the sample set */
	int colours;               /* BT_COLOURS_AUTO, BT_COLOURS_NONE, or use no more than 256, 16 or 8 */
};

/** What stands when nothing is set. */
void bt_config_default(struct bt_config *config);
/**
 * Read @p path over what @p config holds.
 * @return BT_OK; BT_ENOTFOUND, BT_EOS: no file that can be read; BT_EUNSUPPORTED: an unknown key, BT_EINPUT: a value
 * out of its range, BT_ESTATE: a setting outside of [batti], BT_ECORRUPT: no line of settings. fault->sys is then the
 * number of the first such line, fault->what that line as "key = value" but for BT_ECORRUPT; @p config is untouched.
 */
BT_MUST_USE enum bt_err bt_config_read(const char *path, struct bt_config *config, struct bt_fault *fault);
/** @return the setting of `upi`, when it wants a payment service and psp_url or psp_key_file is not set; else NULL. */
const char *bt_config_lacks_service(const struct bt_config *config);

#endif
