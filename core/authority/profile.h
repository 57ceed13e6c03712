/* terminal.json: what the head-end said of this terminal, plus where the head-end is and the wrapped vault key.
 *
 * The reply to an enrolment and the file name the shared members alike, so one reader serves both. Private to this
 * room. Source: REST contract POST /v1/enrolments. */
#ifndef BT_AUTHORITY_PROFILE_H
#define BT_AUTHORITY_PROFILE_H

#include "core/authority/enrolment.h"
#include "core/base/json.h"

#define BT_PROFILE_MAX 262144
#define BT_PEM_MAX     16384

/** The members that reply and file share; url, vault and enrolled_at are left alone.
 *  @return BT_OK or BT_EFORMAT (*out undefined then). */
BT_MUST_USE enum bt_err bt_profile_read_shared(const json_t *json, struct bt_enrolment *out, struct bt_fault *fault);
/** The whole file. @return BT_OK or BT_EFORMAT; *out untouched on failure. */
BT_MUST_USE enum bt_err bt_profile_decode(struct bt_bytes file, struct bt_enrolment *out, struct bt_fault *fault);
/** Canonical JSON appended to @p out. @return BT_OK, BT_ENOMEM, BT_EFULL. */
BT_MUST_USE enum bt_err bt_profile_encode(const struct bt_enrolment *enrolment, struct bt_buf *out);
/** A base64 member of exactly @p len bytes. @return BT_OK or BT_EFORMAT. */
BT_MUST_USE enum bt_err bt_profile_read_bytes(const json_t *object, const char *key, uint8_t *out, size_t len);
/** A PEM text member as it stands: cleaning would fold its line ends. At most BT_PEM_MAX bytes of printable ASCII and
 *  line ends; borrowed. NULL when it is missing or anything else. */
const char *bt_profile_read_pem(const json_t *object, const char *key);

#endif
