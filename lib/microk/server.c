/*
 * The server loop. One thread serves one Endpoint, request by request. A request that cannot be answered
 * yet is deferred into a Reply object. (QNX and Resea let a server reply to any client by id at any time;
 * seL4's MCS kernel passes an explicit reply object to every receive. Here the common case needs neither,
 * and in the rare case the server names the object that keeps the caller.)
 */
#include "lib/microk/server.h"
#include "gen/lib/microk/methods.h"
#include "microk/cap.h"
#include "lib/microk/print.h"
#include "lib/microk/start.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/stub.h"

/* Receives the next message. Its capabilities may arrive in the server's slots; those of answers to the thread's
 * own calls may not. */
static enum microk_status server_receive(struct server *s, struct message *m, bool answer)
{
	struct ipcbuf *buffer = ipc_buffer;
	enum microk_status status;

	for (u32 i = 0; i < s->receive_caps; i++) {
		if (!s->received[i])
			s->received[i] = slot_alloc();
		buffer->recv_caps[i] = (u32)s->received[i];
	}
	if (!answer)
		m->tag = 0;
	if (s->deadline) {
		m->tag |= TAG_DEADLINE;
		buffer->deadline = s->deadline;
	}
	status = ipc(answer ? SYS_REPLY_RECV : SYS_RECV, s->endpoint, m);
	for (u32 i = 0; i < s->receive_caps; i++)
		buffer->recv_caps[i] = 0;
	return status;
}

/* Answers with a status alone, if the caller still waits. */
static void server_answer_status(enum microk_status status)
{
	struct message m = {.tag = TAG(status, 0)};

	ipc(SYS_REPLY, 0, &m);
}

/* Answers at once, for requests after which capabilities must be cleaned up. */
static void server_answer(struct server *s, const struct request *r)
{
	u32 count = TAG_CAPS(r->message->tag);
	cap_t sent[MSG_CAPS];
	enum microk_status status;

	for (u32 i = 0; i < count; i++)
		sent[i] = ipc_buffer->send_caps[i];
	status = ipc(SYS_REPLY, 0, r->message);
	if (status == OK) {
		if (count && s->delivered)
			s->delivered(sent, count);
		return;
	}
	server_answer_status(status);
	if (count && s->undelivered)
		s->undelivered(r->badge, sent, count);
}

/* Handles one request. Returns whether its answer, in *m, must still be sent. */
static bool server_handle(struct server *s, struct message *m)
{
	struct request r = {
		.badge = m->badge,
		.prot = TAG_PROT(m->tag),
		.label = TAG_LABEL(m->tag),
		.number = TAG_REQUEST(m->tag),
		.length = TAG_LENGTH(m->tag),
		.caps = (u8)TAG_CAPS(m->tag),
		.is_call = m->tag & TAG_IS_CALL,
		.message = m,
		.server = s,
	};
	bool owed;

	m->tag = TAG(
		ERR_PROTOCOL, 0); /* the answer to a request that the dispatch does not handle */
	s->dispatch(&r);
	owed = r.is_call && !r.deferred;
	if (owed && (r.caps || TAG_CAPS(m->tag))) {
		server_answer(s, &r);
		owed = false;
	}
	for (u32 i = 0; i < r.caps && i < s->receive_caps; i++)
		if (s->received[i])
			cnode_delete(SLOT_CNODE, s->received[i]);
	return owed;
}

static _Noreturn void server_end(struct server *s, enum microk_status status)
{
	print("%s: cannot receive requests any more: %s: %s\n", s->name, status_name(status),
	      status_text(status));
	program_stop();
}

_Noreturn void server_run(struct server *s)
{
	struct message m = {0};
	bool owed = false;

	if (s->receive_caps > MSG_CAPS)
		s->receive_caps = MSG_CAPS;
	server_announce(s);
	for (;;) {
		enum microk_status status = server_receive(s, &m, owed);
		bool answered = owed;

		owed = false;
		switch (status) {
		case OK: owed = server_handle(s, &m); break;
		case ST_CLOSED:
			if (s->closed)
				s->closed(m.badge);
			break;
		case ST_NOTIFIED:
			if (s->notified)
				s->notified(m.badge);
			break;
		case ERR_DEADLINE: /* of the receive; the answer before it was sent */
			s->deadline = 0;
			if (s->expired)
				s->expired();
			break;
		case ERR_CANCELLED: break; /* another thread's THREAD_CANCEL; nothing was lost */
		default:
			if (!answered)
				server_end(s, status);
			/* The answer failed: the caller died, or the answer was malformed. */
			server_answer_status(status);
		}
	}
}
