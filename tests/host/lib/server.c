/*
 * The server loop against a scripted kernel: for each event the loop's next step (operation, tag, open slots) is compared
 * with the right one.
 */
#include "lib/microk/server.h"
#include "tests/host/lib/check.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/stub.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#define ENDPOINT 10

static struct ipcbuf buffer;
static struct thread_self self = {.buffer = &buffer};

struct thread_self *thread_self(void)
{
	return &self;
}

const struct startup *startup;
static jmp_buf end;
static bool stopped;

_Noreturn void program_stop(void)
{
	stopped = true;
	longjmp(end, 1);
}

static char said[200];
void print(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(said, sizeof(said), fmt, args);
	va_end(args);
}

static u32 announced;
void server_announce(const struct server *s)
{
	(void)s, announced++;
}

enum microk_status object_make(int type, u64 size, cap_t *slot)
{
	CHECK(type == CAP_REPLY && size == 0);
	*slot = slot_alloc();
	return OK;
}

/* One step of the script: the loop's expected call, and its result. */
struct step {
	enum microk_syscall op; /* expected */
	u64 tag;                /* expected, as far as `check_tag` */
	bool check_tag;
	enum microk_status status; /* given */
	u64 got_tag, badge;
	u32 arrive; /* capabilities that arrive in the open slots */
};

static const struct step *script;
static u32 at, steps, open_slots;
static u64 deleted; /* bit per slot */
static u64 occupied;
static u32 saved;

static enum microk_status kernel_object(struct message *m)
{
	u64 slot = m->word[0];

	if (TAG_LABEL(m->tag) == CNODE_DELETE) {
		CHECK(slot && slot < 64);
		deleted |= 1ul << slot;
		occupied &= ~(1ul << slot);
	} else {
		CHECK(TAG_LABEL(m->tag) == CNODE_SAVE_CALLER);
		saved++;
	}
	m->tag = 0;
	return OK;
}

enum microk_status ipc(enum microk_syscall op, cap_t cap, struct message *m)
{
	if (op == SYS_CALL) {
		CHECK(cap == SLOT_CNODE);
		return kernel_object(m);
	}
	if (at == steps)
		longjmp(end, 1);
	const struct step *s = &script[at++];

	if (op != s->op || (s->check_tag && m->tag != s->tag)) {
		fprintf(stderr, "step %u: operation %u tag %lx, not %u %lx\n", at - 1, op, m->tag,
			s->op, s->tag);
		exit(1);
	}
	CHECK(op == SYS_REPLY || cap == ENDPOINT);
	CHECK((m->tag & 0xff) == 0 && TAG_PROT(m->tag) == 0);
	open_slots = 0;
	for (u32 i = 0; i < MSG_CAPS; i++) {
		if (!buffer.recv_caps[i])
			continue;
		CHECK(!(occupied & 1ul << buffer.recv_caps[i])); /* only empty slots are offered */
		open_slots++;
	}
	if (op == SYS_REPLY)
		CHECK(open_slots == 0);
	for (u32 i = 0; i < s->arrive; i++)
		occupied |= 1ul << buffer.recv_caps[i];
	m->tag = s->got_tag | s->status;
	m->badge = s->badge;
	return s->status;
}

/* The dispatch's action for the next request. */
static enum { ANSWER, ANSWER_CAP, DEFER, KEEP, SILENT } action;
static u32 requests, undelivered_count;
static u64 closed_badge, notified_bits;
static struct server server;
static struct request last;

static void dispatch(struct request *r)
{
	requests++;
	last = *r;
	CHECK(buffer.recv_caps[0] == 0); /* no client can push a capability in meanwhile */
	switch (action) {
	case ANSWER: r->message->tag = TAG(OK, 2); break;
	case ANSWER_CAP:
		r->message->tag = TAG(OK, 0) | 1ul << TAG_CAPS_SHIFT;
		buffer.send_caps[0] = 33;
		break;
	case DEFER:
		CHECK(request_defer(r, 40) == OK);
		CHECK(request_defer(r, 40) == ERR_NO_REPLY);
		break;
	case KEEP:
		r->message->tag = TAG(OK, 0);
		r->server->received[0] = 0;
		break;
	case SILENT: break;
	}
}

static void closed(u64 badge)
{
	closed_badge = badge;
}
static void notified(u64 bits)
{
	notified_bits = bits;
}

static u32 expirations;
static void expired(void)
{
	expirations++;
	CHECK(server.deadline == 0);
}

static void undelivered(u64 badge, const cap_t *sent, u32 count)
{
	CHECK(badge == 7 && count == 1 && sent[0] == 33);
	undelivered_count++;
}

static u64 first_deadline;

static void play(u32 receive_caps, const struct step *s, u32 count)
{
	server = (struct server){
		.name = "test",
		.endpoint = ENDPOINT,
		.dispatch = dispatch,
		.closed = closed,
		.notified = notified,
		.undelivered = undelivered,
		.deadline = first_deadline,
		.expired = expired,
		.receive_caps = receive_caps};
	script = s, steps = count, at = 0;
	requests = undelivered_count = announced = saved = 0;
	deleted = occupied = 0;
	stopped = false;
	memset(&buffer, 0, sizeof(buffer));
	slots_init(20, 60);
	if (!setjmp(end))
		server_run(&server);
	CHECK(announced == 1 && at == count);
}

#define PLAY(caps, ...)                                                                            \
	play(caps, (const struct step[]){__VA_ARGS__},                                             \
	     sizeof((const struct step[]){__VA_ARGS__}) / sizeof(struct step))

/* Laid out by hand, one value in each column. */
/* clang-format off */
#define RECV                                                                                       \
	{                                                                                          \
		SYS_RECV, 0, true, OK,                                                             \
			TAG(0x101, 1) | TAG_IS_CALL | 0x5ul << TAG_PROT_SHIFT |                    \
				9ul << TAG_REQUEST_SHIFT,                                          \
			7, 0                                                                       \
	}
/* clang-format on */
#define CALL(caps) TAG(0x101, 1) | TAG_IS_CALL | (u64)(caps) << TAG_CAPS_SHIFT, 7, caps

int main(int argc, char **argv)
{
	CHECK(argc == 2);
	seed(argv[1]);
	/* A call is answered and the next received in one. */
	action = ANSWER;
	PLAY(0, RECV, {SYS_REPLY_RECV, TAG(OK, 2), true, OK, CALL(0)},
	     {SYS_REPLY_RECV, TAG(OK, 2), true, ST_CLOSED, 0, 5, 0},
	     {SYS_RECV, 0, true, ST_NOTIFIED, 0, 6, 0}, {SYS_RECV, 0, true, ERR_CANCELLED, 0, 0, 0},
	     RECV);
	CHECK(requests == 3 && closed_badge == 5 && notified_bits == 6);
	CHECK(last.badge == 7 && last.prot == 5 && last.label == 0x101 && last.number == 9 &&
	      last.length == 1 && last.is_call && request_protocol(&last) == 1);
	/* One without a result from the dispatch is still answered. */
	action = SILENT;
	PLAY(0, RECV, {SYS_REPLY_RECV, TAG(ERR_PROTOCOL, 0), true, OK, CALL(0)});
	/* A send is not answered. */
	action = ANSWER;
	PLAY(0, {SYS_RECV, 0, true, OK, TAG(0x101, 1), 7, 0}, RECV);
	/* Nor is a deferred one. */
	action = DEFER;
	PLAY(0, RECV, RECV, RECV);
	CHECK(saved == 3);
	/* An answer that the kernel refuses is replaced by one that it accepts; a dead caller does not matter. */
	action = ANSWER;
	PLAY(0, RECV, {SYS_REPLY_RECV, TAG(OK, 2), true, ERR_LENGTH, 0, 0, 0},
	     {SYS_REPLY, TAG(ERR_LENGTH, 0), true, OK, 0, 0, 0}, RECV);
	/* An answer with a capability is sent by a system call of its own, so that its failure is noticed. */
	action = ANSWER_CAP;
	PLAY(0, RECV, {SYS_REPLY, TAG(OK, 0) | 1ul << TAG_CAPS_SHIFT, true, OK, 0, 0, 0}, RECV,
	     {SYS_REPLY, TAG(OK, 0) | 1ul << TAG_CAPS_SHIFT, true, ERR_NO_REPLY, 0, 0, 0},
	     {SYS_REPLY, TAG(ERR_NO_REPLY, 0), true, ERR_NO_REPLY, 0, 0, 0},
	     {SYS_RECV, 0, true, ST_CLOSED, 0, 5, 0});
	CHECK(undelivered_count == 1);
	/* Received capabilities are deleted after the answer, and their slots used again. */
	action = ANSWER;
	PLAY(2, {SYS_RECV, 0, true, OK, CALL(2)}, {SYS_REPLY, TAG(OK, 2), true, OK, 0, 0, 0},
	     {SYS_RECV, 0, true, OK, CALL(1)}, {SYS_REPLY, TAG(OK, 2), true, OK, 0, 0, 0},
	     {SYS_RECV, 0, true, ST_NOTIFIED, 0, 0, 0});
	CHECK(deleted == (1ul << 20 | 1ul << 21) && !occupied && open_slots == 2);
	/* Unless the handler keeps one: then another slot takes its place. */
	action = KEEP;
	PLAY(2, {SYS_RECV, 0, true, OK, CALL(2)}, {SYS_REPLY, TAG(OK, 0), true, OK, 0, 0, 0},
	     {SYS_RECV, 0, true, ST_NOTIFIED, 0, 0, 0});
	CHECK(occupied == 1ul << 20 && deleted == 1ul << 21 && open_slots == 2);
	/* Each receive has the deadline until that has passed; the answer before it has been sent. */
	action = ANSWER;
	first_deadline = 1000;
	PLAY(0, {SYS_RECV, TAG_DEADLINE, true, OK, CALL(0)},
	     {SYS_REPLY_RECV, TAG(OK, 2) | TAG_DEADLINE, true, ERR_DEADLINE, 0, 0, 0}, RECV,
	     {SYS_REPLY_RECV, TAG(OK, 2), true, OK, CALL(0)});
	CHECK(expirations == 1 && buffer.deadline == 1000 && requests == 3);
	first_deadline = 0;
	/* Without an endpoint there is no service: reported, and stopped. */
	PLAY(0, {SYS_RECV, 0, true, ERR_CAP, 0, 0, 0});
	CHECK(stopped && strstr(said, "test: cannot receive requests any more: ERR_CAP"));
	puts("all well");
	return 0;
}
