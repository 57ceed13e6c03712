#include "core/base/words.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/text_tables.h"

/* Source: the GNU .mo layout, revision 0, little-endian: magic, revision, count, offset of the table of originals,
 * offset of the table of translations; each row of a table is length and offset of one NUL-terminated string. The hash
 * table that follows is not used: originals are sorted, so halving finds them. */
#define MO_MAGIC   0x950412DEu
#define MO_HEADER  28u
#define MO_ROW     8u
#define MO_MAX     (4u * 1024 * 1024)
#define MO_STRINGS 20000u

struct bt_words {
	struct bt_buf file;
	uint32_t count;
	uint32_t originals, translations; /* offsets of the tables */
};

static uint32_t read_le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static const char *read_string(const struct bt_words *words, uint32_t table, uint32_t index)
{
	const uint8_t *row = words->file.data + table + (size_t)index * MO_ROW;
	return (const char *)words->file.data + read_le32(row + 4);
}

/* Sentences go to screen and paper as they are: nothing in them may steer either. The head of the catalogue is never
 * shown and has line ends. */
enum text_rule { TEXT_HEAD, TEXT_SENTENCE };

static bool is_text(const char *text, size_t len, enum text_rule rule)
{
	for (size_t at = 0; at < len;) {
		uint32_t c = 0;
		int step = bt_utf8_next(text + at, len - at, &c);
		if (step <= 0 || c == 0 || (rule == TEXT_SENTENCE && bt_char_is_refused(c))) {
			return false;
		}
		at += (size_t)step;
	}
	return true;
}

static bool is_table_inside(const struct bt_words *words, uint32_t table)
{
	uint64_t end = (uint64_t)table + (uint64_t)words->count * MO_ROW;
	return table >= MO_HEADER && end <= words->file.len;
}

/* Inside the file, terminated there, strict UTF-8, no NUL within. */
static bool is_string_sound(const struct bt_words *words, uint32_t table, uint32_t index, enum text_rule rule)
{
	const uint8_t *row = words->file.data + table + (size_t)index * MO_ROW;
	uint64_t len = read_le32(row);
	uint64_t start = read_le32(row + 4);
	if (start + len >= words->file.len || words->file.data[start + len] != 0) {
		return false;
	}
	return is_text((const char *)words->file.data + start, len, rule);
}

static bool is_sound(const struct bt_words *words)
{
	if (!is_table_inside(words, words->originals) || !is_table_inside(words, words->translations)) {
		return false;
	}
	for (uint32_t i = 0; i < words->count; i++) {
		if (!is_string_sound(words, words->originals, i, TEXT_SENTENCE)) {
			return false;
		}
		bool head = read_string(words, words->originals, i)[0] == '\0';
		if (!is_string_sound(words, words->translations, i, head ? TEXT_HEAD : TEXT_SENTENCE)) {
			return false;
		}
		if (i > 0 &&
		    strcmp(read_string(words, words->originals, i - 1), read_string(words, words->originals, i)) >= 0) {
			return false;
		}
	}
	return true;
}

static enum bt_err read_catalogue(struct bt_words *words, struct bt_fault *fault)
{
	const uint8_t *data = words->file.data;
	if (words->file.len < MO_HEADER || read_le32(data) != MO_MAGIC || read_le32(data + 4) != 0) {
		return bt_fault_set(fault, BT_EFORMAT, 0, "hi.mo: not a catalogue of words");
	}
	words->count = read_le32(data + 8);
	words->originals = read_le32(data + 12);
	words->translations = read_le32(data + 16);
	if (words->count > MO_STRINGS || !is_sound(words)) {
		return bt_fault_set(fault, BT_EFORMAT, 0, "hi.mo: damaged");
	}
	return BT_OK;
}

enum bt_err bt_words_open(const char *dir, struct bt_words **out, struct bt_fault *fault)
{
	char path[4096];
	struct bt_words *words = calloc(1, sizeof(*words));
	if (words == NULL) {
		return bt_fault_set(fault, BT_ENOMEM, 0, "hi.mo: no memory");
	}
	bt_buf_init(&words->file, MO_MAX);
	enum bt_err err = bt_path_join(dir, "hi.mo", path, sizeof(path));
	if (err != BT_OK) {
		err = bt_fault_set(fault, BT_ENOTFOUND, 0, "hi.mo: the path is too long");
		goto out;
	}
	err = bt_file_read(path, &words->file, fault);
	if (err == BT_EFULL) {
		err = bt_fault_set(fault, BT_EFORMAT, 0, "hi.mo: larger than any catalogue");
	}
	if (err == BT_OK) {
		err = read_catalogue(words, fault);
	}
out:
	if (err != BT_OK) {
		bt_words_close(words);
		return err;
	}
	*out = words;
	return BT_OK;
}

void bt_words_close(struct bt_words *words)
{
	if (words == NULL) {
		return;
	}
	bt_buf_fini(&words->file);
	free(words);
}

static const char *find_translation(const struct bt_words *words, const char *key)
{
	uint32_t low = 0;
	uint32_t high = words == NULL ? 0 : words->count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = strcmp(key, read_string(words, words->originals, middle));
		if (order == 0) {
			return read_string(words, words->translations, middle);
		}
		if (order > 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return NULL;
}

const char *bt_words_get(const struct bt_words *words, enum bt_lang lang, const char *key)
{
	/* The empty original is the head of the catalogue, not a sentence. */
	if (lang != BT_LANG_HI || key[0] == '\0') {
		return key;
	}
	const char *found = find_translation(words, key);
	return found == NULL || found[0] == '\0' ? key : found;
}

bool bt_words_has(const struct bt_words *words, const char *key)
{
	return key[0] != '\0' && find_translation(words, key) != NULL;
}

/* The argument of a place "{1}".."{9}" at @p text; NULL when there is no place, or nothing to put into it. */
static const char *find_argument(const char *text, const char *const *args)
{
	if (text[0] != '{' || text[1] < '1' || text[1] > '9' || text[2] != '}') {
		return NULL;
	}
	size_t wanted = (size_t)(text[1] - '1');
	for (size_t i = 0; args != NULL && args[i] != NULL; i++) {
		if (i == wanted) {
			return args[i];
		}
	}
	return NULL;
}

/* Append as many whole characters of the first @p len bytes of @p in as fit. */
static enum bt_err append_text(const char *in, size_t len, char *out, size_t cap, size_t *used)
{
	for (size_t at = 0; at < len;) {
		uint32_t c = 0;
		int step = bt_utf8_next(in + at, len - at, &c);
		size_t bytes = step > 0 ? (size_t)step : 1;
		if (*used + bytes >= cap) {
			return BT_EFULL;
		}
		memcpy(out + *used, in + at, bytes);
		*used += bytes;
		at += bytes;
	}
	return BT_OK;
}

enum bt_err bt_words_format(const struct bt_words *words, enum bt_lang lang, const char *key, const char *const *args,
			    char *out, size_t cap)
{
	if (cap == 0) {
		return BT_EFULL;
	}
	const char *text = bt_words_get(words, lang, key);
	enum bt_err err = BT_OK;
	size_t used = 0;
	while (*text != '\0' && err == BT_OK) {
		const char *argument = find_argument(text, args);
		if (argument != NULL) {
			err = append_text(argument, strlen(argument), out, cap, &used);
			text += 3;
		} else {
			/* A place without an argument stays visible: a missing figure must be noticed. */
			size_t len = 1 + strcspn(text + 1, "{");
			err = append_text(text, len, out, cap, &used);
			text += len;
		}
	}
	out[used] = '\0';
	return err;
}
