/* Where the fast path finds things in a thread, and in a slot. thread.h and slot.h check them. */
#pragma once

#define THREAD_R15 0
#define THREAD_R14 8
#define THREAD_RBP 32
#define THREAD_RIP 136
#define THREAD_FLAGS 152
#define THREAD_RSP 160
#define THREAD_CAPS 176
#define THREAD_CAPS_COUNT 184
#define THREAD_CR3 192
#define THREAD_FS_BASE 200
#define THREAD_STATE 208
#define THREAD_PRIORITY_AT 209
#define THREAD_EXTRAS 210
#define THREAD_NEXT 240
#define THREAD_WAIT_ON 256
#define THREAD_AWAITING_AT 264
#define THREAD_REPLY 272
#define THREAD_CALLER 288
#define THREAD_IPC_CALLS 304
#define THREAD_SERVES 328
#define THREAD_FPU_AT 752

#define THREAD_EXTRA_TLS 0x01
#define THREAD_EXTRA_FPU 0x10

#define SLOT_SHIFT 6
#define SLOT_OBJECT 8
#define SLOT_BADGE 16

/* Bits of a slot's first word: flags that only an Endpoint's slot has (SLOT_SENDABLE and
 * SLOT_RECEIVABLE in its byte `rights`), and the byte of protocol rights. */
#define SLOT_WORD_SENDABLE 0x00100000
#define SLOT_WORD_RECEIVABLE 0x00200000
#define SLOT_WORD_PROT 0xff000000
