/* The end of descriptions that no client holds. */
#pragma once
#include "servers/pipe/ends.h"

/* Closes the end, and wakes those that wait at the other side for it. */
void close_end(const struct end *e);

/* Closes one direction of a socket. */
void close_half(const struct end *e, enum way way);

/* Closes those that no client holds and of which the kernel has not reported it yet. */
void close_unheld(void);

/* For a successor: closes each end that no client holds and none will ask for, and empties the slots of those that are gone. */
void close_take_over(void);
