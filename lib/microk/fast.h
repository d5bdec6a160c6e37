/*
 * Inline system calls for messages of 0 to 8 words, as short as C can make them.
 *
 * `ipc` (lib/microk/ipc.S) always moves ten registers from and to memory, whatever the message's length. Here the
 * number of words is a constant of the call site: the compiler loads only the words that are sent, keeps only
 * those that are used, and nothing passes through memory. seL4 has such stubs, too, one function for each count;
 * Resea has only the general one. Here one function serves all counts, because the compiler folds its branches.
 * `make bench` measures calls with these stubs and with `ipc`.
 *
 * All message registers are outputs of `syscall`: the kernel may change words that the message does
 * not have (microk/syscall.h), so the compiler must not rely on them. In the other direction, a register
 * that the message does not fill reaches the kernel with any value, and the kernel does not pass it on.
 *
 * Words 8.. of a longer message lie in the IPC buffer; its first eight are passed here (n = 8).
 */
#pragma once
#include "microk/syscall.h"

/* A register that is not loaded. Loading it with any value would cost an instruction. */
#define FAST_ANY(r) __asm__("" : "=r"(r))

/*
 * The system call. `tag` has the operation in its low byte. `*badge` (if not NULL) is set to the badge;
 * w[0..in-1] are sent, w[0..out-1] received. `in` and `out` must be constants, 0..8. Returns the tag.
 */
static inline __attribute__((always_inline)) u64 fast_ipc(u64 tag, cap_t cap, u64 *badge, u64 *w,
							  const u32 in, const u32 out)
{
	register u64 a __asm__("rax"); /* cppcheck 2.17 cannot read one with an initial value */
	register u64 c __asm__("rdi");
	register u64 w0 __asm__("rsi");
	register u64 w1 __asm__("rdx");
	register u64 w2 __asm__("r8");
	register u64 w3 __asm__("r9");
	register u64 w4 __asm__("r10");
	register u64 w5 __asm__("rbx");
	register u64 w6 __asm__("r12");
	register u64 w7 __asm__("r13");

	a = tag;
	c = cap;
	if (in > 0) w0 = w[0]; else FAST_ANY(w0);
	if (in > 1) w1 = w[1]; else FAST_ANY(w1);
	if (in > 2) w2 = w[2]; else FAST_ANY(w2);
	if (in > 3) w3 = w[3]; else FAST_ANY(w3);
	if (in > 4) w4 = w[4]; else FAST_ANY(w4);
	if (in > 5) w5 = w[5]; else FAST_ANY(w5);
	if (in > 6) w6 = w[6]; else FAST_ANY(w6);
	if (in > 7) w7 = w[7]; else FAST_ANY(w7);
	__asm__ volatile("syscall"
			 : "+r"(a), "+r"(c), "+r"(w0), "+r"(w1), "+r"(w2), "+r"(w3), "+r"(w4), "+r"(w5),
			   "+r"(w6), "+r"(w7)
			 :
			 : "rcx", "r11", "memory", "cc");
	if (out > 0) w[0] = w0;
	if (out > 1) w[1] = w1;
	if (out > 2) w[2] = w2;
	if (out > 3) w[3] = w3;
	if (out > 4) w[4] = w4;
	if (out > 5) w[5] = w5;
	if (out > 6) w[6] = w6;
	if (out > 7) w[7] = w7;
	if (badge)
		*badge = c;
	return a;
}

/* Sends w[0..n-1] with TAG(label, length) and receives n words of the answer. */
static inline __attribute__((always_inline)) u64 fast_call(cap_t cap, u64 tag, u64 *w, const u32 n)
{
	return fast_ipc(tag | SYS_CALL, cap, NULL, w, n, n);
}

/* Answers the caller with w[0..n-1], if there is one, and receives the next message and its badge. */
static inline __attribute__((always_inline)) u64 fast_reply_recv(cap_t ep, u64 tag, u64 *badge, u64 *w,
								 const u32 n)
{
	return fast_ipc(tag | SYS_REPLY_RECV, ep, badge, w, n, n);
}

/* Waits for a Notification's bits. They come in place of the badge; there are no words. */
static inline __attribute__((always_inline)) u64 fast_wait(cap_t notification, u64 *bits)
{
	return fast_ipc(SYS_WAIT, notification, bits, NULL, 0, 0);
}

static inline __attribute__((always_inline)) u64 fast_signal(cap_t notification)
{
	return fast_ipc(SYS_SIGNAL, notification, NULL, NULL, 0, 0);
}

static inline __attribute__((always_inline)) u64 fast_yield(void)
{
	return fast_ipc(SYS_YIELD, 0, NULL, NULL, 0, 0);
}
