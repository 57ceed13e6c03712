#include <string.h>

#include "core/authority/authority.h"
#include "core/base/json.h"
#include "core/base/mutant.h"

void bt_clock_trust_confirm(struct bt_clock_trust *trust, const struct bt_clock *clock, int64_t true_ms)
{
	struct bt_clock_trust fresh = {.true_ms = true_ms, .boot_ms = bt_clock_boot_ms(clock)};

	bt_clock_boot_id(clock, fresh.boot_id);
	fresh.offset_ms = true_ms - bt_clock_wall_ms(clock);
	*trust = fresh;
}

static bool is_this_boot(const struct bt_clock_trust *trust, const struct bt_clock *clock)
{
	char boot_id[37];

	bt_clock_boot_id(clock, boot_id);
	return trust->true_ms > 0 && strcmp(boot_id, trust->boot_id) == 0;
}

enum bt_err bt_clock_trust_encode(const struct bt_clock_trust *trust, const struct bt_clock *clock, const char *source,
				  const char *who, struct bt_buf *out)
{
	json_t *body;
	enum bt_err err;

	if (strcmp(source, "server") != 0 && strcmp(source, "supervisor") != 0)
		return BT_EINPUT;
	if (!is_this_boot(trust, clock))
		return BT_ECLOCK;
	body = json_pack("{s:s, s:I, s:s, s:I, s:I}", "boot_id", trust->boot_id, "boot_ms", (json_int_t)trust->boot_ms,
			 "source", source, "wall_ms", (json_int_t)trust->true_ms, "offset_ms",
			 (json_int_t)trust->offset_ms);
	err = body && (!who[0] || json_object_set_new(body, "operator", json_string(who)) == 0)
		  ? bt_json_encode(body, out)
		  : BT_ENOMEM;
	json_decref(body);
	return err;
}

enum bt_err bt_clock_trust_decode(struct bt_bytes body, struct bt_clock_trust *out)
{
	struct bt_clock_trust trust = {0};
	json_t *json = NULL;
	enum bt_err err = BT_EFORMAT;

	if (bt_json_parse(body, BT_EVENT_BODY_MAX, &json, NULL) != BT_OK)
		return BT_EFORMAT;
	if (bt_json_text(json, "boot_id", trust.boot_id, sizeof trust.boot_id) == BT_OK &&
	    bt_json_int(json, "boot_ms", 0, INT64_MAX / 4, &trust.boot_ms) == BT_OK &&
	    bt_json_int(json, "wall_ms", 1, INT64_MAX / 4, &trust.true_ms) == BT_OK &&
	    bt_json_int(json, "offset_ms", -(INT64_MAX / 4), INT64_MAX / 4, &trust.offset_ms) == BT_OK)
		err = BT_OK;
	json_decref(json);
	if (!err)
		*out = trust;
	return err;
}

/* Elapsed time of this boot runs forwards only; BT_ECLOCK where it does not, or nobody confirmed. */
static enum bt_err run_on(const struct bt_clock_trust *trust, const struct bt_clock *clock, int64_t *out)
{
	int64_t elapsed;

	if (!is_this_boot(trust, clock))
		return BT_ECLOCK;
	elapsed = bt_clock_boot_ms(clock) - trust->boot_ms;
	if (elapsed < 0)
		return BT_ECLOCK;
	*out = trust->true_ms + elapsed;
	return BT_OK;
}

enum bt_clock_doubt bt_clock_trust_doubt(const struct bt_clock_trust *trust, const struct bt_clock *clock,
					 int64_t *apart_ms)
{
	int64_t now, moved;

	*apart_ms = 0;
	if (run_on(trust, clock, &now) != BT_OK)
		return BT_CLOCK_UNCONFIRMED;
	*apart_ms = bt_clock_wall_ms(clock) - now;
	moved = *apart_ms + trust->offset_ms;
	return moved > BT_CLOCK_APART_MAX_MS || moved < -BT_CLOCK_APART_MAX_MS ? BT_CLOCK_MOVED : BT_CLOCK_SURE;
}

enum bt_err bt_clock_trust_now(const struct bt_clock_trust *trust, const struct bt_clock *clock, int64_t *out)
{
	int64_t apart;

	if (bt_mutant(BT_MUTANT_CLOCK_TRUSTED_AT_BOOT)) {
		*out = bt_clock_wall_ms(clock);
		return BT_OK;
	}
	if (bt_clock_trust_doubt(trust, clock, &apart) != BT_CLOCK_SURE)
		return BT_ECLOCK;
	return run_on(trust, clock, out);
}

int64_t bt_clock_trust_best(const struct bt_clock_trust *trust, const struct bt_clock *clock)
{
	int64_t now;

	return run_on(trust, clock, &now) == BT_OK ? now : bt_clock_wall_ms(clock);
}

/* ---- after a recovery ---- */

struct confirmation {
	int64_t seq, true_ms;
	bool by_server;
};

static bool read_confirmation(const struct bt_event *event, struct confirmation *out)
{
	struct bt_clock_trust trust;
	char source[16];
	json_t *body = NULL;
	bool is = bt_clock_trust_decode(event->body, &trust) == BT_OK &&
		  bt_json_parse(event->body, BT_EVENT_BODY_MAX, &body, NULL) == BT_OK &&
		  bt_json_text(body, "source", source, sizeof source) == BT_OK;

	json_decref(body);
	if (is)
		*out = (struct confirmation){event->seq, trust.true_ms, strcmp(source, "server") == 0};
	return is;
}

/* The next one that can be read, behind the one in @p at. */
static bool go_to_next(struct bt_journal *journal, struct confirmation *at)
{
	struct bt_event event = {.seq = at->seq};
	struct bt_buf text;
	bool found = false;

	bt_buf_init(&text, BT_EVENT_BODY_MAX);
	while (!found && bt_journal_next(journal, BT_EVENT_CLOCK, event.seq, &event, &text) == BT_OK)
		found = read_confirmation(&event, at);
	bt_buf_fini(&text);
	return found;
}

int64_t bt_clock_recovered_ms(struct bt_journal *journal)
{
	struct confirmation at = {.seq = bt_journal_epoch_seq(journal)};
	int64_t first;

	if (at.seq == 0)
		return 0;
	if (!go_to_next(journal, &at))
		return INT64_MAX;
	first = at.true_ms;
	/* A supervisor who was years ahead would otherwise shut the terminal's minutes for as long. */
	while (!at.by_server)
		if (!go_to_next(journal, &at))
			return first;
	return at.true_ms < first ? at.true_ms : first;
}
