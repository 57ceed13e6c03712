/* One page of GET /v1/directory on its way into the cache, some rows at a time: the counter's thread is not to be away
 * from the keyboard for a whole page.
 *
 * The version moves with the last row. A page that is cut off in between is asked for again from the version before,
 * and what it had put stands: rows are put again without harm. */
#ifndef BT_DIRECTORY_PAGE_H
#define BT_DIRECTORY_PAGE_H

#include "core/base/json.h"
#include "core/directory/directory.h"

struct bt_directory_page;

/** Read the reply's whole body. @return BT_OK, BT_EFORMAT (nothing of it is of use), BT_ENOMEM. */
BT_MUST_USE enum bt_err bt_directory_page_open(struct bt_bytes json, struct bt_directory_page **out,
					       struct bt_fault *fault);
/** The same of a body that was read already; takes @p root over in any case. */
BT_MUST_USE enum bt_err bt_directory_page_take(json_t *root, struct bt_directory_page **out, struct bt_fault *fault);
/** NULL is fine. */
void bt_directory_page_close(struct bt_directory_page *page);
/**
 * Put the next @p most rows, in one transaction. A consumer that cannot be read is skipped and counted, and what was
 * held of its number is forgotten (PROTOCOL T6).
 * @param[out] done that was all of it; the version is the page's now.
 * @return BT_OK, BT_ENOSPC, BT_EOS, BT_ENOMEM: the page is of no more use, ask again.
 * Time: about 0.1 ms a row.
 */
BT_MUST_USE enum bt_err bt_directory_page_step(struct bt_directory *directory, struct bt_directory_page *page, int most,
					       int64_t now_ms, bool *done, struct bt_fault *fault);
/** What else rides on the page, an object; NULL when there is no such member. Borrowed. */
const json_t *bt_directory_page_object(const struct bt_directory_page *page, const char *key);
int bt_directory_page_skipped(const struct bt_directory_page *page);

#endif
