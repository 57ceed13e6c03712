/* JSON read and written in fewer instructions, linked in between by the linker's --wrap: the values are Jansson's own,
 * only the way from text to them and back is a shorter one. What is not plain (a number with a point, \u, a key twice,
 * anything that is wrong) goes to Jansson, which alone refuses. One text of many goes both ways, and a difference ends
 * the program. Source of the rules: RFC 8259; of what is refused: Jansson 2.14. */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MOST 32
#define KEYS_MOST  64
#define BOTH_WAYS  256 /* one text of so many is held against Jansson's */

typedef json_t *loader(const char *text, size_t len, size_t flags, json_error_t *error);
typedef json_t *text_loader(const char *text, size_t flags, json_error_t *error);
typedef int dumper(const json_t *value, json_dump_callback_t put, void *context, size_t flags);
typedef char *texter(const json_t *value, size_t flags);
loader __real_json_loadb, __wrap_json_loadb;
text_loader __wrap_json_loads;
dumper __real_json_dump_callback, __wrap_json_dump_callback;
texter __real_json_dumps, __wrap_json_dumps;

/* A text that only grows. */
struct scratch {
	char *text;
	size_t len, cap;
};

static bool make_room(struct scratch *scratch, size_t more)
{
	size_t cap = scratch->cap ? scratch->cap : 4096;
	char *text;

	if (scratch->len + more <= scratch->cap)
		return true;
	while (cap < scratch->len + more)
		cap *= 2;
	text = realloc(scratch->text, cap);
	if (!text)
		return false;
	scratch->text = text;
	scratch->cap = cap;
	return true;
}

/* Bytes of a text that stand for themselves: neither controls, quotes and backslashes, nor parts of a longer letter. */
static bool is_plain(unsigned char byte)
{
	return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

/* How many bytes the letter at @p at has that is not ASCII; 0 when it is none. */
static size_t letter_len(const unsigned char *at, const unsigned char *end)
{
	static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len = *at >= 0xc2 && *at < 0xe0 ? 2 : *at >= 0xe0 && *at < 0xf0 ? 3 : *at >= 0xf0 && *at < 0xf5 ? 4 : 0;
	unsigned value = len ? *at & (0xffu >> (len + 1)) : 0;

	if (len == 0 || (size_t)(end - at) < len)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (at[i] & 0x3fu);
	}
	return value < least[len] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000) ? 0 : len;
}

static bool is_tried_both_ways(void)
{
	static unsigned count;

	return ++count % BOTH_WAYS == 0;
}

static void end_if(bool differs, const char *what)
{
	if (!differs)
		return;
	fprintf(stderr, "sales: %s otherwise than by Jansson\n", what);
	abort();
}

/* ---- reading ---- */

struct reader {
	const unsigned char *at, *end;
};

static struct scratch unescaped;

static json_t *read_value(struct reader *in, int depth);

static void skip_space(struct reader *in)
{
	while (in->at < in->end && (*in->at == ' ' || *in->at == '\n' || *in->at == '\t' || *in->at == '\r'))
		in->at++;
}

static bool take(struct reader *in, unsigned char byte)
{
	skip_space(in);
	if (in->at == in->end || *in->at != byte)
		return false;
	in->at++;
	return true;
}

/* Behind the backslash; '\0' when it is another than one of these. */
static char escaped(unsigned char letter)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at = letter ? strchr(from, letter) : NULL;

	return at ? to[at - from] : '\0';
}

/* The rest of a text, from its first backslash on. */
static const char *read_escaped(struct reader *in, const unsigned char *start, size_t *len)
{
	unescaped.len = 0;
	if (!make_room(&unescaped, (size_t)(in->end - start)))
		return NULL;
	memcpy(unescaped.text, start, (size_t)(in->at - start));
	unescaped.len = (size_t)(in->at - start);
	while (in->at < in->end && *in->at != '"') {
		const unsigned char *first = in->at;
		size_t letter = 0;

		for (; in->at < in->end && is_plain(*in->at); in->at++)
			;
		if (in->at < in->end && *in->at >= 0x80 && (letter = letter_len(in->at, in->end)) > 0)
			in->at += letter;
		memcpy(unescaped.text + unescaped.len, first, (size_t)(in->at - first));
		unescaped.len += (size_t)(in->at - first);
		if (in->at != first)
			continue;
		if (*in->at != '\\' || in->end - in->at < 2 || escaped(in->at[1]) == '\0')
			return NULL;
		unescaped.text[unescaped.len++] = escaped(in->at[1]);
		in->at += 2;
	}
	if (in->at == in->end)
		return NULL;
	in->at++;
	*len = unescaped.len;
	return unescaped.text;
}

/* Behind its quote; good until the next one is read. NULL: not for us. */
static const char *read_text(struct reader *in, size_t *len)
{
	const unsigned char *start = in->at;

	while (in->at < in->end) {
		size_t letter = 0;

		if (is_plain(*in->at))
			in->at++;
		else if (*in->at >= 0x80 && (letter = letter_len(in->at, in->end)) > 0)
			in->at += letter;
		else
			break;
	}
	if (in->at == in->end)
		return NULL;
	if (*in->at != '"')
		return read_escaped(in, start, len);
	*len = (size_t)(in->at++ - start);
	return (const char *)start;
}

static json_t *read_string(struct reader *in)
{
	size_t len;
	const char *text = read_text(in, &len);

	return text ? json_stringn_nocheck(text, len) : NULL;
}

/* Up to eighteen digits: no sum of them is too large. */
static json_t *read_integer(struct reader *in)
{
	bool negative = *in->at == '-';
	const unsigned char *first = in->at + negative, *at = first;
	json_int_t value = 0;

	for (; at < in->end && *at >= '0' && *at <= '9'; at++) {
		if (at - first == 18)
			return NULL;
		value = 10 * value + (*at - '0');
	}
	if (at == first || (*first == '0' && (negative || at - first > 1)) || at == in->end || *at == '.' ||
	    *at == 'e' || *at == 'E')
		return NULL;
	in->at = at;
	return json_integer(negative ? -value : value);
}

static json_t *read_word(struct reader *in)
{
	static const struct {
		const char *word;
		size_t len;
	} words[] = {{"true", 4}, {"false", 5}, {"null", 4}};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		size_t len = words[i].len;

		if ((size_t)(in->end - in->at) <= len || memcmp(in->at, words[i].word, len) != 0)
			continue;
		/* A longer word is none. */
		if ((in->at[len] | 0x20) >= 'a' && (in->at[len] | 0x20) <= 'z')
			return NULL;
		in->at += len;
		return i == 0 ? json_true() : i == 1 ? json_false() : json_null();
	}
	return NULL;
}

static bool read_member(struct reader *in, json_t *object, int depth)
{
	size_t len;
	const char *key = take(in, '"') ? read_text(in, &len) : NULL;
	json_t *value;

	if (!key || key == unescaped.text || json_object_getn(object, key, len) || !take(in, ':'))
		return false;
	value = read_value(in, depth + 1);
	return value && json_object_setn_new_nocheck(object, key, len, value) == 0;
}

static bool read_element(struct reader *in, json_t *array, int depth)
{
	json_t *value = read_value(in, depth + 1);

	return value && json_array_append_new(array, value) == 0;
}

static json_t *read_many(struct reader *in, int depth, json_t *many, unsigned char closing,
			 bool one(struct reader *in, json_t *many, int depth))
{
	if (!many || take(in, closing))
		return many;
	do
		if (!one(in, many, depth)) {
			json_decref(many);
			return NULL;
		}
	while (take(in, ','));
	if (take(in, closing))
		return many;
	json_decref(many);
	return NULL;
}

static json_t *read_value(struct reader *in, int depth)
{
	skip_space(in);
	if (depth > DEPTH_MOST || in->at == in->end)
		return NULL;
	switch (*in->at) {
	case '{':
		in->at++;
		return read_many(in, depth, json_object(), '}', read_member);
	case '[':
		in->at++;
		return read_many(in, depth, json_array(), ']', read_element);
	case '"':
		in->at++;
		return read_string(in);
	case 't':
	case 'f':
	case 'n':
		return read_word(in);
	default:
		return read_integer(in);
	}
}

json_t *__wrap_json_loadb(const char *text, size_t len, size_t flags, json_error_t *error)
{
	struct reader in = {(const unsigned char *)text, (const unsigned char *)text + len};
	bool whole = (flags & ~(size_t)JSON_REJECT_DUPLICATES) == 0 && len > 0 && (*text == '{' || *text == '[');
	json_t *value = whole ? read_value(&in, 0) : NULL, *other;

	skip_space(&in);
	if (value && in.at != in.end) {
		json_decref(value);
		value = NULL;
	}
	if (!value)
		return __real_json_loadb(text, len, flags, error);
	if (is_tried_both_ways()) {
		other = __real_json_loadb(text, len, flags, error);
		end_if(!json_equal(value, other), "read");
		json_decref(other);
	}
	return value;
}

json_t *__wrap_json_loads(const char *text, size_t flags, json_error_t *error)
{
	return __wrap_json_loadb(text, strlen(text), flags, error);
}

/* ---- writing ---- */

static struct scratch written;

static bool write_value(const json_t *value, size_t flags, int depth);

static bool put(const char *text, size_t len)
{
	if (!make_room(&written, len))
		return false;
	memcpy(written.text + written.len, text, len);
	written.len += len;
	return true;
}

static bool put_escaped(unsigned char byte)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *at = byte ? strchr(from, byte) : NULL;
	char text[7];

	if (at)
		return put((char[]){'\\', to[at - from]}, 2);
	snprintf(text, sizeof text, "\\u%04X", byte);
	return put(text, 6);
}

static bool write_text(const char *text, size_t len)
{
	const unsigned char *at = (const unsigned char *)text, *end = at + len, *first = at;
	size_t letter = 0;

	if (!put("\"", 1))
		return false;
	while (at < end) {
		if (is_plain(*at)) {
			at++;
		} else if (*at >= 0x80) {
			if ((letter = letter_len(at, end)) == 0)
				return false;
			at += letter;
		} else {
			if (!put((const char *)first, (size_t)(at - first)) || !put_escaped(*at))
				return false;
			first = ++at;
		}
	}
	return put((const char *)first, (size_t)(at - first)) && put("\"", 1);
}

static bool write_integer(json_int_t value)
{
	char digits[24], *end = digits + sizeof digits, *at = end;
	unsigned long long rest = value < 0 ? 0 - (unsigned long long)value : (unsigned long long)value;

	do
		*--at = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	if (value < 0)
		*--at = '-';
	return put(at, (size_t)(end - at));
}

struct member {
	const char *key;
	size_t len;
	json_t *value;
};

static bool comes_before(const struct member *a, const struct member *b)
{
	int order = memcmp(a->key, b->key, a->len < b->len ? a->len : b->len);

	return order < 0 || (order == 0 && a->len < b->len);
}

static size_t list_members(json_t *object, bool sorted, struct member members[KEYS_MOST])
{
	size_t count = 0;

	for (void *at = json_object_iter(object); at; at = json_object_iter_next(object, at)) {
		struct member member = {json_object_iter_key(at), json_object_iter_key_len(at),
					json_object_iter_value(at)};
		size_t place = count++;

		for (; sorted && place > 0 && comes_before(&member, &members[place - 1]); place--)
			members[place] = members[place - 1];
		members[place] = member;
	}
	return count;
}

static bool write_object(const json_t *object, size_t flags, int depth)
{
	struct member members[KEYS_MOST];
	json_t *open = (json_t *)(uintptr_t)object; /* Jansson's iterators are not for what is const */
	size_t count = json_object_size(object) <= KEYS_MOST ? list_members(open, flags & JSON_SORT_KEYS, members) : 0;

	if (count != json_object_size(object) || !put("{", 1))
		return false;
	for (size_t i = 0; i < count; i++)
		if ((i > 0 && !put(",", 1)) || !write_text(members[i].key, members[i].len) || !put(":", 1) ||
		    !write_value(members[i].value, flags, depth + 1))
			return false;
	return put("}", 1);
}

static bool write_array(const json_t *array, size_t flags, int depth)
{
	if (!put("[", 1))
		return false;
	for (size_t i = 0; i < json_array_size(array); i++)
		if ((i > 0 && !put(",", 1)) || !write_value(json_array_get(array, i), flags, depth + 1))
			return false;
	return put("]", 1);
}

static bool write_value(const json_t *value, size_t flags, int depth)
{
	if (!value || depth > DEPTH_MOST)
		return false;
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return write_object(value, flags, depth);
	case JSON_ARRAY:
		return write_array(value, flags, depth);
	case JSON_STRING:
		return write_text(json_string_value(value), json_string_length(value));
	case JSON_INTEGER:
		return write_integer(json_integer_value(value));
	case JSON_TRUE:
		return put("true", 4);
	case JSON_FALSE:
		return put("false", 5);
	case JSON_NULL:
		return put("null", 4);
	default:
		return false;
	}
}

static bool write_whole(const json_t *value, size_t flags)
{
	char *other;

	written.len = 0;
	if ((flags & ~(size_t)(JSON_SORT_KEYS | JSON_ENCODE_ANY)) != JSON_COMPACT ||
	    (!json_is_object(value) && !json_is_array(value)) || !write_value(value, flags, 0) || !put("", 1))
		return false;
	if (is_tried_both_ways()) {
		other = __real_json_dumps(value, flags);
		end_if(!other || strcmp(other, written.text) != 0, "written");
		free(other);
	}
	return true;
}

int __wrap_json_dump_callback(const json_t *value, json_dump_callback_t give, void *context, size_t flags)
{
	if (!write_whole(value, flags))
		return __real_json_dump_callback(value, give, context, flags);
	return give(written.text, written.len - 1, context);
}

char *__wrap_json_dumps(const json_t *value, size_t flags)
{
	char *copy;

	if (!write_whole(value, flags))
		return __real_json_dumps(value, flags);
	copy = malloc(written.len);
	if (copy)
		memcpy(copy, written.text, written.len);
	return copy;
}
