/* A page of GET /v1/directory: read at once, put into the cache some rows at a time. */
#include "core/directory/page.h"

#include <limits.h>
#include <stdlib.h>

#include "core/directory/cache.h"
#include "core/directory/consumer.h"

#define PAGE_BYTES_MAX (16u << 20)

struct bt_directory_page {
	json_t *root;
	const json_t *consumers, *removed; /* in it; removed may be NULL */
	size_t put, dropped;               /* of them */
	int64_t version;
	bool is_last;
	int skipped;
};

static enum bt_err read_page(struct bt_directory_page *page)
{
	page->consumers = bt_json_array(page->root, "consumers");
	page->removed = bt_json_array(page->root, "removed");
	if (!page->consumers || (!page->removed && bt_json_has(page->root, "removed")) ||
	    bt_json_int(page->root, "version", 0, INT64_MAX, &page->version) != BT_OK)
		return BT_EFORMAT;
	return bt_json_bool(page->root, "complete", &page->is_last);
}

enum bt_err bt_directory_page_open(struct bt_bytes json, struct bt_directory_page **out, struct bt_fault *fault)
{
	json_t *root = NULL;
	if (bt_json_parse(json, PAGE_BYTES_MAX, &root, fault) != BT_OK)
		return bt_fault_set(fault, BT_EFORMAT, 0, "directory page");
	return bt_directory_page_take(root, out, fault);
}

enum bt_err bt_directory_page_take(json_t *root, struct bt_directory_page **out, struct bt_fault *fault)
{
	struct bt_directory_page *page = calloc(1, sizeof *page);
	if (!page) {
		json_decref(root);
		return bt_fault_set(fault, BT_ENOMEM, 0, "directory page");
	}
	page->root = root;
	if (read_page(page) != BT_OK) {
		bt_directory_page_close(page);
		return bt_fault_set(fault, BT_EFORMAT, 0, "directory page");
	}
	*out = page;
	return BT_OK;
}

void bt_directory_page_close(struct bt_directory_page *page)
{
	if (!page)
		return;
	json_decref(page->root);
	free(page);
}

/* What cannot be read may have been a new key, which the head-end takes as known here from now on: what is held of that
 * connection is not used any more (PROTOCOL T6). */
static enum bt_err drop_unread(struct bt_directory *directory, const json_t *item, struct bt_fault *fault)
{
	const char *number = json_string_value(json_object_get(item, "number"));
	return number ? bt_cache_remove_row(directory, number, fault) : BT_OK;
}

static enum bt_err put_some(struct bt_directory *directory, struct bt_directory_page *page, int most,
			    struct bt_fault *fault)
{
	struct bt_buf record;
	struct bt_consumer consumer;
	enum bt_err err = BT_OK;
	bt_buf_init(&record, BT_CACHE_RECORD_MAX);
	for (; err == BT_OK && most > 0 && page->put < json_array_size(page->consumers); page->put++, most--) {
		const json_t *item = json_array_get(page->consumers, page->put);
		if (bt_consumer_read(item, &consumer, NULL) == BT_OK) {
			err = bt_cache_put_row(directory, &consumer, &record, fault);
		} else {
			page->skipped++;
			err = drop_unread(directory, item, fault);
		}
	}
	for (; err == BT_OK && most > 0 && page->dropped < json_array_size(page->removed); page->dropped++, most--) {
		const char *number = json_string_value(json_array_get(page->removed, page->dropped));
		if (number)
			err = bt_cache_remove_row(directory, number, fault);
	}
	bt_buf_fini(&record);
	return err;
}

enum bt_err bt_directory_page_step(struct bt_directory *directory, struct bt_directory_page *page, int most,
				   int64_t now_ms, bool *done, struct bt_fault *fault)
{
	bool is_end = false;
	enum bt_err err = bt_cache_begin(directory, fault);
	if (err != BT_OK)
		return err;
	err = put_some(directory, page, most, fault);
	is_end = page->put == json_array_size(page->consumers) && page->dropped == json_array_size(page->removed);
	if (err == BT_OK && is_end)
		err = bt_cache_set_state(directory, page->version, now_ms, fault);
	err = bt_cache_finish(directory, err, fault);
	if (err == BT_OK)
		*done = is_end;
	return err;
}

const json_t *bt_directory_page_object(const struct bt_directory_page *page, const char *key)
{
	return bt_json_object(page->root, key);
}

int bt_directory_page_skipped(const struct bt_directory_page *page)
{
	return page->skipped;
}

enum bt_err bt_directory_apply(struct bt_directory *directory, struct bt_bytes json, int64_t now_ms, bool *complete,
			       int *skipped, struct bt_fault *fault)
{
	struct bt_directory_page *page = NULL;
	bool done = false;
	enum bt_err err = bt_directory_page_open(json, &page, fault);
	if (err == BT_OK)
		err = bt_directory_page_step(directory, page, INT_MAX, now_ms, &done, fault);
	if (err == BT_OK) {
		*complete = page->is_last;
		*skipped = page->skipped;
	}
	bt_directory_page_close(page);
	return err;
}
