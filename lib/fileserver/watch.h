/*
 * Watches (file.watch): of each description at most one, a client's Notification in a kept slot of the server's CNode.
 *
 * A signal is a hint: the client looks again, by a read that does not wait or by its next watch. So a server that takes
 * over signals them all, and none is lost with its predecessor.
 *
 * Weighed: Linux's wait queues call back each waiting thread; Fuchsia's object signals are state that the kernel keeps.
 * Here the kernel's Notification is enough, and a client watches many files, of several servers, with one Notification
 * and a badge for each.
 */
#pragma once
#include "lib/fileserver/description.h"

/* `first_slot`: of as many kept slots as there are descriptions; 0: no file system of this server has fs_ops.ready, so nothing is
 * kept. */
void watch_setup(cap_t first_slot);

/* In a transaction. Signals at once if one of the events holds, and keeps the Notification, which is in slot `signal`, in
 * place of an earlier one. 0 events: ends the watch. ERR_TYPE: it is not a Notification; ERR_RIGHTS: it cannot be
 * signalled. */
enum microk_status watch_set(const struct description *d, u32 events, cap_t signal);
void watch_drop(const struct description *d);

/* Signals each Notification of which an event has begun to hold. */
void watch_look(void);

/* For a successor, before it closes any description: signals all that it has, and drops those of descriptions that are gone. */
void watch_take_over(void);
