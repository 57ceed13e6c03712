/* A consumer between the head-end's JSON and the struct. Private to core/directory. */
#ifndef BT_DIRECTORY_CONSUMER_H
#define BT_DIRECTORY_CONSUMER_H

#include "core/base/json.h"
#include "core/directory/directory.h"

/** From a parsed object. @return BT_OK, or BT_EFORMAT with the member at fault in fault->what; *out undefined then. */
BT_MUST_USE enum bt_err bt_consumer_read(const json_t *object, struct bt_consumer *out, struct bt_fault *fault);
/** The same shape back, canonical; bt_consumer_decode() of it gives the same struct. @return BT_OK, BT_EFULL,
 *  BT_ENOMEM. */
BT_MUST_USE enum bt_err bt_consumer_encode(const struct bt_consumer *consumer, struct bt_buf *out);
/** The words it is found by: search keys of name and place in both languages, the name first, each word once. */
void bt_consumer_words(const struct bt_consumer *consumer, char *out, size_t cap);

#endif
