/* The part of the stubs and dispatchers that is the same for every operation. */
#include "lib/microk/stub.h"
#include "gen/lib/microk/methods.h"
#include "microk/cap.h"
#include "lib/microk/startup.h"

/* The last status that a server may answer with; higher ones come from the kernel, to a receiver. */
#define STATUS_LAST 127

u64 stub_number(void)
{
	struct thread_self *me = thread_self();

	/* A root task has no startup page, and one instance. */
	return stub_number_of(me->number, startup ? startup->instance : 0, ++me->requests);
}

enum microk_status stub_refuse(const struct message *m, const u32 *slots, enum microk_status status)
{
	/* Without slots no capability can have arrived, whatever the tag's count. */
	for (u32 i = 0; slots && i < TAG_CAPS(m->tag); i++)
		cnode_delete(SLOT_CNODE, slots[i]);
	return status;
}

enum microk_status stub_answer(const struct message *m, const u32 *slots, u32 caps)
{
	u16 label = TAG_LABEL(m->tag);

	if (TAG_STATUS(m->tag) != OK)
		return (enum microk_status)TAG_STATUS(m->tag);
	if (label > STATUS_LAST)
		return stub_refuse(m, slots, ERR_PROTOCOL);
	if (label != OK)
		return stub_refuse(m, slots, (enum microk_status)label);
	if (TAG_CAPS(m->tag) != caps)
		return stub_refuse(m, slots, ERR_PROTOCOL);
	return OK;
}

enum microk_status stub_undelivered(const struct request *r, const cap_t *made, u32 count)
{
	for (u32 i = 0; i < count; i++)
		if (made[i] && r->server && r->server->undelivered)
			r->server->undelivered(r->badge, &made[i], 1);
	return ERR_STATE;
}

bool stub_is_open(const struct message *m, u32 tries)
{
	enum microk_status status = (enum microk_status)TAG_STATUS(m->tag);

	return (m->tag & TAG_RECEIVED) ||
	       (tries < STUB_TRIES && status != OK && status != ERR_PEER_DIED);
}

void stub_abandon(cap_t cap, u16 label, u64 number, struct message *m)
{
	u32 tries = STUB_TRIES;
	enum microk_status status;

	do {
		*m = (struct message){.tag = STUB_TAG(label, 1, 0, number), .word = {number}};
		status = ipc(SYS_CALL, cap, m);
	} while (status == ERR_CANCELLED || (status == ERR_PEER_DIED && --tries > 0));
	/* A call that failed (its Endpoint is gone), and a server without a handler, leave the outcome unknown. */
	if (status != OK || TAG_LABEL(m->tag) == ERR_METHOD)
		m->tag = ERR_PEER_DIED;
}

enum microk_status stub_abandoned(struct request *r,
				  enum microk_status (*handler)(struct request *r))
{
	if (r->length != 1 || r->caps)
		return ERR_PROTOCOL;
	r->number = r->message->word[0];
	return handler ? handler(r) : ERR_METHOD;
}

void stub_finish(struct request *r, enum microk_status status)
{
	if (r->deferred || status == OK)
		return;
	/* STATUS_DEFERRED without request_defer would leave the caller without an answer. */
	if (status > STATUS_LAST)
		status = ERR_STATE;
	r->message->tag = TAG(status, 0);
}

enum microk_status stub_reply(cap_t reply_slot, struct message *m)
{
	return ipc(SYS_SEND, reply_slot, m);
}
