#include "tests/world/head_end.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mutant.h"
#include "core/base/text.h"
#include "core/sandbox/crypto.h"
#include "core/sandbox/ledger.h"
#include "core/sandbox/people.h"
#include "core/sandbox/terminal.h"

#define METERS_COLUMNS 16
#define ERA            "\"era\":"
#define TID            "\"tid\":"

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

static struct sim_person *find_person(struct sim_town *town, const char *meter)
{
	for (int i = 0; i < SIM_PEOPLE; i++)
		if (strcmp(town->people[i].meter, meter) == 0)
			return &town->people[i];
	return NULL;
}

static int split(char *line, char *field[METERS_COLUMNS])
{
	int count = 0;

	line[strcspn(line, "\r\n")] = '\0';
	while (line && count < METERS_COLUMNS)
		field[count++] = strsep(&line, ",");
	return count;
}

static int find_column(char *const names[METERS_COLUMNS], int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

static bool open_meter(struct sim_person *person, const char *ea, const char *hex)
{
	struct meter_key key = {.ea = (uint8_t)strtoul(ea, NULL, 10)};
	struct meter_sta sta;
	unsigned len = meter_key_len(key.ea);

	meter_sta_sample(&sta);
	return len > 0 && strlen(hex) == 2 * len && bt_hex_decode(hex, key.bytes, len) == BT_OK &&
	       meter_cipher_open(&key, &sta, &person->meter_key);
}

/* The factory's list says which key is in which meter. */
static bool read_meters(struct sim_town *town)
{
	char path[BT_SBX_PATH_MAX], head[512], line[512], *names[METERS_COLUMNS], *field[METERS_COLUMNS];
	int count, drn, ea, key;
	bool whole = true;
	FILE *file;

	bt_sbx_path(&town->sbx, "meters.csv", path);
	file = fopen(path, "re");
	if (!file || !fgets(head, sizeof head, file))
		return false;
	count = split(head, names);
	drn = find_column(names, count, "drn");
	ea = find_column(names, count, "ea");
	key = find_column(names, count, "decoder_key_hex");
	while (whole && drn >= 0 && ea >= 0 && key >= 0 && fgets(line, sizeof line, file)) {
		struct sim_person *person = split(line, field) == count ? find_person(town, field[drn]) : NULL;

		whole = !person || open_meter(person, field[ea], field[key]);
	}
	fclose(file);
	return whole && drn >= 0 && key >= 0;
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

bool sim_town_open(struct sim_town *town, const char *folder, uint64_t seed)
{
	struct chance chance = {.state = seed};
	bool made;

	memset(town, 0, sizeof *town);
	snprintf(town->dir, sizeof town->dir, "%s/XXXXXX", folder);
	if (!mkdtemp(town->dir))
		return false;
	bt_sbx_random_use(fill_by_chance, &chance);
	made =
	    bt_sbx_open(town->dir, &town->sbx) && bt_sbx_people_make(&town->sbx, seed, SIM_PEOPLE) && read_people(town);
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
	sqlite3_close(head->sbx.db);
	sqlite3_close(head->backup);
	*head = (struct sim_head_end){.up = false};
}

bool sim_head_end_enrol(struct sim_head_end *head, const char *number, int lane, const uint8_t journal_key[32],
			const uint8_t vault_key[32])
{
	struct bt_sbx_terminal terminal = {.lane = lane};

	bt_text_copy(terminal.number, sizeof terminal.number, number);
	memcpy(terminal.journal_key, journal_key, sizeof terminal.journal_key);
	memcpy(terminal.vault_key, vault_key, sizeof terminal.vault_key);
	return bt_sbx_terminal_put(head->sbx.db, &terminal);
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
	take_apart(request->path, &query);
	route = bt_sbx_route_find(request->method, query.path, name, sizeof name);
	status = bt_sbx_route_run(&head->sbx, route, &call, &reply);
	if (reply.shows_token && reply_leaves &&
	    !bt_sbx_ledger_release(head->sbx.db, json_string_value(json_object_get(reply.body, "sale_id"))))
		status = 500;
	if (!put_body(reply.body, body))
		status = 500;
	json_decref(reply.body);
	free(bent);
	if (is_sale && status == 201 && read_number(request, ERA) != head->sbx.era)
		head->took_old_era = true;
	return (int)status;
}

void sim_head_end_back_up(struct sim_head_end *head)
{
	sqlite3_close(head->backup);
	head->backup = copy_ledger(head->sbx.db);
}

/* That a terminal was withdrawn is known from elsewhere. */
static bool carry_over(sqlite3 *from, sqlite3 *into)
{
	sqlite3_stmt *row =
	    bt_sbx_store_ask(from, "SELECT terminal, revoked_at FROM terminals WHERE revoked_at IS NOT NULL", "");
	bool carried = row != NULL;

	while (carried && sqlite3_step(row) == SQLITE_ROW)
		carried = bt_sbx_store_run(into, "UPDATE terminals SET revoked_at=? WHERE terminal=?", "it",
					   sqlite3_column_int64(row, 1), (const char *)sqlite3_column_text(row, 0));
	sqlite3_finalize(row);
	return carried;
}

bool sim_head_end_restore(struct sim_head_end *head)
{
	sqlite3 *restored = head->backup ? copy_ledger(head->backup) : NULL;

	if (!restored || !carry_over(head->sbx.db, restored)) {
		sqlite3_close(restored);
		return false;
	}
	sqlite3_close(head->sbx.db);
	head->sbx.db = restored;
	return bt_sbx_begin_era(&head->sbx);
}
