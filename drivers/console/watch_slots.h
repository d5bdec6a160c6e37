/* The kept slots of watchers.c: one for each client's Notification. Host tests have others in their place. */
#pragma once
#include "lib/microk/ipc.h"

cap_t watch_slot(u32 number);
bool watch_slot_has(u32 number);

/* Whether the capability is a Notification that can be signalled: ERR_TYPE, ERR_RIGHTS. */
enum microk_status watch_slot_check(cap_t signal);
void watch_slot_signal(cap_t signal);

/* Moves it to the slot, an empty one. */
enum microk_status watch_slot_keep(u32 number, cap_t signal);
void watch_slot_drop(u32 number);
