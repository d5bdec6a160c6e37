/* A client: makes calls of all kinds in random order until it gets the order to stop. Each call must end in its own answer,
 * or in an error that an action of the test explains. */
#include "tests/guest/kit/clock.h"
#include "tests/guest/stress/traffic.h"
#include "tests/guest/stress/world.h"

#define PATIENCE 100000 /* TSC ticks a call with a deadline may take */

struct call {
	enum traffic label;
	cap_t service;
	u64 badge; /* of `service` */
	u64 request;
	u64 flags, deadline;
	u64 deaths, fails; /* before */
};

static void pattern_set(const struct record *r, u64 x)
{
	if (r->uses_fpu)
		__asm__ volatile("movq %0, %%xmm0; movq %0, %%xmm15" ::"r"(x));
}

/* The registers that no other thread may touch are as they were: FPU, thread pointer. */
static void pattern_check(struct record *r, u64 x)
{
	u64 low = x, high = x, self;

	if (r->uses_fpu)
		__asm__ volatile("movq %%xmm0, %0; movq %%xmm15, %1" : "=r"(low), "=r"(high));
	__asm__ volatile("movq %%fs:0, %0" : "=r"(self));
	if (low != x || high != x || self != r->self)
		WRONG(r, low, high, self);
}

/* Whether what happened to the client or its server explains the status. */
static bool is_explained(struct record *r, const struct call *c, u8 status)
{
	switch (status) {
	case ERR_PEER_DIED: return c->label == T_DROP || r->server_deaths != c->deaths;
	case ERR_GONE: return r->endpoint_fails != c->fails || r->is_cut;
	case ERR_CANCELLED: return ++r->cancelled <= r->cancels;
	case ERR_DEADLINE: return (c->flags & TAG_DEADLINE) && now() >= c->deadline;
	case ERR_WOULD_BLOCK: return c->flags & TAG_NONBLOCK;
	case ERR_CAP: return r->is_cut;
	default: return false;
	}
}

static void check_answer(struct record *r, const struct call *c, const struct message *m)
{
	if (c->label == T_DROP)
		WRONG(r, c->label, m->tag, 0);
	if (TAG_REQUEST(m->tag) != c->request ||
	    TAG_LENGTH(m->tag) != traffic_length(c->badge, c->request))
		WRONG(r, m->tag, c->request, traffic_length(c->badge, c->request));
	int wrong = traffic_wrong(m, r->buffer, SAID, c->badge, c->request);
	if (wrong >= 0)
		WRONG(r, wrong, m->word[0], traffic_word(SAID, c->badge, c->request, (u64)wrong));
	r->words += TAG_LENGTH(m->tag);
}

/* True: answered, and *m is the answer. */
static bool do_call(struct record *r, u64 *random, struct call *c, u32 caps, struct message *m)
{
	u64 before = now();
	u32 length = traffic_length(random_next(random), 0);

	c->request = r->calls++ & 0xffff;
	c->deaths = r->server_deaths;
	c->fails = r->endpoint_fails;
	if (c->flags & TAG_DEADLINE)
		r->buffer->deadline = c->deadline = before + random_below(random, PATIENCE);
	m->tag = traffic_tag(c->label, length, c->request) | c->flags | (u64)caps << TAG_CAPS_SHIFT;
	traffic_fill(m, r->buffer, length, ASKED, c->badge, c->request);
	pattern_set(r, before);
	u8 status = (u8)ipc(SYS_CALL, c->service, m);
	pattern_check(r, before);
	r->ended++;
	r->by_status[status]++;
	if (status == OK)
		check_answer(r, c, m);
	else if (!is_explained(r, c, status))
		WRONG(r, status, c->label, c->deaths);
	return status == OK;
}

/* Up to three mints of the own Notification go along; the server signals each. The client looks for just
 * their bits. */
static void give(struct record *r, u64 *random, struct call *c)
{
	u32 count = 1 + (u32)random_below(random, MSG_CAPS);
	u64 wanted = 0;
	struct message m, bits = {.tag = TAG_NONBLOCK};

	ipc(SYS_WAIT, S_NOTIFY, &bits); /* the rest of a call that was cancelled */
	for (u32 i = 0; i < count; i++) {
		u64 badge = 1ul << random_below(random, 64);
		enum microk_status s = cnode_mint(
			S_CNODE,
			&(struct cnode_mint){
				.index = S_SENT + i,
				.source_cnode = S_CNODE,
				.source_index = S_NOTIFY,
				.rights = RIGHT_ALL,
				.badge = badge,
				.flags = MINT_BADGE});

		if (s != OK)
			WRONG(r, s, i, badge);
		wanted |= badge;
		r->buffer->send_caps[i] = S_SENT + i;
	}
	if (do_call(r, random, c, count, &m)) {
		bits = (struct message){.tag = TAG_NONBLOCK};
		enum microk_status s = ipc(SYS_WAIT, S_NOTIFY, &bits);
		if (s != OK || bits.badge != wanted)
			WRONG(r, s, bits.badge, wanted);
		r->capabilities += count;
	}
	/* Children that a server has not yet received die with these. */
	for (u32 i = 0; i < count; i++)
		cnode_revoke(S_CNODE, S_SENT + i), cnode_delete(S_CNODE, S_SENT + i);
}

/* A capability that came as a session is one: call through it, then keep it until death, or close
 * it. */
static void use_session(struct record *r, u64 *random, cap_t slot)
{
	struct call c = {.label = T_ECHO, .service = slot};
	struct cnode_describe_result session = {0};
	struct message m = {0};
	enum microk_status s = cnode_describe(S_CNODE, slot, &session);

	c.badge = session.value;
	if (s != OK || session.type != CAP_ENDPOINT ||
	    session.rights != (RIGHT_WRITE | RIGHT_PROT(7)) || c.badge >> 24 != SESSION_BADGE >> 24)
		WRONG(r, s, session.type, c.badge);
	r->capabilities++;
	do_call(r, random, &c, 0, &m);
	if (chance(random, 70) ||
	    cnode_move(S_CNODE,
		       &(struct cnode_move){
			       .index = S_KEPT, .source_cnode = S_CNODE, .source_index = slot}) !=
		    OK)
		cnode_delete(S_CNODE, slot);
}

static void take(struct record *r, u64 *random, struct call *c)
{
	struct message m;

	if (do_call(r, random, c, 0, &m) && TAG_CAPS(m.tag))
		use_session(r, random, S_ARRIVED);
	/* An answer with a capability may have come too late to end the call, but its capability must arrive. */
	struct cnode_describe_result arrived = {0};
	cnode_describe(S_CNODE, S_ARRIVED, &arrived);
	if (arrived.type != CAP_NULL)
		WRONG(r, arrived.type, m.tag, 0);
}

static void rest(struct record *r, u64 *random)
{
	struct message m = {.tag = TAG_DEADLINE};

	for (volatile u64 n = random_below(random, 200); n; n--)
		;
	if (!chance(random, 30))
		return;
	r->buffer->deadline = now() + random_below(random, PATIENCE);
	enum microk_status s = ipc(SYS_WAIT, S_NOTIFY, &m);
	if (s == ERR_CANCELLED)
		r->cancelled++;
	if (s != OK && s != ERR_DEADLINE && (s != ERR_CANCELLED || r->cancelled > r->cancels))
		WRONG(r, s, 0, 0);
}

static enum traffic any_label(u64 *random)
{
	static const u8 often[] = {T_ECHO,  T_ECHO,  T_ECHO,  T_ECHO, T_ECHO, T_ECHO,
				   T_LATER, T_LATER, T_NEVER, T_DROP, T_GIVE, T_TAKE};

	return often[random_below(random, sizeof(often))];
}

void client_run(struct record *r)
{
	u64 random = r->seed + r->life * 0x9e3779b97f4a7c15;
	struct message m;

	for (u32 i = 0; i < MSG_CAPS; i++)
		r->buffer->recv_caps[i] = S_ARRIVED + i;
	while (!r->stop && !r->is_cut && !r->wrong_line) {
		struct call c = {
			.label = any_label(&random), .service = S_SERVICE, .badge = r->badge};

		if (c.label == T_NEVER || chance(&random, 5))
			c.flags = TAG_DEADLINE;
		else if (chance(&random, 5))
			c.flags = TAG_NONBLOCK;
		if (c.label == T_GIVE)
			give(r, &random, &c);
		else if (c.label == T_TAKE)
			take(r, &random, &c);
		else
			do_call(r, &random, &c, 0, &m);
		rest(r, &random);
	}
	r->done = true;
	for (;;)
		ipc(SYS_WAIT, S_NOTIFY, &m);
}
