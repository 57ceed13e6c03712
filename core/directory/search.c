/* Look-up and search in the cached directory. */
#include <stdio.h>
#include <string.h>

#include "core/directory/cache.h"
#include "core/directory/consumer.h"

#define ROWS_MAX 64
/* Sounds that have to be typed before those who are spelled otherwise are looked for. */
#define SOUNDS_TO_GO_BY 3
#define INITIALS_MOST   2
/* Words that are looked for apart from one another: more of them take too long where they hardly ever meet. */
#define SOUND_WORDS_MOST 3

/* The record of the next row, borrowed until the statement moves.
 * @return BT_OK, BT_ENOTFOUND at the end, BT_EOS. */
static enum bt_err next_record(sqlite3_stmt *statement, struct bt_bytes *out)
{
	int code = sqlite3_step(statement);
	if (code == SQLITE_DONE)
		return BT_ENOTFOUND;
	if (code != SQLITE_ROW)
		return BT_EOS;
	const unsigned char *record = sqlite3_column_text(statement, 0);
	*out = (struct bt_bytes){record, (size_t)sqlite3_column_bytes(statement, 0)};
	return record ? BT_OK : BT_EOS;
}

/* @return as next_record; BT_EOS too where the record cannot be read. */
static enum bt_err next_consumer(sqlite3_stmt *statement, struct bt_consumer *out)
{
	struct bt_bytes json;
	enum bt_err err = next_record(statement, &json);
	return err == BT_OK && bt_consumer_decode(json, out, NULL) != BT_OK ? BT_EOS : err;
}

/* The same bytes say the same: a record that was read a moment ago is not read again. */
static enum bt_err read_record(struct bt_directory *directory, struct bt_bytes record, struct bt_consumer *out)
{
	for (int i = 0; i < BT_CACHE_READ; i++) {
		const struct bt_cache_read *read = &directory->read[i];
		if (record.len == read->record.len && record.len > 0 &&
		    memcmp(record.data, read->record.data, record.len) == 0) {
			*out = read->consumer;
			return BT_OK;
		}
	}
	struct bt_cache_read *read = &directory->read[directory->next_read];
	bt_buf_clear(&read->record);
	if (bt_consumer_decode(record, &read->consumer, NULL) != BT_OK)
		return BT_EOS;
	*out = read->consumer;
	if (bt_buf_put(&read->record, record.data, record.len) == BT_OK)
		directory->next_read = (directory->next_read + 1) % BT_CACHE_READ;
	return BT_OK;
}

static enum bt_err find_one(struct bt_directory *directory, enum bt_cache_statement id, const char *key,
			    struct bt_consumer *out)
{
	struct bt_bytes record;
	sqlite3_stmt *statement = bt_cache_statement(directory, id);
	if (!statement || bt_cache_bind(statement, 1, key))
		return BT_EOS;
	enum bt_err err = next_record(statement, &record);
	if (err == BT_OK)
		err = read_record(directory, record, out);
	sqlite3_reset(statement);
	return err;
}

enum bt_err bt_directory_find(struct bt_directory *directory, const char *number, struct bt_consumer *out)
{
	return find_one(directory, BT_CACHE_BY_NUMBER, number, out);
}

enum bt_err bt_directory_find_meter(struct bt_directory *directory, const char *drn, struct bt_consumer *out)
{
	return find_one(directory, BT_CACHE_BY_METER, drn, out);
}

static enum bt_err collect(sqlite3_stmt *statement, int max, struct bt_consumer *out, int *count, bool *more)
{
	enum bt_err err = BT_OK;
	int n = 0;
	while (n < max && (err = next_consumer(statement, &out[n])) == BT_OK)
		n++;
	bool is_more = err == BT_OK && sqlite3_step(statement) == SQLITE_ROW;
	sqlite3_reset(statement);
	if (err != BT_OK && err != BT_ENOTFOUND)
		return err;
	*count = n;
	*more = is_more;
	return BT_OK;
}

/* The least text above every text that begins with @p digits. */
static void end_of_prefix(const char *digits, char *out, size_t cap)
{
	bt_text_copy(out, cap, digits);
	out[strlen(out) - 1]++;
}

static enum bt_err search_digits(struct bt_directory *directory, const char *digits, int max, struct bt_consumer *out,
				 int *count, bool *more)
{
	char end[32], back[32], back_end[32];
	sqlite3_stmt *statement = bt_cache_statement(directory, BT_CACHE_BY_DIGITS);
	end_of_prefix(digits, end, sizeof end);
	bt_cache_reverse(digits, back, sizeof back);
	end_of_prefix(back, back_end, sizeof back_end);
	if (!statement || bt_cache_bind(statement, 1, digits) || bt_cache_bind(statement, 2, end) ||
	    bt_cache_bind(statement, 3, back) || bt_cache_bind(statement, 4, back_end) ||
	    sqlite3_bind_int(statement, 5, max + 1))
		return BT_EOS;
	return collect(statement, max, out, count, more);
}

/* A search key, letters and digits only, as a query for all its words as prefixes. */
static void make_query(const char *key, char *out, size_t cap)
{
	size_t len = 0;
	bool inside = false;
	for (; *key && len + 8 < cap; key++) {
		if (*key == ' ' && inside)
			len += (size_t)snprintf(out + len, cap - len, "\"* ");
		else if (*key != ' ' && !inside)
			out[len++] = '"';
		inside = *key != ' ';
		if (inside)
			out[len++] = *key;
	}
	snprintf(out + len, cap - len, "%s", inside ? "\"*" : "");
}

static enum bt_err search_keys(struct bt_directory *directory, const char *key, int max, struct bt_consumer *out,
			       int *count, bool *more)
{
	char query[512];
	sqlite3_stmt *statement = bt_cache_statement(directory, BT_CACHE_BY_WORDS);
	make_query(key, query, sizeof query);
	if (!statement || bt_cache_bind(statement, 1, query) || sqlite3_bind_int(statement, 5, max + 1))
		return BT_EOS;
	return collect(statement, max, out, count, more);
}

/* One more of the words that all have to be there. @return false when they are not to be asked for at all: an initial
 * fits too many, and so do too few sounds. */
static bool add_sound(const char *word, const char *sounds, char *each, size_t cap)
{
	size_t len = strlen(each);
	bool is_number = word[strcspn(word, "0123456789")] != '\0';
	if (!is_number && strlen(word) <= INITIALS_MOST)
		return false;
	if (!is_number && strlen(sounds) < BT_SOUNDS_LEAST)
		return true;
	if (is_number)
		return bt_text_printf(each + len, cap - len, "%s\"%s\"*", len ? " AND " : "", word) == BT_OK;
	return bt_text_printf(each + len, cap - len, "%s\"%c%s\"*", len ? " AND " : "", BT_SOUNDS_MARK, sounds) ==
	       BT_OK;
}

/* The sounds of a search key: all its words, or the whole of it as the beginning of a name. "" where there are too few
 * sounds to go by: half of the town would answer. */
static void make_sound_query(const char *key, char *out, size_t cap)
{
	char words[96], each[256] = "", joined[96] = "", sounds[64], *rest = NULL;
	bool all = true;
	int count = 0;
	out[0] = '\0';
	bt_text_copy(words, sizeof words, key);
	for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		size_t whole = strlen(joined);
		bt_text_sounds(word, sounds, sizeof sounds);
		bt_text_copy(joined + whole, sizeof joined - whole, sounds);
		all = ++count <= SOUND_WORDS_MOST && add_sound(word, sounds, each, sizeof each) && all;
	}
	if (strlen(joined) < SOUNDS_TO_GO_BY)
		return;
	if (all && each[0])
		bt_text_printf(out, cap, "(%s) OR \"%c%s\"*", each, BT_JOINED_MARK, joined);
	else
		bt_text_printf(out, cap, "\"%c%s\"*", BT_JOINED_MARK, joined);
}

static bool has_number(const struct bt_consumer *rows, int count, const char *number)
{
	for (int i = 0; i < count; i++) {
		if (strcmp(rows[i].number, number) == 0)
			return true;
	}
	return false;
}

/* Behind those who are spelled as typed: those who sound like it. */
static enum bt_err add_sounds(struct bt_directory *directory, const char *key, int max, struct bt_consumer *out,
			      int *count, bool *more)
{
	char query[512];
	struct bt_consumer row;
	enum bt_err err = BT_OK;
	make_sound_query(key, query, sizeof query);
	if (!query[0])
		return BT_OK;
	sqlite3_stmt *statement = bt_cache_statement(directory, BT_CACHE_BY_WORDS);
	if (!statement || bt_cache_bind(statement, 1, query) || sqlite3_bind_int(statement, 5, max + *count + 1))
		return BT_EOS;
	while (!*more && (err = next_consumer(statement, &row)) == BT_OK) {
		if (has_number(out, *count, row.number))
			continue;
		*more = *count == max;
		if (!*more)
			out[(*count)++] = row;
	}
	sqlite3_reset(statement);
	return err == BT_ENOTFOUND ? BT_OK : err;
}

static enum bt_err search_words(struct bt_directory *directory, const char *key, int max, struct bt_consumer *out,
				int *count, bool *more)
{
	enum bt_err err = search_keys(directory, key, max, out, count, more);
	return err || *more ? err : add_sounds(directory, key, max, out, count, more);
}

enum bt_err bt_directory_search(struct bt_directory *directory, const char *text, int max, struct bt_consumer *out,
				int *count, bool *more)
{
	char key[96], joined[32];
	size_t len = 0, digits = 0;
	if (max < 1 || max > ROWS_MAX)
		return BT_EINPUT;
	bt_text_search_key(text, key, sizeof key);
	for (const char *c = key; *c; c++) {
		if (*c == ' ')
			continue;
		if (len + 1 < sizeof joined)
			joined[len] = *c;
		len++;
		digits += *c >= '0' && *c <= '9';
	}
	joined[len < sizeof joined ? len : sizeof joined - 1] = '\0';
	if (digits == len && len >= 4 && len < sizeof joined)
		return search_digits(directory, joined, max, out, count, more);
	if (digits < len && len >= 3)
		return search_words(directory, key, max, out, count, more);
	*count = 0;
	*more = false;
	return BT_OK;
}
