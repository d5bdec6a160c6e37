/* Carrying a message from one thread's registers and buffer to another's. */
#pragma once
#include "ipc/status.h"
#include "sched/thread.h"

/* How the receiver sees who sent. */
struct origin {
	u64 badge;
	u8 prot;
	u8 rights;    /* RIGHT_GRANT: may carry capabilities */
	bool is_call; /* the sender waits for a reply */
};

/* Checks what can be told from the sender alone: ERR_LENGTH, ERR_BUFFER, ERR_RIGHTS. */
status_t message_check(const struct thread *from, u64 tag, u8 rights);

/* Delivers the message in from's registers (tag in its rax) into to's registers: words,
 * capabilities (all or none), badge. Changes nothing unless it returns OK; else ERR_BUFFER (the receiver has
 * none and needs one) or ERR_TRANSFER. */
status_t message_deliver(struct thread *from, struct thread *to, struct origin origin);

/* Words 0..7 of a message, where the convention puts them. */
static inline void message_copy_registers(const struct regs *from, struct regs *to)
{
	to->rsi = from->rsi;
	to->rdx = from->rdx;
	to->r8 = from->r8;
	to->r9 = from->r9;
	to->r10 = from->r10;
	to->rbx = from->rbx;
	to->r12 = from->r12;
	to->r13 = from->r13;
}
