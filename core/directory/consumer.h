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
/** What the sounds of a word, and of a whole name, begin with among the words; at least so many sounds count. */
#define BT_SOUNDS_MARK  'q'
#define BT_JOINED_MARK  'x'
#define BT_SOUNDS_LEAST 2

/** The words it is found by, each once: search keys of name and place in both languages, the name first; then the
 *  sounds of them and of the whole name, for those who spell otherwise. */
void bt_consumer_words(const struct bt_consumer *consumer, char *out, size_t cap);

#endif
