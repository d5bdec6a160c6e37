/*
 * One copy, straight from the sender's registers and buffer to the receiver's.
 *
 * seL4 and NOVA let the message live in a per-thread page that the kernel reaches through its own
 * mapping, so that no copy can fault half-way; HinaOS copies through the page tables and
 * must handle faults. MicroK uses such a page, too, for the words after the eighth.
 */
#include "ipc/message.h"
#include "lib/upward.h"
#include "microk/ipcbuf.h"

status_t message_check(const struct thread *from, u64 tag, u8 rights)
{
	u32 length = TAG_LENGTH(tag), caps = TAG_CAPS(tag);

	if (length > MSG_WORDS)
		return ERR_LENGTH;
	if ((length > MSG_REGS || caps) && !from->buffer)
		return ERR_BUFFER;
	if (caps && !(rights & RIGHT_GRANT))
		return ERR_RIGHTS;
	return OK;
}

static void copy_long(const struct ipcbuf *from, struct ipcbuf *to, u32 length)
{
	for (u32 i = MSG_REGS; i < length; i++)
		to->words[i] = from->words[i];
}

status_t message_deliver(struct thread *from, struct thread *to, struct origin origin)
{
	u64 tag = from->regs.rax;
	u32 length = TAG_LENGTH(tag), caps = TAG_CAPS(tag);

	/* The sender's buffer may have been taken away while it waited. */
	if (length > MSG_REGS && (!from->buffer || !to->buffer))
		return ERR_BUFFER;
	if (caps) {
		status_t s = upward.transfer(from, to, caps);
		if (s != OK)
			return s;
	}
	if (length > MSG_REGS)
		copy_long(from->buffer, to->buffer, length);
	message_copy_registers(&from->regs, &to->regs, length);
	to->regs.rdi = origin.badge;
	to->regs.rax = message_tag(tag, origin.prot, origin.is_call);
	return OK;
}
