/* The per-thread IPC buffer: the part of a message that does not fit in registers.
 * It is one 4 KiB frame, which the thread can have mapped anywhere; the kernel reaches it through its own mapping and checks
 * everything that it reads there. */
#pragma once
#include "microk/syscall.h"

struct ipcbuf {
	u64 words[MSG_WORDS];    /* words 8.. of the message, at their own index (0..7 unused) */
	u32 send_caps[MSG_CAPS]; /* slots to transfer: each arrives as a child of its slot */
	u32 recv_caps[MSG_CAPS]; /* empty slots of this CSpace that take what arrives */
	u64 deadline;            /* with TAG_DEADLINE: absolute, in TSC ticks */
};

_Static_assert(sizeof(struct ipcbuf) <= PAGE_SIZE, "the IPC buffer is one page");

/* A fault message (label LABEL_FAULT), as the thread's fault endpoint receives it.
 * The badge is that of the fault endpoint's capability. An answer with label FAULT_RETRY resumes
 * the thread, any other label leaves it stopped. If such an answer has FAULT_WORDS words, the thread goes on with the registers in
 * them, those of FAULT_IP, FAULT_SP, FAULT_FLAGS and FAULT_REGS; with FAULT_FEW words only the first three are taken. With
 * another length up to 8 the thread goes on as it was. */
enum fault_word {
	FAULT_VECTOR,  /* x86 exception number (Intel SDM vol. 3, 6.3) */
	FAULT_ERROR,   /* error code, 0 where the exception has none */
	FAULT_ADDRESS, /* CR2 for a page fault, else 0 */
	FAULT_IP,
	FAULT_SP,
	FAULT_FLAGS,
	FAULT_FEW,   /* the length of a short answer */
	FAULT_NAME0 = FAULT_FEW, /* thread name, 16 bytes, zero-padded */
	FAULT_NAME1,
	FAULT_REGS, /* rax rbx rcx rdx rsi rdi rbp r8..r15 */
	FAULT_WORDS = FAULT_REGS + 15
};

#define FAULT_RETRY 0
#define FAULT_STAYS 1

/* The number of times that one fault is reported at most: handlers may die of it, or drop it. */
#define FAULT_REPORTS 8
