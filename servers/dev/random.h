/*
 * Random numbers: a key that is renewed with each use, and mixed with events that cannot be foreseen.
 *
 * Sources: the processor's generator (RDRAND), if it works; and the times of interrupts, which the kernel's counters and the
 * server's own clock show. One alone is enough, and a bad one does no harm beside a good one.
 *
 * Weighed: Linux has the same two parts, BLAKE2s for its pool and ChaCha20 for its output; Fortuna's 32 pools, which recover
 * by themselves from a key that was read out, and need an hour of events for it. Here the key goes through the hash with
 * each sample, so that a holder of an old key cannot follow.
 */
#pragma once
#include "microk/info.h"

/* `info` is the mapped information area. Takes the processor's numbers, if it has a generator. */
void random_begin(const volatile struct microk_info *info);

/* Whether the key has RANDOM_BITS bits that no program can know. Before that no number is given out. */
#define RANDOM_BITS 256u
bool random_is_ready(void);

/* A timer's interrupt has come at tick `now` of the TSC, which goes into the key. */
void random_tick(u64 now);
/* A client's bytes go into the key, and count for nothing. */
void random_mix(const void *data, size_t size);

/* After random_is_ready. */
void random_bytes(void *to, size_t size);
