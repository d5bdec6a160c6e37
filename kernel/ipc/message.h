/* Carrying a message from one thread's registers and buffer to another's. */
#pragma once
#include "lib/status.h"
#include "sched/thread.h"

/* The sender, as the receiver sees it. */
struct origin {
	u64 badge;
	u8 prot;
	u8 rights;    /* RIGHT_GRANT: may carry capabilities */
	bool is_call; /* the sender waits for a reply */
};

/* Checks the sender's part alone: ERR_LENGTH, ERR_BUFFER, ERR_RIGHTS. */
status_t message_check(const struct thread *from, u64 tag, u8 rights);

/* Delivers the message in from's registers (tag in its rax) into to's registers: words,
 * capabilities (all or none), badge. Changes nothing unless it returns OK; else ERR_BUFFER (the receiver has
 * none and needs one) or ERR_TRANSFER. */
status_t message_deliver(struct thread *from, struct thread *to, struct origin origin);

/* The tag that the receiver gets for the sender's. */
static inline u64 message_tag(u64 tag, u8 prot, bool is_call)
{
	return (tag & ~(u64)0xfffc00ff) | (u64)prot << TAG_PROT_SHIFT | (is_call ? TAG_IS_CALL : 0);
}

/* Words 0..7 of a message, where the convention puts them. */
#define MESSAGE_REGISTERS(X) X(0, rsi) X(1, rdx) X(2, r8) X(3, r9) X(4, r10) X(5, rbx) X(6, r12) X(7, r13)

/* The words that the message carries; the others arrive as 0, so that no other data of the sender's is delivered. */
static inline void message_copy_registers(const struct regs *from, struct regs *to, u32 length)
{
#define X(i, reg) to->reg = (i) < length ? from->reg : 0;
	MESSAGE_REGISTERS(X)
#undef X
}

/* Reads all of those words, also what the message does not carry. */
static inline void message_words(const struct regs *from, u64 *word)
{
#define X(i, reg) word[i] = from->reg;
	MESSAGE_REGISTERS(X)
#undef X
}

/* Loads the words into the registers. */
static inline void message_load(struct regs *to, const u64 *word)
{
#define X(i, reg) to->reg = word[i];
	MESSAGE_REGISTERS(X)
#undef X
}
