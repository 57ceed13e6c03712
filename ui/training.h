/* The office that is practised in: a head-end beside the program, started and ended by it, in a folder of its own.
 *
 * The folder is one that this module made, and holds `terminal` (the state of the counter), `server` (that of the
 * head-end), `passphrase` and `training`, the mark by which it is known again. The head-end ends with this process,
 * however that ends: it serves until its standard input does. No shell is started. Source: DESIGN 9. */
#ifndef BT_UI_TRAINING_H
#define BT_UI_TRAINING_H

#include "ui/screen/lesson.h"

struct bt_training;

/** The folder when none is named: under XDG_STATE_HOME, or ~/.local/state. @return BT_OK; BT_ENOTFOUND (neither is
 *  known), BT_EFULL. */
BT_MUST_USE enum bt_err bt_training_folder(char *out, size_t cap);
/** Take away everything in a folder that bt_training_open made; one that is not there is fine.
 *  @return BT_OK; BT_EINPUT (the folder holds something else: nothing is touched); BT_EOS. */
BT_MUST_USE enum bt_err bt_training_forget(const char *dir, struct bt_fault *fault);
/**
 * Make the folder unless it is there, start its head-end and wait until it serves: a second, some more the first time.
 * @return BT_OK; BT_EINPUT (the folder holds something else, or its path is too long); BT_EBUSY (another one practises
 *         in it); BT_ENOTFOUND (batti-sandbox does not lie beside this program); BT_ETIMEOUT, BT_EOS, BT_ENOMEM.
 */
BT_MUST_USE enum bt_err bt_training_open(const char *dir, struct bt_training **out, struct bt_fault *fault);
/** End the head-end and wait for it. NULL is fine. */
void bt_training_close(struct bt_training *training);

/** Borrowed: "https://127.0.0.1:PORT"; the state folder of the counter; the passphrase file; the CA certificate. */
const char *bt_training_url(const struct bt_training *training);
const char *bt_training_terminal(const struct bt_training *training);
const char *bt_training_passphrase(const struct bt_training *training);
const char *bt_training_ca(const struct bt_training *training);
/** Ask the head-end for an enrolment code. Blocks for a moment. @return BT_OK, BT_EOS. */
BT_MUST_USE enum bt_err bt_training_code(const struct bt_training *training, char out[32], struct bt_fault *fault);
/** A person for each lesson, of whom the head-end knows nothing that would spoil it. Blocks for a moment.
 *  @return BT_OK; BT_EOS, BT_EFORMAT (what it said), BT_ENOTFOUND (nobody fits). */
BT_MUST_USE enum bt_err bt_training_people(const struct bt_training *training, struct bt_lesson_person out[BT_LESSONS],
					   struct bt_fault *fault);

/** Take the head-end away or bring it back. Returns at once; an order given while one is carried out waits. */
void bt_training_serve(struct bt_training *training, bool is_up);
/** Carry out what is due. @return true when an order has just been carried out. */
bool bt_training_step(struct bt_training *training);
/** True while an order is under way: step is to be called within 50 ms. */
bool bt_training_is_busy(const struct bt_training *training);

#endif
