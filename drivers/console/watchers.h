/*
 * Clients that watch the terminal (file.watch): each has a Notification, which is signalled when something typed
 * becomes readable.
 *
 * The Notifications are in kept slots, by the badge of their clients, so that the next instance of the console finds
 * them; it signals them all, since it does not know what they have missed.
 */
#pragma once
#include "lib/microk/ipc.h"

#define WATCHERS_MAX 31 /* badges below this one; one less than the `slots` in system.conf */
#define WATCHERS_FOREGROUND WATCHERS_MAX /* the slot of tty.foreground's Notification */

/* A watch of the client, in place of an earlier one; `readable`: something can be read now. ERR_NO_SPACE: its badge is too large;
 * ERR_TYPE: not a Notification; ERR_RIGHTS: it cannot be signalled. */
enum microk_status watchers_set(u64 badge, u32 events, cap_t signal, bool readable);
void watchers_forget(u64 badge);

/* Something can be read now; or nothing. Signals those that watch when it begins. */
void watchers_look(bool readable);

/* For a successor. */
void watchers_take_over(void);
