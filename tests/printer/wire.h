/* Sockets and terminals that the simulated printer is reached by. Every function says on stderr what went wrong. */
#ifndef TESTS_PRINTER_WIRE_H
#define TESTS_PRINTER_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Listen at "PORT" or "HOST:PORT" of this machine, without waiting. @p buffer: bytes the kernel may hold for us before
 * the other side waits, 0 for its own choice. @return -1 on failure. */
int sim_wire_listen(const char *address, int buffer, int *port);
/** Take who waits, without waiting. @return -1 when nobody does. */
int sim_wire_accept(int listener);
/** End a connection at once: what is under way in either direction is lost. */
void sim_wire_break(int fd);
/** A raw terminal; @p link becomes a link to it. The side of the client stays open in *client, so that it may come and
 * go. @return our side, or -1. */
int sim_wire_terminal(const char *link, int *client);
/** A FIFO, made when it is not there, that never ends. @return -1 on failure. */
int sim_wire_fifo(const char *path);
/** Microseconds of the monotonic clock. */
int64_t sim_wire_now_us(void);

#endif
