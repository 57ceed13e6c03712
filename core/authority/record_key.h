/* The key that signs this terminal's record: kept in a file, and changed with every shift (PROTOCOL J2).
 *
 * "journal.key" holds the secret of the key in force; "journal.next" is the next one, from before the record names it
 * until it has taken the other's place. Which of the two counts is told by the record alone. A file is one line of hex,
 * the seed, and a line for each earlier key that vouched for its successor, oldest first: "<key> <certificate>" in
 * base64; they bridge changes that were lost with the record.
 *
 * Erasing is: zeros over the file's bytes, synced, then the name taken by the next key or removed. Where the medium
 * writes in place that is the end of it. Flash, copy-on-write file systems and backups may keep the old bytes
 * somewhere that no program reaches; only an encrypted disk whose key is destroyed is certain there. */
#ifndef BT_AUTHORITY_RECORD_KEY_H
#define BT_AUTHORITY_RECORD_KEY_H

#include "core/base/disk.h"
#include "core/base/random.h"
#include "core/journal/journal.h"

struct bt_record_key;

/**
 * @param[in] disk     borrowed; NULL is the machine's own.
 * @param[in] folder   where the files are: "<state folder>/keys".
 * @param[in] terminal its number, which certificates name.
 * @return BT_OK; BT_ENOTFOUND when neither file is there; BT_EFORMAT when none that is there holds a key; BT_EFULL,
 *         BT_EDISK, BT_ENOMEM.
 */
BT_MUST_USE enum bt_err bt_record_key_open(const struct bt_disk *disk, const char *folder, const char *terminal,
					   const struct bt_random *random, struct bt_record_key **out,
					   struct bt_fault *fault);
/** The journal that borrowed it is closed before. Takes NULL. */
void bt_record_key_close(struct bt_record_key *keys);
/** For bt_journal_options; borrowed. */
const struct bt_key_store *bt_record_key_store(const struct bt_record_key *keys);
/** The first content of "journal.key": @p seed and no certificates. @return BT_OK, BT_EFULL. */
BT_MUST_USE enum bt_err bt_record_key_encode(const uint8_t seed[BT_ED25519_SEED_LEN], struct bt_buf *out);

#endif
