/* Questions about sales, answered from the projection. */
#include <string.h>

#include "core/journal/chain.h"
#include "core/journal/fold.h"
#include "core/journal/state.h"

/* A statement ready to step, or NULL after noting why in *err. */
static sqlite3_stmt *start(struct bt_journal *journal, enum bt_statement id, enum bt_err *err)
{
	sqlite3_stmt *statement = bt_store_statement(&journal->store, id);
	if (!statement)
		*err = bt_journal_judge(journal, bt_store_error(&journal->store, "query", NULL), "query");
	return statement;
}

/* One step that has to give a row, or BT_ENOTFOUND. */
static enum bt_err step_row(struct bt_journal *journal, sqlite3_stmt *statement)
{
	int code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		return BT_OK;
	if (code == SQLITE_DONE)
		return BT_ENOTFOUND;
	return bt_journal_judge(journal, bt_store_error(&journal->store, "query", NULL), "query");
}

/* Make the row of a sale from its events. */
static enum bt_err refold(struct bt_journal *journal, const char *sale_id, struct bt_sale_row *row)
{
	enum bt_err err = BT_OK;
	struct bt_event event;
	sqlite3_stmt *statement = start(journal, BT_STMT_SALE_EVENTS, &err);
	if (!statement || bt_store_bind_text(statement, 1, sale_id))
		return BT_EDISK;
	while (err == BT_OK && (err = step_row(journal, statement)) == BT_OK) {
		json_t *body = NULL;
		err = bt_store_event(statement, &event);
		if (err == BT_OK)
			err = bt_chain_check(&event);
		if (err == BT_OK)
			err = bt_json_parse(event.body, BT_EVENT_BODY_MAX, &body, NULL);
		if (err == BT_OK)
			err = bt_fold_event(row, &event, body);
		json_decref(body);
		if (err == BT_ENOTFOUND)
			err = BT_ECORRUPT;
	}
	sqlite3_reset(statement);
	return err == BT_ENOTFOUND ? BT_OK : err;
}

enum bt_err bt_journal_sale(struct bt_journal *journal, const char *sale_id, struct bt_sale_row *out)
{
	struct bt_sale_row row = {0}, again = {0};
	enum bt_err err = bt_store_find_sale(&journal->store, sale_id, &row, NULL);
	if (err == BT_OK)
		err = refold(journal, sale_id, &again);
	if (err == BT_OK && !bt_fold_equal(&row, &again))
		err = BT_ECORRUPT;
	if (err != BT_OK)
		return bt_journal_judge(journal, err, "sale differs from its events");
	if (row.paid_seq == 0)
		return BT_ENOTFOUND;
	*out = row;
	return BT_OK;
}

bool bt_journal_may_be_pending(struct bt_journal *journal, const char *sale_id)
{
	struct bt_sale_row row;
	enum bt_err err = bt_store_find_sale(&journal->store, sale_id, &row, NULL);
	return err != BT_OK || (row.paid_seq != 0 && row.stage == BT_STAGE_PENDING);
}

enum bt_err bt_journal_sale_by_receipt(struct bt_journal *journal, const char *receipt, struct bt_sale_row *out)
{
	char sale_id[37];
	enum bt_err err = BT_OK;
	if (strncmp(receipt, "D-", 2) == 0)
		receipt += 2;
	sqlite3_stmt *statement = start(journal, BT_STMT_RECEIPT, &err);
	if (!statement)
		return err;
	if (bt_store_bind_text(statement, 1, receipt))
		return BT_ENOMEM;
	err = step_row(journal, statement);
	if (err == BT_OK && !bt_store_text(statement, 0, sale_id, sizeof sale_id))
		err = bt_journal_judge(journal, BT_ECORRUPT, "receipt");
	sqlite3_reset(statement);
	return err == BT_OK ? bt_journal_sale(journal, sale_id, out) : err;
}

static const enum bt_statement filters[] = {
    [BT_SALES_ALL] = BT_STMT_ALL,           [BT_SALES_UNSETTLED] = BT_STMT_UNSETTLED,
    [BT_SALES_OPEN] = BT_STMT_OPEN,         [BT_SALES_METER] = BT_STMT_OF_METER,
    [BT_SALES_IN_DOUBT] = BT_STMT_IN_DOUBT, [BT_SALES_TENDERED] = BT_STMT_TENDERED,
};

enum bt_err bt_journal_sales(struct bt_journal *journal, enum bt_sale_filter filter, const char *key, int max,
			     struct bt_sale_row *out, int *count)
{
	int n = 0;
	enum bt_err err = BT_OK;
	if ((unsigned)filter >= sizeof filters / sizeof *filters || max < 0)
		return BT_EINPUT;
	if (!journal->store.db)
		return journal->state;
	sqlite3_stmt *statement = start(journal, filters[filter], &err);
	if (!statement)
		return err;
	if (bt_store_bind_text(statement, 1, key ? key : "") || sqlite3_bind_int(statement, 2, max))
		return BT_ENOMEM;
	while (n < max && (err = step_row(journal, statement)) == BT_OK &&
	       (err = bt_store_sale(statement, &out[n])) == BT_OK)
		n++;
	sqlite3_reset(statement);
	if (err != BT_OK && err != BT_ENOTFOUND)
		return bt_journal_judge(journal, err, "a sale row is damaged");
	*count = n;
	return BT_OK;
}

enum bt_err bt_journal_next_pending(struct bt_journal *journal, const char *delivery, int64_t after,
				    struct bt_sale_row *out)
{
	struct bt_sale_row row;
	enum bt_err err = BT_OK;
	sqlite3_stmt *statement = start(journal, BT_STMT_NEXT_PENDING, &err);
	if (!statement)
		return err;
	if (bt_store_bind_text(statement, 1, delivery) || sqlite3_bind_int64(statement, 2, after))
		return BT_ENOMEM;
	err = step_row(journal, statement);
	if (err == BT_OK)
		err = bt_journal_judge(journal, bt_store_sale(statement, &row), "a sale row is damaged");
	sqlite3_reset(statement);
	if (err == BT_OK)
		*out = row;
	return err;
}

static enum bt_err read_range(struct bt_journal *journal, enum bt_statement id, const int64_t range[2], int max,
			      struct bt_sale_row *out, int *count)
{
	int n = 0;
	enum bt_err err = BT_OK;
	sqlite3_stmt *statement = start(journal, id, &err);
	if (!statement)
		return err;
	if (sqlite3_bind_int64(statement, 1, range[0]) || sqlite3_bind_int64(statement, 2, range[1]) ||
	    sqlite3_bind_int(statement, 3, max))
		return BT_ENOMEM;
	while (n < max && (err = step_row(journal, statement)) == BT_OK &&
	       (err = bt_store_sale(statement, &out[n])) == BT_OK)
		n++;
	sqlite3_reset(statement);
	if (err != BT_OK && err != BT_ENOTFOUND)
		return bt_journal_judge(journal, err, "a sale row is damaged");
	*count = n;
	return BT_OK;
}

enum bt_err bt_journal_covered(struct bt_journal *journal, int64_t after, int64_t upto, int max,
			       struct bt_sale_row *out, int *count)
{
	return read_range(journal, BT_STMT_COVERED, (int64_t[]){after, upto}, max, out, count);
}

enum bt_err bt_journal_left_over(struct bt_journal *journal, int64_t after, int64_t upto, int max,
				 struct bt_sale_row *out, int *count)
{
	return read_range(journal, BT_STMT_LEFT_OVER, (int64_t[]){after, upto}, max, out, count);
}

static enum bt_err count_rows(struct bt_journal *journal, sqlite3_stmt *statement, int64_t *out)
{
	enum bt_err err = step_row(journal, statement);
	if (err == BT_OK)
		*out = sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	return err;
}

static enum bt_err count_within(struct bt_journal *journal, enum bt_statement id, int64_t after, int64_t upto,
				int64_t *out)
{
	enum bt_err err = BT_OK;
	sqlite3_stmt *statement = start(journal, id, &err);
	if (!statement)
		return err;
	if (sqlite3_bind_int64(statement, 1, after) || sqlite3_bind_int64(statement, 2, upto))
		return BT_ENOMEM;
	return count_rows(journal, statement, out);
}

enum bt_err bt_journal_open_within(struct bt_journal *journal, int64_t after, int64_t upto, int max,
				   struct bt_sale_row *out, int *count, struct bt_open_count *all)
{
	struct bt_open_count found = {0};
	enum bt_err err = count_within(journal, BT_STMT_OPEN_WITHIN_COUNT, after, upto, &found.all);
	if (err == BT_OK)
		err = count_within(journal, BT_STMT_BANK_WITHIN_COUNT, after, upto, &found.bank);
	if (err == BT_OK)
		err = read_range(journal, BT_STMT_OPEN_WITHIN, (int64_t[]){after, upto}, max, out, count);
	if (err != BT_OK)
		return err;
	found.all += found.bank;
	*all = found;
	return BT_OK;
}

enum bt_err bt_journal_under_way(struct bt_journal *journal, int64_t *out)
{
	enum bt_err err = BT_OK;
	sqlite3_stmt *statement = start(journal, BT_STMT_UNDER_WAY, &err);
	return statement ? count_rows(journal, statement, out) : err;
}

enum bt_err bt_journal_count_excepted(struct bt_journal *journal, const char *codes, int64_t *out)
{
	enum bt_err err = BT_OK;
	sqlite3_stmt *statement = start(journal, BT_STMT_EXCEPTED_COUNT, &err);
	if (!statement)
		return err;
	if (sqlite3_bind_int64(statement, 1, journal->head.seq) || bt_store_bind_text(statement, 2, codes))
		return BT_ENOMEM;
	err = step_row(journal, statement);
	if (err == BT_OK)
		*out = sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	return err;
}

enum bt_err bt_journal_open_count(struct bt_journal *journal, int64_t *out)
{
	enum bt_err err = BT_OK;
	sqlite3_stmt *statement = start(journal, BT_STMT_OPEN_COUNT, &err);
	if (!statement || (err = step_row(journal, statement)) != BT_OK)
		return err;
	*out = sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	return BT_OK;
}

static enum bt_err read_exception(sqlite3_stmt *statement, struct bt_event *event, char code[BT_EXCEPTION_CODE_MAX])
{
	json_t *body = NULL;
	enum bt_err err = bt_store_event(statement, event);
	if (err == BT_OK)
		err = bt_chain_check(event);
	if (err != BT_OK)
		return err;
	code[0] = 0;
	if (bt_json_parse(event->body, BT_EVENT_BODY_MAX, &body, NULL) != BT_OK ||
	    bt_json_text(body, "code", code, BT_EXCEPTION_CODE_MAX) != BT_OK)
		code[0] = 0;
	json_decref(body);
	return BT_OK;
}

enum bt_err bt_journal_exceptions(struct bt_journal *journal, const char *sale_id,
				  bool (*visit)(void *context, const char *sale_id, const char *code), void *context)
{
	char code[BT_EXCEPTION_CODE_MAX];
	struct bt_event event;
	bool more = true;
	enum bt_err err = BT_OK;
	sqlite3_stmt *statement = start(journal, sale_id ? BT_STMT_SALE_EXCEPTIONS : BT_STMT_EXCEPTIONS, &err);
	if (!statement)
		return err;
	if (sqlite3_bind_int64(statement, 1, journal->head.seq) ||
	    (sale_id && bt_store_bind_text(statement, 2, sale_id)))
		return BT_ENOMEM;
	while (more && (err = step_row(journal, statement)) == BT_OK &&
	       (err = read_exception(statement, &event, code)) == BT_OK)
		more = visit(context, event.sale_id, code);
	sqlite3_reset(statement);
	return err == BT_ENOTFOUND ? BT_OK : bt_journal_judge(journal, err, "an exception is damaged");
}

struct exception_search {
	const char *wanted;
	bool found;
};

static bool match_exception(void *context, const char *sale_id, const char *code)
{
	struct exception_search *search = context;
	(void)sale_id;
	search->found = strcmp(code, search->wanted) == 0;
	return !search->found;
}

bool bt_journal_has_exception(struct bt_journal *journal, const char *sale_id, const char *code)
{
	struct exception_search search = {.wanted = code};
	return bt_journal_exceptions(journal, sale_id, match_exception, &search) != BT_OK || search.found;
}

struct newest_exception {
	bool any;
	char code[BT_EXCEPTION_CODE_MAX];
};

static bool keep_exception(void *context, const char *sale_id, const char *code)
{
	struct newest_exception *newest = context;
	(void)sale_id;
	newest->any = true;
	bt_text_copy(newest->code, sizeof newest->code, code);
	return true;
}

enum bt_err bt_journal_exception(struct bt_journal *journal, const char *sale_id, char out[BT_EXCEPTION_CODE_MAX])
{
	struct newest_exception newest = {0};
	enum bt_err err = bt_journal_exceptions(journal, sale_id, keep_exception, &newest);
	if (err == BT_OK && !newest.any)
		err = BT_ENOTFOUND;
	if (err == BT_OK)
		memcpy(out, newest.code, sizeof newest.code);
	return err;
}

static enum bt_err count_unsent(struct bt_journal *journal, enum bt_statement which, struct bt_unsent *out)
{
	enum bt_err err = BT_OK;
	sqlite3_stmt *statement = start(journal, which, &err);
	if (!statement || (err = step_row(journal, statement)) != BT_OK)
		return err;
	*out = (struct bt_unsent){.count = sqlite3_column_int64(statement, 0),
				  .paise = sqlite3_column_int64(statement, 1),
				  .oldest_ms = sqlite3_column_int64(statement, 2)};
	sqlite3_reset(statement);
	return BT_OK;
}

enum bt_err bt_journal_unsent(struct bt_journal *journal, struct bt_unsent *out)
{
	return count_unsent(journal, BT_STMT_UNSENT, out);
}

/* What all recoveries behind event @p after have lost: usually there is none, and never are there many. */
static enum bt_err sum_lost(struct bt_journal *journal, int64_t after, struct bt_epoch *out)
{
	struct bt_event event = {.seq = after};
	struct bt_epoch epoch;
	struct bt_buf body;
	enum bt_err err = BT_OK;
	*out = (struct bt_epoch){0};
	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	while (err == BT_OK && event.seq < journal->epoch_seq) {
		err = bt_journal_next(journal, BT_EVENT_EPOCH, event.seq, &event, &body);
		if (err == BT_OK && (bt_chain_epoch(event.body, &epoch) != BT_OK ||
				     __builtin_add_overflow(out->lost, epoch.lost, &out->lost) ||
				     __builtin_add_overflow(out->lost_sales, epoch.lost_sales, &out->lost_sales) ||
				     __builtin_add_overflow(out->lost_paise, epoch.lost_paise, &out->lost_paise)))
			err = bt_journal_judge(journal, BT_ECORRUPT, "epoch event is damaged");
	}
	bt_buf_fini(&body);
	return err;
}

int64_t bt_journal_lost_after(struct bt_journal *journal, int64_t seq)
{
	struct bt_epoch lost;
	return sum_lost(journal, seq, &lost) == BT_OK ? lost.lost : journal->epoch.lost;
}

static enum bt_err add_lost(struct bt_journal *journal, struct bt_unsent *used)
{
	struct bt_epoch lost;
	enum bt_err err = sum_lost(journal, bt_journal_acknowledged(journal), &lost);
	if (err == BT_OK && (__builtin_add_overflow(used->count, lost.lost_sales, &used->count) ||
			     __builtin_add_overflow(used->paise, lost.lost_paise, &used->paise)))
		err = BT_ERANGE;
	return err;
}

enum bt_err bt_journal_used(struct bt_journal *journal, struct bt_unsent *out)
{
	enum bt_err err = count_unsent(journal, BT_STMT_USED, out);
	return err == BT_OK && journal->epoch_seq > 0 ? add_lost(journal, out) : err;
}

enum bt_err bt_journal_meter_use(struct bt_journal *journal, const char *meter, int64_t since_ms, int64_t *tokens,
				 bt_paise *paise)
{
	enum bt_err err = BT_OK;
	sqlite3_stmt *statement = start(journal, BT_STMT_METER_USE, &err);
	if (!statement)
		return err;
	if (bt_store_bind_text(statement, 1, meter) || sqlite3_bind_int64(statement, 2, since_ms))
		return BT_ENOMEM;
	err = step_row(journal, statement);
	if (err != BT_OK)
		return err;
	*tokens = sqlite3_column_int64(statement, 0);
	*paise = sqlite3_column_int64(statement, 1);
	sqlite3_reset(statement);
	return BT_OK;
}

bool bt_journal_tid_used(struct bt_journal *journal, const char *meter, uint32_t tid)
{
	enum bt_err err = BT_OK;
	sqlite3_stmt *statement = start(journal, BT_STMT_TID, &err);
	/* A question that cannot be answered counts as burned: another TID costs nothing, a second use does. */
	if (!statement || bt_store_bind_text(statement, 1, meter) || sqlite3_bind_int64(statement, 2, tid) ||
	    bt_store_bind_text(statement, 3, ""))
		return true;
	err = step_row(journal, statement);
	sqlite3_reset(statement);
	return err != BT_ENOTFOUND;
}

enum bt_err bt_journal_shift_count(struct bt_journal *journal, int64_t shift, int64_t *count)
{
	enum bt_err err = BT_OK;
	sqlite3_stmt *statement = start(journal, BT_STMT_SHIFT, &err);
	if (!statement)
		return err;
	if (sqlite3_bind_int64(statement, 1, shift))
		return BT_ENOMEM;
	err = step_row(journal, statement);
	if (err == BT_OK)
		*count = sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	return err;
}

int64_t bt_journal_acknowledged(struct bt_journal *journal)
{
	struct bt_head peer = {0};
	return bt_store_peer(&journal->store, &peer, NULL) == BT_OK ? peer.seq : 0;
}

static enum bt_err check_acknowledged(struct bt_journal *journal, const struct bt_head *head, struct bt_fault *fault)
{
	struct bt_event event;
	if (head->seq > journal->head.seq)
		return bt_fault_set(fault, BT_ECORRUPT, 0, "head-end holds more than this journal");
	enum bt_err err = bt_store_event_at(&journal->store, head->seq, &event, fault);
	if (err == BT_OK && memcmp(event.hash, head->hash, sizeof event.hash) != 0)
		err = bt_fault_set(fault, BT_ECORRUPT, 0, "head-end holds another event %lld", (long long)head->seq);
	return err;
}

static enum bt_err may_acknowledge(const struct bt_journal *journal, struct bt_fault *fault)
{
	if (journal->state != BT_OK)
		return bt_fault_set(fault, journal->state, 0, "journal has stopped");
	return journal->signer ? BT_OK : bt_fault_set(fault, BT_ESTATE, 0, "journal is open for reading only");
}

static enum bt_err keep_acknowledged(struct bt_journal *journal, const struct bt_head *head, struct bt_fault *fault)
{
	struct bt_head found;
	enum bt_err err = bt_store_put_peer(&journal->store, head, fault);
	if (err == BT_ENOSPC && journal->hold.ballast) {
		err = bt_journal_regain(journal, &found, fault);
		if (err == BT_OK)
			err = bt_store_put_peer(&journal->store, head, fault);
	}
	return err;
}

/* An old copy of the disk was put back. What stops it now has to stop it at the next start too, when nobody may be
 * there to say so again; where it cannot be kept, this run at least is over. */
static enum bt_err judge_acknowledged(struct bt_journal *journal, const struct bt_head *head, struct bt_fault *fault)
{
	enum bt_err err = check_acknowledged(journal, head, fault);
	if (head->seq > journal->head.seq && keep_acknowledged(journal, head, NULL) != BT_OK)
		bt_log_line(journal->log, "journal", "head %lld of the head-end cannot be kept", (long long)head->seq);
	return bt_journal_judge(journal, err, "acknowledged head");
}

enum bt_err bt_journal_acknowledge(struct bt_journal *journal, const struct bt_head *head, struct bt_fault *fault)
{
	enum bt_err err = may_acknowledge(journal, fault);
	if (err != BT_OK || head->seq <= 0)
		return err;
	err = judge_acknowledged(journal, head, fault);
	if (err == BT_OK && head->seq > bt_journal_acknowledged(journal))
		err = bt_journal_judge(journal, keep_acknowledged(journal, head, fault), "acknowledged head");
	return err;
}

enum bt_err bt_journal_put_acknowledged(struct bt_journal *journal, const struct bt_event_in *events, int count,
					const struct bt_head *head, struct bt_fault *fault)
{
	enum bt_err err = may_acknowledge(journal, fault);
	if (err != BT_OK)
		return err;
	if (count == 0)
		return bt_journal_acknowledge(journal, head, fault);
	err = bt_journal_check_kinds(events, count, fault);
	if (err != BT_OK || head->seq <= 0)
		return err != BT_OK ? err : bt_journal_put_events(journal, events, count, NULL, fault);
	err = judge_acknowledged(journal, head, fault);
	bool is_new = err == BT_OK && head->seq > bt_journal_acknowledged(journal);
	return err == BT_OK ? bt_journal_put_events(journal, events, count, is_new ? head : NULL, fault) : err;
}
