#include "tests/world/head_end.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mutant.h"
#include "core/base/text.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/crypto.h"
#include "core/sandbox/ledger.h"
#include "core/sandbox/marks.h"
#include "core/sandbox/people.h"
#include "core/sandbox/psp.h"

#define ERA     "\"era\":"
#define TID     "\"tid\":"
#define SALE_ID "\"sale_id\":\""
#define DAY_MS  INT64_C(86400000)

static void fill_by_chance(void *context, uint8_t *out, size_t len)
{
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)chance_below(context, 256);
}

static sqlite3 *copy_ledger(sqlite3 *from)
{
	sqlite3_backup *backup;
	sqlite3 *copy = NULL;
	bool whole;

	if (sqlite3_open_v2(":memory:", &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
			    NULL) != SQLITE_OK)
		return NULL;
	backup = sqlite3_backup_init(copy, "main", from, "main");
	whole = backup && sqlite3_backup_step(backup, -1) == SQLITE_DONE;
	if (sqlite3_backup_finish(backup) != SQLITE_OK || !whole) {
		sqlite3_close(copy);
		return NULL;
	}
	return copy;
}

/* ---- the town ---- */

/* The factory's list says which key is in which meter. */
static bool read_meter(const struct sim_town *town, const struct meter_sta *sta, struct sim_person *person)
{
	struct meter_fault fault;

	if (!meter_drn_is(person->meter))
		return true;
	if (!meter_factory_find(town->dir, person->meter, &person->identity, &fault))
		return false;
	person->has_other_key = person->identity.binding.krn != 1;
	return meter_cipher_open(&person->identity.binding.key, sta, &person->meter_key);
}

static bool read_meters(struct sim_town *town)
{
	struct meter_sta sta;
	bool whole = true;

	meter_sta_sample(&sta);
	for (int i = 0; i < SIM_PEOPLE && whole; i++)
		whole = read_meter(town, &sta, &town->people[i]);
	return whole;
}

static bool read_people(struct sim_town *town)
{
	sqlite3_stmt *row =
	    bt_sbx_store_ask(town->sbx.db, "SELECT number, meter FROM consumers ORDER BY version LIMIT 64", "");
	int count = 0;

	while (row && count < SIM_PEOPLE && sqlite3_step(row) == SQLITE_ROW) {
		bt_sbx_column_text(row, 0, town->people[count].number, sizeof town->people[count].number);
		bt_sbx_column_text(row, 1, town->people[count].meter, sizeof town->people[count].meter);
		count++;
	}
	sqlite3_finalize(row);
	return count == SIM_PEOPLE && read_meters(town);
}

/* The town is made on the day on which every world begins. */
static int64_t read_start(void *context)
{
	(void)context;
	return SIM_START_MS;
}

bool sim_town_open(struct sim_town *town, const char *folder, uint64_t seed)
{
	struct chance chance = {.state = seed};
	bool made;

	memset(town, 0, sizeof *town);
	snprintf(town->dir, sizeof town->dir, "%s/XXXXXX", folder);
	if (!mkdtemp(town->dir))
		return false;
	bt_sbx_random_use(fill_by_chance, &chance);
	bt_sbx_clock_use(read_start, NULL);
	made = bt_sbx_open(town->dir, &town->sbx) && bt_sbx_people_make(&town->sbx, seed, SIM_PEOPLE) &&
	       read_people(town) && sim_months_seed(town, SIM_START_MS);
	bt_sbx_clock_use(NULL, NULL);
	bt_sbx_random_use(NULL, NULL);
	if (!made)
		fprintf(stderr, "sim: the town could not be made in %s\n", town->dir);
	return made;
}

/* ---- one head-end ---- */

bool sim_head_end_open(const struct sim_town *town, uint64_t seed, struct sim_head_end *out)
{
	*out = (struct sim_head_end){.sbx = town->sbx, .up = true};
	out->sbx.dir_fd = -1;
	out->chance.state = seed;
	bt_sbx_random_use(fill_by_chance, &out->chance);
	out->sbx.db = copy_ledger(town->sbx.db);
	out->sbx.lease.grants = 2;
	return out->sbx.db != NULL;
}

void sim_head_end_close(struct sim_head_end *head)
{
	bt_sbx_random_use(NULL, NULL);
	bt_sbx_close(&head->sbx);
	sqlite3_close(head->backup);
	free(head->backup_marks);
	*head = (struct sim_head_end){.up = false};
}

bool sim_head_end_enrol(struct sim_head_end *head, const struct bt_sbx_terminal *terminal)
{
	bool kept = bt_sbx_store_begin(head->sbx.db) && bt_sbx_terminal_put(head->sbx.db, terminal) &&
		    bt_sbx_mark_terminal(&head->sbx, terminal) && bt_sbx_store_commit(head->sbx.db);

	if (!kept)
		bt_sbx_store_rollback(head->sbx.db);
	return kept;
}

#define QUERY_ARGUMENTS 4

/* A path taken apart: where it leads and what is asked. */
struct query {
	char path[256];
	int count;
	const char *names[QUERY_ARGUMENTS], *values[QUERY_ARGUMENTS];
};

static void take_apart(const char *path, struct query *out)
{
	char *rest;

	*out = (struct query){.count = 0};
	bt_text_copy(out->path, sizeof out->path, path);
	rest = strchr(out->path, '?');
	if (!rest)
		return;
	*rest++ = '\0';
	while (rest && out->count < QUERY_ARGUMENTS) {
		char *pair = strsep(&rest, "&");

		out->names[out->count] = strsep(&pair, "=");
		out->values[out->count++] = pair ? pair : "";
	}
}

static const char *find_argument(const void *source, const char *name)
{
	const struct query *query = source;

	for (int i = 0; i < query->count; i++)
		if (strcmp(query->names[i], name) == 0)
			return query->values[i];
	return NULL;
}

static bool put_body(json_t *json, struct bt_buf *body)
{
	char *text = json_dumps(json, JSON_COMPACT);
	bool put = text && bt_buf_put_text(body, text) == BT_OK;

	free(text);
	return put;
}

/* The request with the number after @p name put in place of what stands there; NULL when it is not named. */
static char *with_number(const struct bt_http_request *request, const char *name, int64_t number)
{
	const char *body = (const char *)request->body.data, *at = strstr(body, name);
	char *out;

	if (!at)
		return NULL;
	at += strlen(name);
	if (asprintf(&out, "%.*s%lld%s", (int)(at - body), body, (long long)number, at + strspn(at, "0123456789")) < 0)
		return NULL;
	return out;
}

static int64_t read_number(const struct bt_http_request *request, const char *name)
{
	const char *at = request->body.len ? strstr((const char *)request->body.data, name) : NULL;

	return at ? strtoll(at + strlen(name), NULL, 10) : 0;
}

/* Head-ends that break a rule: what would they do with this request? NULL: what an honest one does. */
static char *bend(const struct sim_head_end *head, const struct bt_http_request *request)
{
	if (bt_mutant(BT_MUTANT_OLD_ERA_TAKEN))
		return with_number(request, ERA, head->sbx.era);
	if ((bt_mutant(BT_MUTANT_SERVER_BUMPS_TID) || bt_mutant(BT_MUTANT_OTHER_DIGITS_TAKEN)) &&
	    read_number(request, TID) > 0)
		return with_number(request, TID, read_number(request, TID) + BT_SBX_LANES);
	return NULL;
}

/* What a head-end does to its own ledger that keeps ids for a day only: the sale stands, and nobody knows it any more.
 */
static void forget_id(struct sim_head_end *head, const struct bt_http_request *request)
{
	const char *at = strstr((const char *)request->body.data, SALE_ID);
	char sale_id[37] = "";

	if (at)
		(void)bt_text_printf(sale_id, sizeof sale_id, "%.36s", at + strlen(SALE_ID));
	(void)!bt_sbx_store_run(head->sbx.db, "UPDATE sales SET sale_id=sale_id||'-' WHERE sale_id=? AND at<?", "ti",
				sale_id, bt_sbx_now_ms() - DAY_MS);
}

/* And one that does not know any more what it has given in place of a token that the meter refused. */
static void forget_replacement(struct sim_head_end *head, const struct bt_http_request *request)
{
	static const char finish[] = "/finish";
	size_t len = strlen(request->path), at = len - strlen(finish);
	char sale_id[37];

	if (len < strlen(finish) + 36 || strcmp(request->path + at, finish) != 0 || !request->body.len ||
	    !strstr((const char *)request->body.data, "\"refused\""))
		return;
	(void)bt_text_printf(sale_id, sizeof sale_id, "%.36s", request->path + at - 36);
	(void)!bt_sbx_store_run(head->sbx.db, "DELETE FROM reissues WHERE sale_id=?", "t", sale_id);
}

/* And one that books a credit for a sale whose token it has just made. */
static void book_too(struct sim_head_end *head, const json_t *body)
{
	const char *sale_id = json_string_value(json_object_get(body, "sale_id"));

	if (json_string_value(json_object_get(body, "token")) && sale_id)
		(void)!bt_sbx_store_run(
		    head->sbx.db,
		    "UPDATE consumers SET balance=balance+s.paise FROM sales s WHERE s.sale_id=? AND"
		    " consumers.number=s.connection",
		    "t", sale_id);
}

/* And one that posts the newest line again when the record that it came of is sent again. */
static void post_line_again(struct sim_head_end *head, const struct bt_http_request *request, int64_t newest)
{
	char sale_id[37];
	sqlite3_stmt *row =
	    bt_sbx_store_ask(head->sbx.db, "SELECT sale_id FROM charges WHERE place=? AND sale_id<>''", "i", newest);
	bool found = row && sqlite3_step(row) == SQLITE_ROW;

	if (found)
		bt_sbx_column_text(row, 0, sale_id, sizeof sale_id);
	sqlite3_finalize(row);
	if (found && request->body.len && strstr((const char *)request->body.data, sale_id))
		(void)!bt_sbx_store_run(head->sbx.db,
					"INSERT INTO charges(connection, of, what, paise, cause, sale_id, at) SELECT"
					" connection, of, what, paise, cause, sale_id, at FROM charges WHERE place=?",
					"i", newest);
}

/* And those that count a key change as heard of, or as taken, before it is; counters are told so. */
static void hasten_key_change(sqlite3 *db, const char *from, const char *to)
{
	(void)!bt_sbx_store_run(db,
				"UPDATE consumers SET version=(SELECT max(version) FROM consumers)+1 WHERE meter IN"
				" (SELECT meter FROM key_changes WHERE stage=?)",
				"t", from);
	(void)!bt_sbx_store_run(db, "UPDATE key_changes SET stage=? WHERE stage=?", "tt", to, from);
}

int sim_head_end_serve(struct sim_head_end *head, const char *terminal, const struct bt_http_request *request,
		       bool reply_leaves, struct bt_buf *body)
{
	struct bt_sbx_reply reply = {.status = 200};
	struct query query;
	char name[64];
	const struct bt_sbx_route *route;
	struct bt_sbx_request call = {.terminal = terminal,
				      .name = name,
				      .body = request->body.len ? (const char *)request->body.data : "",
				      .body_len = request->body.len,
				      .argument = find_argument,
				      .source = &query};
	bool is_sale = strcmp(request->method, "POST") == 0 && strcmp(request->path, "/v1/sales") == 0;
	char *bent = is_sale ? bend(head, request) : NULL;
	unsigned status;

	if (bent) {
		call.body = bent;
		call.body_len = strlen(bent);
	}
	if (is_sale && bt_mutant(BT_MUTANT_IDS_FORGOTTEN))
		forget_id(head, request);
	if (bt_mutant(BT_MUTANT_REPLACED_TWICE))
		forget_replacement(head, request);
	bool is_record = bt_mutant(BT_MUTANT_LINE_TWICE) && strcmp(request->path, "/v1/journal") == 0;
	int64_t newest = is_record ? bt_sbx_store_count(head->sbx.db, 0, "SELECT max(place) FROM charges", "") : 0;

	take_apart(request->path, &query);
	route = bt_sbx_route_find(request->method, query.path, name, sizeof name);
	status = bt_sbx_route_run(&head->sbx, route, &call, &reply);
	if (is_sale && status == 201 && bt_mutant(BT_MUTANT_BALANCE_AND_TOKEN))
		book_too(head, reply.body);
	if (is_record)
		post_line_again(head, request, newest);
	if (reply.shows_token && reply_leaves &&
	    !bt_sbx_ledger_release(head->sbx.db, json_string_value(json_object_get(reply.body, "sale_id"))))
		status = 500;
	if (!put_body(reply.body, body))
		status = 500;
	json_decref(reply.body);
	free(bent);
	if (bt_mutant(BT_MUTANT_KEY_RELEASED_EARLY))
		hasten_key_change(head->sbx.db, "announced", "due");
	if (bt_mutant(BT_MUTANT_KEY_ARRIVED))
		hasten_key_change(head->sbx.db, "out", "done");
	/* And one that keeps a token of a sale, and forgets the minute of the other. */
	if (bt_mutant(BT_MUTANT_BESIDE_FORGOTTEN) && !bt_sbx_store_run(head->sbx.db, "DELETE FROM beside", ""))
		status = 500;
	if (is_sale && status == 201 && read_number(request, ERA) != head->sbx.era)
		head->took_old_era = true;
	return (int)status;
}

int sim_head_end_serve_payments(struct sim_head_end *head, const struct bt_http_request *request, struct bt_buf *body)
{
	json_t *answer = NULL;
	struct query query;
	struct bt_sbx_psp_request call = {.method = request->method,
					  .path = query.path,
					  .body = request->body.len ? (const char *)request->body.data : "",
					  .body_len = request->body.len,
					  .argument = find_argument,
					  .source = &query};
	unsigned status;

	take_apart(request->path, &query);
	status = bt_sbx_psp_run(&head->sbx, &call, &answer);
	if (!put_body(answer, body))
		status = 500;
	json_decref(answer);
	return (int)status;
}

void sim_head_end_back_up(struct sim_head_end *head)
{
	sqlite3_close(head->backup);
	head->backup = copy_ledger(head->sbx.db);
	free(head->backup_marks);
	head->backup_marks = strdup(head->sbx.marks);
}

static void keep_marks(struct sim_head_end *head, struct bt_sbx_marks *marks)
{
	free(head->sbx.marks);
	head->sbx.marks = bt_sbx_marks_write(marks);
	bt_sbx_marks_fini(marks);
}

void sim_head_end_forget_counts(struct sim_head_end *head, int64_t count)
{
	struct bt_sbx_marks marks;

	(void)!bt_sbx_store_run(head->sbx.db, "UPDATE lanes SET lanes=? WHERE lane<?", "ii", count, count);
	if (!bt_sbx_marks_read(head->sbx.marks, &marks))
		return;
	for (int i = 0; i < marks.lane_count; i++)
		if (marks.lanes[i].index < count)
			marks.lanes[i].count = count;
	keep_marks(head, &marks);
}

static bool carry_lanes(sqlite3 *from, sqlite3 *into)
{
	sqlite3_stmt *row = bt_sbx_store_ask(
	    from, "SELECT place, terminal, lane, lanes, floor, lease, at FROM lanes ORDER BY place", "");
	bool carried = row != NULL;

	while (carried && sqlite3_step(row) == SQLITE_ROW)
		carried = bt_sbx_store_run(into, "INSERT OR IGNORE INTO lanes VALUES(?,?,?,?,?,?,?)", "itiiiii",
					   sqlite3_column_int64(row, 0), (const char *)sqlite3_column_text(row, 1),
					   sqlite3_column_int64(row, 2), sqlite3_column_int64(row, 3),
					   sqlite3_column_int64(row, 4), sqlite3_column_int64(row, 5),
					   sqlite3_column_int64(row, 6));
	sqlite3_finalize(row);
	return carried;
}

static bool carry_terminals(sqlite3 *from, sqlite3 *into)
{
	sqlite3_stmt *row = bt_sbx_store_ask(
	    from, "SELECT terminal, lane, lane_floor, journal_key, vault_key, enrolled_at FROM terminals", "");
	bool carried = row != NULL;

	while (carried && sqlite3_step(row) == SQLITE_ROW)
		carried = bt_sbx_store_run(into, "INSERT OR IGNORE INTO terminals VALUES(?,?,?,?,?,?,NULL)", "tiibbi",
					   (const char *)sqlite3_column_text(row, 0), sqlite3_column_int64(row, 1),
					   sqlite3_column_int64(row, 2), sqlite3_column_blob(row, 3),
					   (size_t)sqlite3_column_bytes(row, 3), sqlite3_column_blob(row, 4),
					   (size_t)sqlite3_column_bytes(row, 4), sqlite3_column_int64(row, 5));
	sqlite3_finalize(row);
	return carried;
}

/* The office has a list of its own: whoever is withdrawn in it is withdrawn once more. */
static bool withdraw_again(sqlite3 *from, struct bt_sbx *into)
{
	sqlite3_stmt *row = bt_sbx_store_ask(from, "SELECT terminal FROM terminals WHERE revoked_at IS NOT NULL", "");
	bool again = row != NULL;

	while (again && sqlite3_step(row) == SQLITE_ROW)
		again = bt_sbx_terminal_revoke(into, (const char *)sqlite3_column_text(row, 0));
	sqlite3_finalize(row);
	return again;
}

/* Those that the backup does not have. */
static void forget_enrolments(struct bt_sbx_marks *marks, sqlite3 *restored)
{
	int kept = 0;

	for (int i = 0; i < marks->terminal_count; i++)
		if (bt_sbx_store_count(restored, 0, "SELECT count(*) FROM terminals WHERE CAST(terminal AS INTEGER)=?",
				       "i", marks->terminals[i].number) == 1)
			marks->terminals[kept++] = marks->terminals[i];
	marks->terminal_count = kept;
}

/* Head-ends that do not know what they did since the backup. */
static void bend_marks(struct sim_head_end *head)
{
	struct bt_sbx_marks marks;

	if (bt_mutant(BT_MUTANT_MARKS_PUT_BACK)) {
		free(head->sbx.marks);
		head->sbx.marks = strdup(head->backup_marks);
	}
	if ((!bt_mutant(BT_MUTANT_WITHDRAWAL_UNDONE) && !bt_mutant(BT_MUTANT_ENROLMENT_FORGOTTEN)) ||
	    !bt_sbx_marks_read(head->sbx.marks, &marks))
		return;
	if (bt_mutant(BT_MUTANT_ENROLMENT_FORGOTTEN))
		forget_enrolments(&marks, head->sbx.db);
	for (int i = 0; bt_mutant(BT_MUTANT_WITHDRAWAL_UNDONE) && i < marks.terminal_count; i++)
		marks.terminals[i].withdrawn = 0;
	keep_marks(head, &marks);
}

/* With the marks nothing but they and the backup says what was. Without them the office knows who is withdrawn; a
 * counter that was enrolled since would have to enrol anew, and head office to book by hand what it had not sent: that
 * is not played here, such a counter is carried over with its lanes. */
static bool begin_anew(struct sim_head_end *head, sqlite3 *former, bool marks_lost)
{
	if (!marks_lost)
		return bt_sbx_begin_era(&head->sbx);
	return carry_terminals(former, head->sbx.db) && carry_lanes(former, head->sbx.db) &&
	       bt_sbx_begin_era(&head->sbx) && withdraw_again(former, &head->sbx);
}

bool sim_head_end_restore(struct sim_head_end *head, bool marks_lost)
{
	int64_t era = head->sbx.era;
	sqlite3 *former = head->sbx.db, *restored = head->backup ? copy_ledger(head->backup) : NULL;
	bool begun;

	if (!restored)
		return false;
	head->sbx.db = restored;
	head->restores++;
	if (marks_lost)
		head->sbx.marks[chance_below(&head->chance, (uint32_t)strlen(head->sbx.marks))] = '\0';
	bend_marks(head);
	begun = begin_anew(head, former, marks_lost);
	sqlite3_close(former);
	head->has_old_era = head->sbx.era <= era;
	return begun;
}
