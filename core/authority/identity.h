/* The terminal's TLS certificate with its key, as they lie on disk, and how the two are changed for new ones.
 *
 * "tls.pem" holds certificate and key in one file, so that they are changed by one rename and always belong together.
 * "tls.next" holds the next key with the request for its certificate, from before it is asked for until its certificate
 * has come and is in "tls.pem": whatever is lost or cut in between, the same request is made again. The folder of an
 * older version has "tls.crt" and "tls.key" instead; they are put into one file when it is opened.
 * Judges by the time it is given and knows no clock. Source: PROTOCOL H5; REST contract
 * POST /v1/terminals/{terminal}/certificate. */
#ifndef BT_AUTHORITY_IDENTITY_H
#define BT_AUTHORITY_IDENTITY_H

#include "core/base/bytes.h"
#include "core/base/disk.h"

#define BT_IDENTITY_FILE "tls.pem"
/** A request is never longer. */
#define BT_IDENTITY_REQUEST_MAX 16384

struct bt_identity;

/**
 * @param[in] disk     borrowed; NULL is the machine's own.
 * @param[in] folder   where the files are, with "ca.pem": "<state folder>/keys".
 * @param[in] terminal its number, which certificates name.
 * @return BT_OK; BT_ENOTFOUND when there is no certificate; BT_EFORMAT when it cannot be read or is not for its key;
 *         BT_EINPUT (path too long), BT_EFULL, BT_EDISK, BT_ENOSPC, BT_ENOMEM, BT_ECRYPTO. A next key that cannot be
 *         read is put away without a word: another is made when it is time.
 */
BT_MUST_USE enum bt_err bt_identity_open(const struct bt_disk *disk, const char *folder, const char *terminal,
					 struct bt_identity **out, struct bt_fault *fault);
/** Takes NULL. */
void bt_identity_close(struct bt_identity *identity);
/** Until when the certificate in force holds, in ms since 1970 UTC. */
int64_t bt_identity_until_ms(const struct bt_identity *identity);
/** When the next one is to be asked for: a third of its time, or 30 days if that is less, before its end. */
int64_t bt_identity_renew_ms(const struct bt_identity *identity);
/** The request for the next certificate, PEM, appended to @p out: the one made before while its certificate has not
 *  come, else one for a fresh key, which is on disk for good before this returns.
 *  @return BT_OK, BT_ECRYPTO, BT_ENOSPC, BT_EDISK, BT_EFULL, BT_ENOMEM. */
BT_MUST_USE enum bt_err bt_identity_request(struct bt_identity *identity, struct bt_buf *out, struct bt_fault *fault);
/**
 * Take the head-end's answer: its certificate and the next key come into force together.
 * @param[in] answer JSON with member "certificate".
 * @return BT_OK; BT_EFORMAT when it is not for the key that was asked for, not for this terminal, not by the CA it was
 *         enrolled under, or ends no later than the one in force; BT_ESTATE when none was asked for; as
 *         bt_identity_request. After a failure the pair in force stands, or on disk already the new one, and the
 *         request stands too: it is made again.
 */
BT_MUST_USE enum bt_err bt_identity_take(struct bt_identity *identity, struct bt_bytes answer, struct bt_fault *fault);

#endif
