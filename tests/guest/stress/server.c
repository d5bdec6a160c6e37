/* A server: checks every word of each message, and answers at once, later, never, or with a capability. It runs until it is
 * killed, and its successor needs none of its data. */
#include "tests/guest/kit/clock.h"
#include "tests/guest/stress/traffic.h"
#include "tests/guest/stress/world.h"

#define HOLD_MAX 6          /* messages that come before a held one is answered */
#define ANSWER_WITHIN 20000 /* TSC ticks to wait for them */

struct held {
	bool busy, is_never;
	u32 wait;
	u64 badge, request;
};

struct service {
	struct record *record;
	struct ipcbuf *buffer;
	u64 random;
	struct held held[REPLIES];
	bool session[SESSIONS];
	u64 bits;
	u32 due; /* how many are held that will be answered */
};

static void answer_fill(struct service *v, struct message *m, u64 badge, u64 request)
{
	u32 length = traffic_length(badge, request);

	m->tag = traffic_tag(0, length, request);
	traffic_fill(m, v->buffer, length, SAID, badge, request);
}

/* The statuses of an answer: it was taken, or the caller is gone. */
static void expect_answered(struct service *v, enum microk_status s)
{
	v->record->by_status[s]++;
	if (s != OK && s != ERR_NO_REPLY)
		WRONG(v->record, s, 0, 0);
}

static void answer_held(struct service *v, u32 i)
{
	struct message m;

	answer_fill(v, &m, v->held[i].badge, v->held[i].request);
	expect_answered(v, ipc(SYS_SEND, S_REPLY + i, &m));
	v->held[i].busy = false;
	v->due--;
}

static void answer_due(struct service *v, bool all)
{
	for (u32 i = 0; i < REPLIES && v->due; i++)
		if (v->held[i].busy && !v->held[i].is_never && (all || !v->held[i].wait--))
			answer_held(v, i);
}

/* Moves the caller into a Reply object. False: there is none free. */
static bool hold(struct service *v, u64 badge, u64 request, bool is_never)
{
	u32 start = (u32)random_below(&v->random, REPLIES);

	for (u32 n = 0; n < REPLIES; n++) {
		u32 i = (start + n) % REPLIES;

		if (v->held[i].busy && !v->held[i].is_never)
			continue;
		enum microk_status s = cnode_save_caller(S_CNODE, S_REPLY + i);
		if (s == ERR_STATE && v->held[i].busy)
			continue; /* a caller that will never be answered still waits there */
		v->held[i] = (struct held){
			s == OK, is_never, (u32)random_below(&v->random, HOLD_MAX), badge, request};
		v->due += s == OK && !is_never;
		if (s != OK && s != ERR_NO_REPLY)
			WRONG(v->record, s, i, 0);
		return true;
	}
	return false;
}

/* Signals what arrived. The client may have died since, and its Notifications with it. */
static void take_notifications(struct service *v, u32 count)
{
	for (u32 i = 0; i < count; i++) {
		struct message m = {0};
		enum microk_status s = ipc(SYS_SIGNAL, S_ARRIVED + i, &m);

		if (s != OK && s != ERR_CAP)
			WRONG(v->record, s, i, 0);
		cnode_delete(S_CNODE, S_ARRIVED + i);
	}
}

/* Answers with a session of the client's own, where one is free. Here the answer's status matters: a session
 * that was not taken will never be closed. */
static void answer_with_session(struct service *v, u64 badge, u64 request)
{
	struct message m;
	u32 i = 0;

	while (i < SESSIONS && v->session[i])
		i++;
	answer_fill(v, &m, badge, request);
	if (i < SESSIONS) {
		u64 session = SESSION_BADGE | (v->record->life & 0xffff) << 8 | i;
		enum microk_status s = cnode_mint(
			S_CNODE,
			&(struct cnode_mint){
				.index = S_SESSION + i,
				.source_cnode = S_CNODE,
				.source_index = S_SERVICE,
				.rights = RIGHT_WRITE | RIGHT_PROT(7),
				.badge = session,
				.flags = MINT_BADGE | MINT_WATCH});
		if (s != OK)
			WRONG(v->record, s, i, 0);
		v->session[i] = true;
		v->buffer->send_caps[0] = S_SESSION + i;
		m.tag |= 1ul << TAG_CAPS_SHIFT;
	}
	enum microk_status s = ipc(SYS_REPLY, 0, &m);
	expect_answered(v, s);
	if (s != OK && i < SESSIONS) {
		cnode_delete(S_CNODE, S_SESSION + i);
		v->session[i] = false;
	}
}

static void session_closed(struct service *v, u64 badge)
{
	u32 i = badge & 0xff;

	if (badge >> 24 != SESSION_BADGE >> 24 || i >= SESSIONS || !v->session[i] ||
	    (badge >> 8 & 0xffff) != (v->record->life & 0xffff)) {
		WRONG(v->record, badge, i, v->record->life);
		return;
	}
	cnode_delete(S_CNODE, S_SESSION + i);
	v->session[i] = false;
	v->record->capabilities++;
}

static void check_message(struct service *v, const struct message *m)
{
	struct record *r = v->record;
	bool is_session = m->badge >> 24 == SESSION_BADGE >> 24;
	u8 rights = is_session ? 0x80 : (u8)(1u << (m->badge & 7));
	int wrong = traffic_wrong(m, v->buffer, ASKED, m->badge, TAG_REQUEST(m->tag));

	if (wrong >= 0)
		WRONG(r, wrong, m->tag, m->badge);
	if (!(m->tag & TAG_IS_CALL) || (m->badge && TAG_PROT(m->tag) != rights))
		WRONG(r, m->tag, m->badge, rights);
	r->calls++;
	r->words += TAG_LENGTH(m->tag);
}

static void answer_status(struct service *v, struct message *m)
{
	u64 request = TAG_REQUEST(m->tag);

	*m = (struct message){.tag = traffic_tag(0, STATUS_WORDS, request)};
	for (u32 i = 0; i < SESSIONS; i++)
		m->word[STATUS_SESSIONS] += v->session[i];
	m->word[STATUS_HELD] = v->due;
	m->word[STATUS_BITS] = v->bits;
}

/* True: *m is the answer, to be sent with the next receive. False: nothing is to be sent. */
static bool serve(struct service *v, struct message *m)
{
	u64 request = TAG_REQUEST(m->tag), badge = m->badge;
	enum traffic label = TAG_LABEL(m->tag);

	check_message(v, m);
	if (label == T_GIVE)
		take_notifications(v, TAG_CAPS(m->tag));
	else if (TAG_CAPS(m->tag))
		WRONG(v->record, m->tag, badge, 0);
	switch (label) {
	case T_LATER:
	case T_NEVER:
		if (hold(v, badge, request, label == T_NEVER))
			return false;
		break;
	case T_DROP: return false;
	case T_TAKE: answer_with_session(v, badge, request); return false;
	case T_STATUS:
		answer_due(v, true);
		answer_status(v, m);
		return true;
	default: break;
	}
	answer_fill(v, m, badge, request);
	return true;
}

void server_run(struct record *r)
{
	struct service v = {
		.record = r, .buffer = r->buffer, .random = r->seed + r->life * 0x9e3779b97f4a7c15};
	struct message m = {0};
	bool owes = false;

	for (u32 i = 0; i < MSG_CAPS; i++)
		v.buffer->recv_caps[i] = S_ARRIVED + i;
	for (;;) {
		if (!owes)
			m.tag = 0;
		/* While answers are due, they must not wait for another message. */
		if (v.due) {
			m.tag |= TAG_DEADLINE;
			v.buffer->deadline = now() + ANSWER_WITHIN;
		}
		enum microk_status s = ipc(owes ? SYS_REPLY_RECV : SYS_RECV, S_SERVICE, &m);
		owes = s == OK && serve(&v, &m);
		if (s == ST_CLOSED)
			session_closed(&v, m.badge);
		else if (s == ST_NOTIFIED)
			v.bits |= m.badge;
		else if (s != OK && s != ERR_DEADLINE && (s != ERR_GONE || !r->endpoint_fails) &&
			 (s != ERR_CANCELLED || !r->cancels))
			WRONG(r, s, 0, 0);
		if (!owes)
			answer_due(&v, s == ERR_DEADLINE);
	}
}
