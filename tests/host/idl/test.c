/*
 * Client and server of sample.idl in one process, with an ipc() between them that uses all the freedom that a kernel has:
 * words that a message does not carry are garbage, and every call clobbers the buffers. Usage: test SEED ROUNDS. Sanitizers
 * watch every byte; the checks here watch the meaning.
 */
#include "gen/tests/host/idl/sample_client.h"
#include "gen/tests/host/idl/sample_server.h"
#include "lib/microk/startup.h"
#include "lib/microk/method.h"
#include "lib/microk/stub.h"
#include "tests/host/lib/check.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERVER 100 /* the client's capability to the server */
#define REPLY 50   /* the server's Reply object */
#define SLOTS 64

static struct ipcbuf client_buffer, server_buffer;
static struct thread_self self = {.buffer = &client_buffer};

static struct startup page;
const struct startup *startup = &page;

struct thread_self *thread_self(void)
{
	return &self;
}

/* The content of each slot; a transfer copies it. 0: empty. */
static u64 client_slots[SLOTS], server_slots[SLOTS];
static struct server server = {.receive_caps = 3};

static u8 prot;             /* protocol rights of the client's capability */
static bool not_call;       /* deliver as a plain send */
static u32 die;             /* this many calls end with ERR_PEER_DIED */
static u32 handled;         /* handlers run */
static u32 attempts;        /* calls of the client */
static u16 last_number;     /* request number of the last attempt */
static u64 waiting;         /* the deferred caller waits in REPLY */
static struct message late; /* its answer */
static void (*spoil_request)(struct message *m), (*spoil_answer)(struct message *m);

/* Of the calls to come: the fate of each, from the lowest three bits on. */
enum fate {
	ANSWERED,
	DIES_BEFORE,
	DIES_AFTER,
	CANCELLED_UNSEEN,
	CANCELLED_BEFORE,
	CANCELLED_AFTER,
	ENDPOINT_GONE
};
static u64 fates; /* an octal digit each */
static u32 abandons;

/* ---- random ---------------------------------------------------------------------------- */
static u64 rnd(void)
{
	return random_word(&rnd_state);
}

/* Often a limit, otherwise anything up to it. */
static size_t some_length(size_t max)
{
	switch (below(4)) {
	case 0: return max;
	case 1: return below(2) ? 0 : max - 1;
	default: return below(max + 1);
	}
}

static void fill(void *to, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		((u8 *)to)[i] = (u8)rnd();
}

static char *some_string(size_t max)
{
	size_t length = some_length(max);
	char *s = malloc(length + 1);

	for (size_t i = 0; i < length; i++)
		s[i] = (char)(1 + below(255));
	s[length] = 0;
	return s;
}

/* ---- the kernel ------------------------------------------------------------------------ */
/* Moves the words of a message as the kernel would; all else becomes garbage. */
static void carry(struct message *m, struct ipcbuf *to, const struct ipcbuf *from)
{
	u32 length = TAG_LENGTH(m->tag);

	for (u32 i = 0; i < MSG_WORDS; i++) {
		if (i >= MSG_REGS)
			to->words[i] = i < length ? from->words[i] : rnd();
		else if (i >= length)
			m->word[i] = rnd();
	}
}

static bool transfer(u32 count, const u32 *from, u64 *from_slots, const u32 *to, u64 *to_slots)
{
	for (u32 i = 0; i < count; i++)
		if (!from[i] || from[i] >= SLOTS || !from_slots[from[i]] || !to[i] ||
		    to[i] >= SLOTS || to_slots[to[i]])
			return false;
	for (u32 i = 0; i < count; i++)
		to_slots[to[i]] = from_slots[from[i]];
	return true;
}

static struct sample_ops ops;

static enum microk_status answer_client(struct message *m)
{
	u32 count = TAG_CAPS(m->tag);

	CHECK(TAG_LENGTH(m->tag) <= MSG_WORDS);
	if (!transfer(count, server_buffer.send_caps, server_slots, client_buffer.recv_caps,
		      client_slots))
		return ERR_TRANSFER;
	carry(m, &client_buffer, &server_buffer);
	m->badge = rnd();
	return OK;
}

static enum microk_status fail_call(struct message *m, u64 tag)
{
	fill(m->word, sizeof(m->word));
	fill(client_buffer.words, sizeof(client_buffer.words));
	m->tag = tag;
	return TAG_STATUS(tag);
}

static enum microk_status call_server(struct message *m)
{
	struct request r = {
		.badge = 7, .prot = prot, .is_call = !not_call, .message = m, .server = &server};
	u32 received[MSG_CAPS] = {60, 61, 62};
	enum microk_status status;

	enum fate fate = fates & 7;
	fates >>= 3;
	attempts++;
	abandons += TAG_LABEL(m->tag) == SAMPLE_LABEL_ABANDON;
	last_number = TAG_REQUEST(m->tag);
	CHECK(TAG_LENGTH(m->tag) <= MSG_WORDS && TAG_STATUS(m->tag) == 0 && TAG_PROT(m->tag) == 0);
	if (die) {
		die--;
		return fail_call(m, ERR_PEER_DIED);
	}
	if (fate == DIES_BEFORE)
		return fail_call(m, ERR_PEER_DIED);
	if (fate == CANCELLED_UNSEEN)
		return fail_call(m, ERR_CANCELLED);
	if (fate == ENDPOINT_GONE)
		return fail_call(m, ERR_GONE);
	if (fate == CANCELLED_BEFORE) /* received by an instance that then died */
		return fail_call(m, ERR_CANCELLED | TAG_RECEIVED);
	for (u32 i = 0; i < MSG_CAPS; i++) {
		server_slots[received[i]] = 0;
		server.received[i] = received[i];
	}
	if (!transfer(TAG_CAPS(m->tag), client_buffer.send_caps, client_slots, received,
		      server_slots)) {
		m->tag = ERR_TRANSFER;
		return ERR_TRANSFER;
	}
	carry(m, &server_buffer, &client_buffer);
	ipc_buffer = &server_buffer;
	if (spoil_request)
		spoil_request(m);
	r.label = TAG_LABEL(m->tag);
	r.length = TAG_LENGTH(m->tag);
	r.caps = (u8)TAG_CAPS(m->tag);
	r.number = TAG_REQUEST(m->tag);
	m->tag = TAG(ERR_PROTOCOL, 0);
	sample_dispatch(&ops, &r);
	if (waiting) {
		CHECK(r.deferred);
		waiting = 0;
		sample_later_reply(
			REPLY, (enum microk_status)server_slots[1],
			&(struct sample_later_result){.m = 0x1234567890, .text = "deferred"});
		*m = late;
	}
	if (spoil_answer)
		spoil_answer(m);
	ipc_buffer = &client_buffer;
	if (fate == DIES_AFTER)
		return fail_call(m, ERR_PEER_DIED);
	if (fate == CANCELLED_AFTER)
		return fail_call(m, ERR_CANCELLED | TAG_RECEIVED);
	status = answer_client(m);
	m->tag = (m->tag & ~0xfful) | status;
	return status;
}

enum microk_status ipc(enum microk_syscall op, cap_t cap, struct message *m)
{
	if (op == SYS_SEND) {
		CHECK(cap == REPLY);
		late = *m;
		return OK;
	}
	CHECK(op == SYS_CALL);
	if (cap == SERVER)
		return call_server(m);
	CHECK(cap == SLOT_CNODE);
	if (TAG_LABEL(m->tag) == CNODE_DELETE) {
		u64 *slots = ipc_buffer == &client_buffer ? client_slots : server_slots;

		CHECK(m->word[0] && m->word[0] < SLOTS);
		slots[m->word[0]] = 0;
	} else {
		CHECK(TAG_LABEL(m->tag) == CNODE_SAVE_CALLER && m->word[0] == REPLY);
		waiting = 1;
	}
	m->tag = 0;
	return OK;
}

enum microk_status method_call(cap_t cap, u16 label, const u64 *words, size_t count,
			       struct message *result)
{
	struct message m = {.tag = TAG(label, count)};

	(void)result;
	memcpy(m.word, words, count * sizeof(u64));
	return ipc(SYS_CALL, cap, &m);
}

/* ---- the server ------------------------------------------------------------------------ */
/* As if the handler had made calls of its own. */
static void clobber(struct request *r)
{
	handled++;
	fill(server_buffer.words, sizeof(server_buffer.words));
	fill(r->message->word, sizeof(r->message->word));
}

static enum microk_status do_nothing(struct request *r)
{
	clobber(r);
	return OK;
}

static enum microk_status do_scalars(struct request *r, const struct sample_scalars_args *args,
				     struct sample_scalars_result *result)
{
	clobber(r);
	*result = (struct sample_scalars_result){
		(u8)~args->a, (u16)~args->b, ~args->c, ~args->d, ~args->e};
	return OK;
}

static u32 sum(const void *data, size_t length)
{
	u32 n = 17;

	for (size_t i = 0; i < length; i++)
		n = n * 31 + ((const u8 *)data)[i];
	return n;
}

static struct {
	u32 x, name, data, last;
	size_t data_length;
	u64 y;
} seen;
static char *want_first, *want_tail;
static u8 want_blob[61];
static size_t want_blob_length;

static enum microk_status do_mixed(struct request *r, const struct sample_mixed_args *args,
				   struct sample_mixed_result *result)
{
	clobber(r);
	CHECK(strlen(args->name) <= 40 && args->data_length <= 100 && strlen(args->last) <= 7);
	seen.x = args->x, seen.y = args->y, seen.data_length = args->data_length;
	seen.name = sum(args->name, strlen(args->name));
	seen.data = sum(args->data, args->data_length);
	seen.last = sum(args->last, strlen(args->last));
	strcpy(result->first, want_first);
	strcpy(result->tail, want_tail);
	memcpy(result->blob, want_blob, want_blob_length);
	result->blob_length = want_blob_length;
	result->z = 0xbeef;
	result->w = -(i64)args->x;
	return OK;
}

static enum microk_status do_many(struct request *r, const struct sample_many_args *args,
				  struct sample_many_result *result)
{
	clobber(r);
	result->r0 = args->a7, result->r1 = args->a6, result->r2 = args->a5, result->r3 = args->a4;
	result->r4 = args->a3, result->r5 = args->a2, result->r6 = args->a1, result->r7 = args->a0;
	result->r8 = args->a8 ^ sum(args->data, args->data_length);
	result->r9 = ~args->a9;
	snprintf(result->text, sizeof(result->text), "%u", (u32)args->data_length);
	return OK;
}

static enum microk_status do_give(struct request *r, const struct sample_give_args *args,
				  struct sample_give_result *result)
{
	clobber(r);
	result->sum = (u32)(server_slots[args->what] * 1000 + server_slots[args->also]) + args->n;
	return OK;
}

static u64 taken_back; /* a bit for each slot */

static void undelivered(u64 badge, const cap_t *made, u32 count)
{
	(void)badge;
	for (u32 i = 0; i < count; i++)
		taken_back |= 1ul << made[i];
}

/* n: 0 all right, 1 forgets a capability, 2 fails, else: a string without an end. */
static enum microk_status do_take(struct request *r, const struct sample_take_args *args,
				  struct sample_take_result *result)
{
	clobber(r);
	result->one = 11, result->two = 12, result->three = args->n == 1 ? 0 : 13;
	if (args->n > 2)
		memset(result->text, 'x', 13);
	else
		strcpy(result->text, "capabilities");
	return args->n == 2 ? ERR_NOT_FOUND : OK;
}

static enum microk_status do_later(struct request *r, const struct sample_later_args *args,
				   struct sample_later_result *result)
{
	(void)result;
	clobber(r);
	if (args->n == 1) /* returns success without having done it */
		return STATUS_DEFERRED;
	r->deferred = true;
	server_slots[1] = args->n;
	CHECK(method_call(SLOT_CNODE, CNODE_SAVE_CALLER, (u64[]){REPLY}, 1, NULL) == OK);
	return STATUS_DEFERRED;
}

/* ---- operations that are once: the last answer is kept ---- */
static struct {
	u64 number, total;
} kept;
static u64 total;   /* the effect */
static u32 effects; /* so often did it happen */

static enum microk_status do_count(struct request *r, const struct sample_count_args *args,
				   struct sample_count_result *result)
{
	CHECK(spoil_request || strlen(args->why) == args->by % 21);
	if (r->number != kept.number) {
		total += args->by;
		effects++;
		kept.number = r->number;
		kept.total = total;
	}
	clobber(r);
	result->total = kept.total;
	return OK;
}

static enum microk_status do_grant(struct request *r, struct sample_grant_result *result)
{
	effects += r->number != kept.number;
	kept.number = r->number;
	clobber(r);
	result->one = 11;
	return OK;
}

static enum microk_status do_abandon(struct request *r)
{
	u64 number = r->number;

	clobber(r);
	if (number != kept.number)
		return ERR_CANCELLED;
	if (kept.total) {
		r->message->word[0] = kept.total;
		r->message->tag = TAG(OK, 1);
	} else {
		ipc_buffer->send_caps[0] = 11;
		r->message->tag = TAG(OK, 0) | 1ul << TAG_CAPS_SHIFT;
	}
	return OK;
}

/* Bytes that the handler claims beyond those it wrote. */
static size_t longest_extra;

static enum microk_status do_longest(struct request *r, const struct sample_longest_args *args,
				     struct sample_longest_result *result)
{
	clobber(r);
	for (size_t i = 0; i < args->data_length; i++)
		result->back[i] = ((const u8 *)args->data)[args->data_length - 1 - i];
	result->back_length = args->data_length + longest_extra;
	return OK;
}

static struct sample_ops ops = {
	.abandon = do_abandon,
	.count = do_count,
	.grant = do_grant,
	.nothing = do_nothing,
	.scalars = do_scalars,
	.mixed = do_mixed,
	.many = do_many,
	.give = do_give,
	.take = do_take,
	.later = do_later,
	.longest = do_longest,
};

/* ---- round trips ----------------------------------------------------------------------- */
static void no_slots_open(void)
{
	for (u32 i = 0; i < MSG_CAPS; i++)
		CHECK(client_buffer.recv_caps[i] == 0);
}

static void reset(void)
{
	prot = 0xff;
	not_call = false;
	die = handled = attempts = 0;
	waiting = 0;
	fates = abandons = effects = 0;
	kept.number = kept.total = total = 0;
	spoil_request = spoil_answer = NULL;
	longest_extra = 0;
	memset(client_slots, 0, sizeof(client_slots));
	memset(server_slots, 0, sizeof(server_slots));
	server_slots[11] = 501, server_slots[12] = 502, server_slots[13] = 503;
	client_slots[21] = 3, client_slots[22] = 4;
	no_slots_open();
}

static enum microk_status try_scalars(void)
{
	const struct sample_scalars_args args = {
		.a = (u8)rnd(), .b = (u16)rnd(), .c = (u32)rnd(), .d = rnd(), .e = (i64)rnd()};
	struct sample_scalars_result got = {0};
	enum microk_status status = sample_scalars(SERVER, &args, &got);

	if (status == OK && !spoil_request && !spoil_answer)
		CHECK((got.ra ^ args.a) == 0xff && (got.rb ^ args.b) == 0xffff &&
		      got.rc == ~args.c && got.rd == ~args.d && got.re == ~args.e);
	return status;
}

/* The struct is on the heap, and its former content is known, so that a byte too much is found. */
static enum microk_status try_mixed(void)
{
	char *name = some_string(40), *last = some_string(7);
	struct sample_mixed_result *got = malloc(sizeof(*got));
	u8 data[100];
	size_t data_length = some_length(100);
	u32 x = (u32)rnd();
	u64 y = rnd();
	enum microk_status status;

	want_first = some_string(33), want_tail = some_string(5);
	want_blob_length = some_length(61);
	fill(want_blob, sizeof(want_blob));
	fill(data, sizeof(data));
	memset(got, 0x5a, sizeof(*got));
	status = sample_mixed(
		SERVER,
		&(struct sample_mixed_args){
			.x = x,
			.name = name,
			.data = data,
			.data_length = data_length,
			.y = y,
			.last = last},
		got);
	if (status == OK) {
		CHECK(strnlen(got->first, 34) < 34 && strnlen(got->tail, 6) < 6);
		CHECK(got->blob_length <= 61);
	}
	if (status == OK && !spoil_request && !spoil_answer) {
		CHECK(seen.x == x && seen.y == y && seen.data_length == data_length);
		CHECK(seen.name == sum(name, strlen(name)) && seen.last == sum(last, strlen(last)));
		CHECK(seen.data == sum(data, data_length));
		CHECK(!strcmp(got->first, want_first) && !strcmp(got->tail, want_tail));
		CHECK(got->blob_length == want_blob_length);
		CHECK(!memcmp(got->blob, want_blob, want_blob_length));
		CHECK(got->z == 0xbeef && got->w == -(i64)x);
		/* The bytes after a payload are unchanged. */
		for (size_t i = want_blob_length; i < 61; i++)
			CHECK(got->blob[i] == 0x5a);
		for (size_t i = strlen(want_first) + 1; i < 34; i++)
			CHECK(got->first[i] == 0x5a);
	}
	free(name), free(last), free(got), free(want_first), free(want_tail);
	return status;
}

static enum microk_status try_many(void)
{
	struct sample_many_args a;
	struct sample_many_result got;
	u8 data[50];
	char want[10];
	enum microk_status status;

	fill(&a, sizeof(a));
	fill(data, sizeof(data));
	a.data = data, a.data_length = some_length(50);
	status = sample_many(SERVER, &a, &got);
	if (status == OK && !spoil_request && !spoil_answer) {
		CHECK(got.r0 == a.a7 && got.r1 == a.a6 && got.r2 == a.a5 && got.r3 == a.a4);
		CHECK(got.r4 == a.a3 && got.r5 == a.a2 && got.r6 == a.a1 && got.r7 == a.a0);
		snprintf(want, sizeof(want), "%u", (u32)a.data_length);
		CHECK(got.r8 == (a.a8 ^ sum(data, a.data_length)) && got.r9 == ~a.a9 &&
		      !strcmp(got.text, want));
	}
	return status;
}

static enum microk_status try_give(void)
{
	u32 n = (u32)below(1000);
	struct sample_give_result got = {0};
	enum microk_status status = sample_give(
		SERVER, &(struct sample_give_args){.what = 21, .n = n, .also = 22}, &got);

	if (status == OK && !spoil_request && !spoil_answer)
		CHECK(got.sum == 3004 + n);
	return status;
}

static enum microk_status try_take(u32 n)
{
	struct sample_take_result got;
	enum microk_status status = sample_take(SERVER, n, 31, 32, 33, &got);

	no_slots_open();
	if (status == OK) {
		CHECK(client_slots[31] && client_slots[32] && client_slots[33]);
		if (!spoil_request && !spoil_answer)
			CHECK(client_slots[31] == 501 && client_slots[32] == 502 &&
			      client_slots[33] == 503 && !strcmp(got.text, "capabilities"));
		CHECK(got.one == 31 && got.two == 32 && got.three == 33);
	} else {
		CHECK(!client_slots[31] && !client_slots[32] && !client_slots[33]);
	}
	client_slots[31] = client_slots[32] = client_slots[33] = 0;
	return status;
}

static enum microk_status try_later(u32 n)
{
	struct sample_later_result got = {0};
	enum microk_status status = sample_later(SERVER, n, &got);

	if (status == OK && !spoil_request && !spoil_answer)
		CHECK(got.m == 0x1234567890 && !strcmp(got.text, "deferred"));
	return status;
}

static enum microk_status try_longest(size_t length)
{
	u8 *data = malloc(length);
	struct sample_longest_result *got = malloc(sizeof(*got));
	enum microk_status status;

	fill(data, length);
	status = sample_longest(SERVER, data, length, got);
	if (status == OK)
		CHECK(got->back_length <= 952);
	if (status == OK && !spoil_request && !spoil_answer) {
		CHECK(got->back_length == length);
		for (size_t i = 0; i < length; i++)
			CHECK(got->back[i] == data[length - 1 - i]);
	}
	free(data), free(got);
	return status;
}

static enum microk_status try_any(u32 which)
{
	switch (which % 8) {
	case 0: return sample_nothing(SERVER);
	case 1: return try_scalars();
	case 2: return try_mixed();
	case 3: return try_many();
	case 4: return try_give();
	case 5: return try_take(0);
	case 6: return try_later(0);
	default: return try_longest(some_length(952));
	}
}

static void test_round_trips(u32 rounds)
{
	for (u32 i = 0; i < rounds; i++) {
		reset();
		CHECK(try_any(i) == OK);
		CHECK(handled == 1 && attempts == 1);
	}
}

/* ---- exactly once ----------------------------------------------------------------------- */
static enum microk_status try_count(u64 *out)
{
	static const char why[] = "because, because, bec";
	u32 by = 1 + (u32)below(1000);
	struct sample_count_result got = {0};
	u64 before = total;
	enum microk_status status = sample_count(
		SERVER, &(struct sample_count_args){.by = by, .why = why + 21 - by % 21}, &got);

	if (status == OK && !spoil_request && !spoil_answer)
		CHECK(got.total == before + by && total == before + by);
	*out = got.total;
	return status;
}

static u64 fates_of(enum fate first, enum fate second, enum fate third, enum fate fourth)
{
	return first | second << 3 | third << 6 | (u64)fourth << 9;
}

static void expect_fate(u64 of_calls, enum microk_status wanted, u32 n_effects, u32 n_attempts,
			u32 n_abandons)
{
	u64 got;

	reset();
	fates = of_calls;
	CHECK(try_count(&got) == wanted);
	CHECK(effects == n_effects && attempts == n_attempts && abandons == n_abandons);
	/* With a capability. */
	reset();
	fates = of_calls;
	CHECK(sample_grant(SERVER, 31) == wanted);
	CHECK(effects == n_effects && attempts == n_attempts && abandons == n_abandons);
	CHECK(!client_slots[31] == (wanted != OK));
	no_slots_open();
}

static void test_exactly_once(void)
{
	expect_fate(0, OK, 1, 1, 0);
	/* The server dies before the effect, after it, or both; at last too often. */
	expect_fate(fates_of(DIES_BEFORE, 0, 0, 0), OK, 1, 2, 0);
	expect_fate(fates_of(DIES_AFTER, 0, 0, 0), OK, 1, 2, 0);
	expect_fate(fates_of(DIES_BEFORE, DIES_AFTER, 0, 0), OK, 1, 3, 0);
	expect_fate(fates_of(DIES_AFTER, DIES_AFTER, DIES_AFTER, 0), ERR_PEER_DIED, 1, 3, 0);
	/* Cancelled before a server received it: nothing to ask. */
	expect_fate(fates_of(CANCELLED_UNSEEN, 0, 0, 0), ERR_CANCELLED, 0, 1, 0);
	/* After: the answer, or no effect. */
	expect_fate(fates_of(CANCELLED_AFTER, 0, 0, 0), OK, 1, 2, 1);
	expect_fate(fates_of(CANCELLED_BEFORE, 0, 0, 0), ERR_CANCELLED, 0, 2, 1);
	expect_fate(fates_of(DIES_AFTER, CANCELLED_AFTER, 0, 0), OK, 1, 3, 1);
	/* The question is cancelled, too, or its server dies: it is repeated. */
	expect_fate(fates_of(CANCELLED_AFTER, CANCELLED_UNSEEN, CANCELLED_AFTER, 0), OK, 1, 4, 3);
	expect_fate(fates_of(CANCELLED_AFTER, DIES_BEFORE, DIES_AFTER, 0), OK, 1, 4, 3);
	expect_fate(fates_of(CANCELLED_AFTER, DIES_AFTER, DIES_AFTER, DIES_AFTER), ERR_PEER_DIED, 1,
		    4, 3);
	/* The question cannot be asked any more. */
	expect_fate(fates_of(CANCELLED_AFTER, ENDPOINT_GONE, 0, 0), ERR_PEER_DIED, 1, 2, 1);
	expect_fate(ENDPOINT_GONE, ERR_GONE, 0, 1, 0);
	/* A server died, and the repeated request was not received: the first one is open. */
	expect_fate(fates_of(DIES_AFTER, CANCELLED_UNSEEN, 0, 0), OK, 1, 3, 1);
	expect_fate(fates_of(DIES_BEFORE, CANCELLED_UNSEEN, 0, 0), ERR_CANCELLED, 0, 3, 1);
	expect_fate(fates_of(DIES_AFTER, ENDPOINT_GONE, ENDPOINT_GONE, 0), ERR_PEER_DIED, 1, 3, 1);
	/* A server that does not know. */
	ops.abandon = NULL;
	expect_fate(fates_of(CANCELLED_AFTER, 0, 0, 0), ERR_PEER_DIED, 1, 2, 1);
	ops.abandon = do_abandon;
}

static void give_abandon_two_words(struct message *m)
{
	if (TAG_LABEL(m->tag) == SAMPLE_LABEL_ABANDON)
		m->tag = TAG(SAMPLE_LABEL_ABANDON, 2);
}

/* Numbers are whole, differ by thread, and a malformed question is refused. */
static void test_numbers(void)
{
	u64 first, got;

	reset();
	self.number = 7;
	self.requests = 0xfffff; /* the tag's 16 bits come round */
	CHECK(try_count(&got) == OK);
	first = kept.number;
	CHECK(first == (7ul << STUB_THREAD_SHIFT | 0x100000) && last_number == (u16)first);
	self.number = 8;
	self.requests = 0xfffff;
	CHECK(try_count(&got) == OK && kept.number == (8ul << STUB_THREAD_SHIFT | 0x100000) &&
	      effects == 2);
	self.number = 0;
	reset();
	fates = CANCELLED_AFTER;
	spoil_request = give_abandon_two_words;
	CHECK(try_count(&got) == ERR_PROTOCOL && abandons == 1);
	spoil_request = NULL;
}

/* ---- mistakes of the caller's own side ------------------------------------------------- */
static void test_limits(void)
{
	char forty_one[42];
	struct sample_mixed_result mixed;
	struct sample_take_result take;
	struct sample_later_result endless = {.m = 1};

	memset(forty_one, 'n', 41);
	forty_one[41] = 0;
	reset();
	CHECK(sample_mixed(SERVER, &(struct sample_mixed_args){.name = forty_one, .last = ""},
			   &mixed) == ERR_NAME);
	CHECK(sample_mixed(SERVER,
			   &(struct sample_mixed_args){
				   .name = "", .data = forty_one, .data_length = 101, .last = ""},
			   &mixed) == ERR_RANGE);
	CHECK(sample_take(SERVER, 0, 31, 0, 33, &take) == ERR_ARG);
	CHECK(attempts == 0); /* nothing of this was sent */
	memset(endless.text, 'x', sizeof(endless.text));
	CHECK(sample_later_reply(REPLY, OK, &endless) == ERR_RANGE);

	reset();
	CHECK(try_longest(952) == OK);
	CHECK(try_longest(0) == OK);
	CHECK(try_longest(953) == ERR_RANGE);
	longest_extra = 1; /* more than the struct holds is the handler's error */
	CHECK(try_longest(952) == ERR_STATE);

	/* The capabilities of an answer that cannot be sent go back to their maker. */
	reset();
	taken_back = 0;
	server.undelivered = undelivered;
	CHECK(try_take(0) == OK && taken_back == 0);
	CHECK(try_take(2) == ERR_NOT_FOUND && taken_back == 0); /* the handler's own error */
	CHECK(try_take(1) == ERR_STATE && taken_back == (1ul << 11 | 1ul << 12));
	CHECK(try_take(3) == ERR_STATE && taken_back == (1ul << 11 | 1ul << 12 | 1ul << 13));
	server.undelivered = NULL;
}

static void test_statuses(void)
{
	reset();
	CHECK(try_take(1) ==
	      ERR_STATE); /* the handler's faults do not reach the client as results */
	CHECK(try_take(3) == ERR_STATE);
	CHECK(try_take(2) == ERR_NOT_FOUND);
	CHECK(try_later(1) == ERR_STATE);
	CHECK(try_later(ERR_IO) == ERR_IO);
	reset();
	prot = 0xff & ~0x08;
	CHECK(try_scalars() == ERR_RIGHTS);
	prot = 0x08;
	CHECK(try_scalars() == OK);
	CHECK(try_give() == ERR_RIGHTS);
	CHECK(handled == 1);
	reset();
	not_call = true;
	CHECK(try_scalars() == ERR_PROTOCOL && handled == 0);
	reset();
	client_slots[22] = 0;
	CHECK(try_give() == ERR_TRANSFER && handled == 0);
}

static void test_retries(void)
{
	u16 number;

	reset();
	CHECK(try_scalars() == OK);
	number = last_number;
	die = STUB_TRIES - 1; /* idempotent: repeated under the same number */
	attempts = 0;
	CHECK(try_scalars() == OK && attempts == STUB_TRIES && last_number == (u16)(number + 1));
	die = STUB_TRIES;
	attempts = 0;
	CHECK(try_take(0) == ERR_PEER_DIED && attempts == STUB_TRIES);
	die = 1; /* not idempotent */
	attempts = 0;
	CHECK(try_many() == ERR_PEER_DIED && attempts == 1);
	CHECK(try_many() == OK);
}

/* ---- a peer that lies ---------------------------------------------------------------------- */
static u32 new_length, new_caps, new_label;
static u32 at_word;
static u64 new_word;

static void set_length(struct message *m)
{
	m->tag = (m->tag & ~(0xfful << TAG_LENGTH_SHIFT)) | (u64)new_length << TAG_LENGTH_SHIFT;
}

static void set_caps(struct message *m)
{
	m->tag = (m->tag & ~(3ul << TAG_CAPS_SHIFT)) | (u64)new_caps << TAG_CAPS_SHIFT;
	for (u32 i = 0; i < new_caps; i++)
		ipc_buffer->send_caps[i] = 11 + i;
}

static void set_label(struct message *m)
{
	m->tag = TAG(new_label, TAG_LENGTH(m->tag)) | (u64)TAG_CAPS(m->tag) << TAG_CAPS_SHIFT;
}

static void set_word(struct message *m)
{
	message_word_set(m, at_word, new_word);
}

static void zero_in_payload(struct message *m)
{
	if (at_word < MSG_REGS)
		((u8 *)m->word)[at_word * 8] = 0;
	else
		((u8 *)ipc_buffer->words)[at_word * 8] = 0;
}

static void refused(enum microk_status got, u32 handlers)
{
	CHECK(got == ERR_PROTOCOL);
	CHECK(handled == handlers);
	no_slots_open();
}

static void test_hostile_lengths(void)
{
	for (new_length = 0; new_length <= MSG_WORDS; new_length++) {
		reset();
		if (new_length == 5)
			continue;
		spoil_request = set_length;
		refused(try_scalars(), 0);
		reset();
		spoil_answer = set_length;
		refused(try_scalars(), 1);
	}
	/* Where the right length depends on the message's content. */
	for (u32 i = 0; i < 500; i++) {
		size_t length = some_length(952);

		new_length = (u32)below(MSG_WORDS + 1);
		if (new_length == 1 + MESSAGE_WORDS(length))
			continue;
		reset();
		spoil_request = set_length;
		refused(try_longest(length), 0);
		reset();
		spoil_answer = set_length;
		refused(try_longest(length), 1);
	}
	for (u32 i = 0; i < 2000; i++) {
		enum microk_status status;

		new_length = (u32)below(MSG_WORDS + 1);
		reset();
		*(below(2) ? &spoil_request : &spoil_answer) = set_length;
		status = try_mixed();
		CHECK(status == OK || status == ERR_PROTOCOL);
	}
}

static void test_hostile_words(void)
{
	static const u64 values[] = {256, 65536, 1ul << 32, UINT64_MAX, 1ul << 63};

	/* Too large for u8, u16, u32: words 0..2 of scalars. */
	for (at_word = 0; at_word < 3; at_word++) {
		for (u32 v = at_word; v < ARRAY_LEN(values); v++) {
			new_word = values[v];
			reset();
			spoil_request = set_word;
			refused(try_scalars(), 0);
			reset();
			spoil_answer = set_word;
			refused(try_scalars(), 1);
		}
	}
	/* A u32 in the buffer. */
	at_word = 8, new_word = 1ul << 32;
	reset();
	spoil_request = set_word;
	refused(try_many(), 0);
	reset();
	spoil_answer = set_word;
	refused(try_many(), 1);
	/* Lengths of payloads that wrap when rounded up, or lie. */
	static const u64 lengths[] = {
		953, 960, 1ul << 32, UINT64_MAX, UINT64_MAX - 6, UINT64_MAX / 8 + 1};
	for (u32 v = 0; v < ARRAY_LEN(lengths); v++) {
		at_word = 0, new_word = lengths[v];
		reset();
		spoil_request = set_word;
		refused(try_longest(952), 0);
		reset();
		spoil_answer = set_word;
		refused(try_longest(952), 1);
	}
}

/* longest's payload: a size that does not fit in a word when rounded up, in a message of its one word. */
static void wrap_size(struct message *m)
{
	m->word[0] = UINT64_MAX - 6;
	new_length = 1;
	set_length(m);
}

/* take's text: 16 bytes are 2 words, as 12 are. */
static void long_text(struct message *m)
{
	m->word[0] = 16;
	memset(&m->word[1], 'x', 16);
}

/* Longer than the type allows, in a message that is right in itself. */
static void test_hostile_sizes(void)
{
	const struct sample_many_args many = {.data = (u8[50]){1}, .data_length = 50};
	struct sample_many_result got;
	struct sample_take_result taken;

	reset();
	at_word = 10, new_word = 56; /* of many's data: 7 words, as 50 bytes are */
	spoil_request = set_word;
	refused(sample_many(SERVER, &many, &got), 0);
	reset();
	spoil_request = wrap_size;
	refused(try_longest(952), 0);
	reset();
	spoil_answer = wrap_size;
	refused(try_longest(952), 1);
	reset();
	spoil_answer = long_text;
	refused(sample_take(SERVER, 0, 31, 32, 33, &taken), 1);
	CHECK(!client_slots[31] && !client_slots[32] && !client_slots[33]);
}

static void test_hostile_strings(void)
{
	/* Answer of take: the length word, then 12 bytes of text from word 1. */
	reset();
	at_word = 1;
	spoil_answer = zero_in_payload;
	refused(try_take(0), 1);
	/* Answer of later: text in the registers. A request: mixed's name begins at word 5. */
	reset();
	at_word = 2;
	spoil_answer = zero_in_payload;
	refused(try_later(0), 1);
	for (u32 i = 0; i < 100; i++) {
		reset();
		at_word = 5;
		spoil_request = zero_in_payload;
		want_first = NULL;
		enum microk_status status = try_mixed();
		CHECK(status == OK || status == ERR_PROTOCOL); /* OK: the name was empty */
		CHECK((status == OK) == (handled == 1));
	}
}

static void test_hostile_caps(void)
{
	/* Capabilities that come to operations that take none, fewer, and the greatest number. */
	for (new_caps = 0; new_caps <= MSG_CAPS; new_caps++) {
		reset();
		spoil_request = set_caps;
		if (new_caps)
			refused(try_scalars(), 0);
		if (new_caps != 2) {
			reset();
			spoil_request = set_caps;
			refused(try_give(), 0);
		}
		reset();
		spoil_answer = set_caps;
		if (new_caps != 3) /* capabilities that did arrive are deleted: try_take looks */
			refused(try_take(0), 1);
		/* A failure that brings capabilities along. */
		reset();
		spoil_answer = set_caps;
		CHECK(try_take(2) == ERR_NOT_FOUND);
	}
	/* The stub has opened no slots: the kernel refuses the answer. */
	reset();
	new_caps = 1;
	spoil_answer = set_caps;
	CHECK(try_scalars() == ERR_TRANSFER);
}

static void test_hostile_labels(void)
{
	static const u32 labels[] = {0, 0xffff, 0xc8fe, 0xc8ff, 0x0101, 0x0002};
	static const u32 answers[] = {128, 129, 255, 256, 0x0100, 0xc801, 0xffff};

	for (u32 i = 0; i < ARRAY_LEN(labels); i++) {
		reset();
		new_label = labels[i];
		spoil_request = set_label;
		CHECK(try_scalars() == ERR_METHOD && handled == 0);
	}
	reset();
	new_label = SAMPLE_LABEL_ABANDON;
	spoil_request = set_label;
	CHECK(try_scalars() == ERR_PROTOCOL && handled == 0);
	for (u32 i = 0; i < ARRAY_LEN(answers); i++) {
		reset();
		new_label = answers[i];
		spoil_answer = set_label;
		refused(try_take(0), 1);
	}
}

/* Anything at all, in either direction: no sanitizer complaint, no open slot, no leaked capability. */
static void spoil_at_random(struct message *m)
{
	for (u64 n = 1 + below(4); n; n--) {
		switch (below(6)) {
		case 0:
			new_length = (u32)below(MSG_WORDS + 1);
			set_length(m);
			break;
		case 1:
			new_caps = (u32)below(4);
			set_caps(m);
			break;
		case 2:
			new_label = (u32)(below(2) ? below(1 << 16) : 0xc800 + below(10));
			set_label(m);
			break;
		case 3:
			at_word = (u32)below(16);
			new_word = below(2) ? below(2000) : rnd();
			set_word(m);
			break;
		case 4:
			at_word = (u32)below(16);
			zero_in_payload(m);
			break;
		default:
			m->tag = TAG(below(2) ? 0 : 0xc800 + below(10), below(MSG_WORDS + 1)) |
				 below(4) << TAG_CAPS_SHIFT;
			fill(m->word, sizeof(m->word));
		}
	}
}

static void test_random(u32 rounds)
{
	u32 passed = 0, failed = 0;
	char *first = some_string(33), *tail = some_string(5);

	for (u32 i = 0; i < rounds; i++) {
		u32 pick = (u32)below(3);

		reset();
		if (pick != 1)
			spoil_request = spoil_at_random;
		if (pick != 0)
			spoil_answer = spoil_at_random;
		want_first = first, want_tail = tail; /* in case a request turns into a mixed */
		if (try_any((u32)rnd()) == OK)
			passed++;
		else
			failed++;
		no_slots_open();
	}
	free(first), free(tail);
	printf("random: %u accepted, %u refused\n", passed, failed);
	CHECK(passed && failed);
}

int main(int argc, char **argv)
{
	CHECK(argc == 3);
	seed(argv[1]);
	printf("seed %s\n", argv[1]);
	test_round_trips((u32)atoi(argv[2]));
	test_limits();
	test_statuses();
	test_retries();
	test_exactly_once();
	test_numbers();
	test_hostile_lengths();
	test_hostile_words();
	test_hostile_sizes();
	test_hostile_strings();
	test_hostile_caps();
	test_hostile_labels();
	test_random((u32)atoi(argv[2]) * 4);
	puts("all well");
	return 0;
}
