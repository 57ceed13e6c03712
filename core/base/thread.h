/* Threads beside the one that owns screen, sale and journal.
 *
 * A signal is never theirs: one that reached them would end the counter, whose own thread waits for it. */
#ifndef BT_BASE_THREAD_H
#define BT_BASE_THREAD_H

#include <pthread.h>

/** Start @p run with @p context in a thread that takes no signal. @return 0, or the error of pthread_create. */
int bt_thread_start(pthread_t *thread, void *(*run)(void *context), void *context);

#endif
