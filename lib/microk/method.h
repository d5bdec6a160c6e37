/*
 * The typed calls of kernel methods (gen/lib/microk/methods.h, generated from microk/cap.h) are built on this. Programs
 * use the typed calls; only a test that sends a malformed call needs this one.
 */
#pragma once
#include "lib/microk/fast.h"
#include "lib/microk/ipc.h"

/* Calls method `label` with up to 8 words; stores the results in *result, or drops them if it is NULL. */
enum microk_status method_call(cap_t cap, u16 label, const u64 *words, size_t count, struct message *result);

/* The same for a method without results: inline, because methods such as CNODE_DELETE take fewer instructions than a function that
 * loads any number of words. `count` must be a constant. On a host the kernel is a test's method_call. */
static inline __attribute__((always_inline)) enum microk_status method_do(cap_t cap, u16 label, const u64 *words, const u32 count)
{
#if __STDC_HOSTED__
	return method_call(cap, label, words, count, NULL);
#else
	/* The words are only read: none is received. */
	return (enum microk_status)TAG_STATUS(fast_ipc(TAG(label, count) | SYS_CALL, cap, NULL, (u64 *)words, count, 0));
#endif
}
