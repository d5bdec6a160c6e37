/*
 * The Notification that the shell waits at while processes run: one place to wait at for ^C, for pipes and for the ends of
 * processes. Each has a bit of its own.
 */
#pragma once
#include "lib/microk/ipc.h"

enum bell_bit { BELL_TYPED /* ^C, ^Z or ^\ */, BELL_PIPE, BELL_PROCESS /* and the member's place in job.c */ };
#define BELL_BITS 64u

/* A capability that signals this bit; it stays the bell's. Errors of object_make and cap_mint. */
enum microk_status bell_cap(u32 bit, cap_t *cap);

/*
 * The functions that are called before each wait, and after it with the bits that have come. Set once. A caller looks whether it
 * must still wait after its last request that may itself wait: such a request takes the bits that have come.
 */
void bell_serve(void (*before)(void), void (*rung)(u64 bits));
/* Waits for a signal. */
void bell_wait(void);
/* Takes the signals that have come, without waiting. */
void bell_poll(void);
