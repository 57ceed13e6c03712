#include "core/sandbox/mischief.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sandbox/crypto.h"

#define GARBAGE_BYTES 4096
#define HUGE_BYTES    (50u << 20)
#define HUGE_BLOCK    65536
#define DEEP_LEVELS   100000

static struct MHD_Response *make_garbage(void)
{
	uint8_t bytes[GARBAGE_BYTES];
	bt_sbx_random(bytes, sizeof bytes);
	return MHD_create_response_from_buffer(sizeof bytes, bytes, MHD_RESPMEM_MUST_COPY);
}

/* One endless JSON string, made as it is sent. */
static ssize_t write_huge(void *context, uint64_t position, char *out, size_t max)
{
	(void)context;
	memset(out, 'A', max);
	if (position == 0 && max > 2)
		memcpy(out, "{\"", 2);
	return (ssize_t)max;
}

static struct MHD_Response *make_deep(void)
{
	char *text = malloc(2 * DEEP_LEVELS);
	if (!text)
		return NULL;
	memset(text, '[', DEEP_LEVELS);
	memset(text + DEEP_LEVELS, ']', DEEP_LEVELS);
	return MHD_create_response_from_buffer(2 * DEEP_LEVELS, text, MHD_RESPMEM_MUST_FREE);
}

struct MHD_Response *bt_sbx_mischief_reply(enum bt_sbx_fault_kind kind)
{
	if (kind == BT_SBX_FAULT_GARBAGE)
		return make_garbage();
	if (kind == BT_SBX_FAULT_HUGE)
		return MHD_create_response_from_callback(HUGE_BYTES, HUGE_BLOCK, write_huge, NULL, NULL);
	return kind == BT_SBX_FAULT_DEEP ? make_deep() : NULL;
}

static void spoil_text(json_t *object, const char *key)
{
	/* Clear screen, set title, ring, right-to-left override, isolate, C1 control, zero width joiner, tag. */
	static const char before[] = "\x1b[2J\x1b]0;owned\x07\xe2\x80\xae\xe2\x81\xa6";
	static const char after[] = "\xc2\x9b"
				    "31m\xe2\x80\x8d\xe2\x80\xac\r\n\xf3\xa0\x80\x81";
	const char *text = json_string_value(json_object_get(object, key));
	char spoilt[512];
	if (!text)
		return;
	snprintf(spoilt, sizeof spoilt, "%s%.300s%s", before, text, after);
	/* Cutting may split a character; such a text is left as it is. */
	json_t *value = json_string(spoilt);
	if (value)
		json_object_set_new(object, key, value);
}

void bt_sbx_mischief_names(json_t *value)
{
	const char *key;
	json_t *member;
	size_t i;
	if (json_is_object(value)) {
		spoil_text(value, "en");
		spoil_text(value, "hi");
		json_object_foreach(value, key, member) bt_sbx_mischief_names(member);
	}
	json_array_foreach(value, i, member) bt_sbx_mischief_names(member);
}
