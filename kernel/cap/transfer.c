/*
 * All or nothing: first every source and destination is checked, then all are derived.
 * seL4 transfers as many as fit and returns the number; a server then has to handle incomplete transfers.
 */
#include "cap/transfer.h"
#include "cap/cnode.h"
#include "cap/derive.h"
#include "ipc/closed.h"
#include "microk/ipcbuf.h"
#include "sched/lookup.h"

/* EXERCISE 2.6 all-or-nothing-transfer: begin */
/* An empty slot of the receiver, named once only. */
static struct slot *destination(struct thread *to, u32 index, struct slot **taken, u32 n)
{
	if (index == 0 || index >= to->caps_count)
		return NULL;
	struct slot *s = &to->caps[index];
	if (s->type != CAP_NULL)
		return NULL;
	for (u32 i = 0; i < n; i++)
		if (taken[i] == s)
			return NULL;
	return s;
}

/* Both buffers are pages that user space may write at any moment (with more processors): every
 * index is read once. */
status_t transfer_invoke(struct thread *from, struct thread *to, u32 count)
{
	struct slot *source[MSG_CAPS], *dest[MSG_CAPS];

	if (!from->buffer || !to->buffer)
		return ERR_TRANSFER;
	for (u32 i = 0; i < count; i++) {
		source[i] = cap_lookup(from, *(volatile u32 *)&from->buffer->send_caps[i]);
		if (!source[i] || !is_copyable(source[i]))
			return ERR_TRANSFER;
		dest[i] = destination(to, *(volatile u32 *)&to->buffer->recv_caps[i], dest, i);
		if (!dest[i])
			return ERR_TRANSFER;
	}
	for (u32 i = 0; i < count; i++)
		slot_derive(dest[i], source[i], RIGHT_ALL);
	return OK;
}
/* EXERCISE 2.6 all-or-nothing-transfer: end */

void transfer_failed(struct thread *from, u32 count)
{
	if (!from->buffer)
		return;
	for (u32 i = 0; i < count; i++) {
		struct slot *s = cap_lookup(from, *(volatile u32 *)&from->buffer->send_caps[i]);
		if (s && (s->flags & SLOT_WATCH) && !(s->flags & SLOT_CLOSED) &&
		    !derive_has_children(s))
			closed_raise(s);
	}
}
