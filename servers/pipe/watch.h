/*
 * Watches (file.watch): of each description at most one, a client's Notification in a kept slot.
 *
 * A signal is a hint: the client then asks for the state, or reads without waiting. So a server that takes over signals them all,
 * and none is lost with its predecessor.
 */
#pragma once
#include "servers/pipe/ends.h"

/* The events that hold now: EVENT_*, PIPE_HANGUP. */
u32 watch_events(const struct end *e);

/* In a transaction. Signals at once if one of the events holds, and keeps the Notification in slot `signal` in place of an
 * earlier one. 0 events: ends the watch. ERR_TYPE, ERR_RIGHTS: it cannot be signalled. */
enum microk_status watch_set(const struct end *e, u32 events, cap_t signal);
void watch_drop(const struct end *e);

/* The channel has changed: signals those for whose ends an event has begun to hold. */
void watch_look(const struct channel *c);

/* For a successor: signals all. */
void watch_take_over(void);
