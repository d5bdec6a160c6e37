/*
 * Client and server of sample.idl in one process, with an ipc() between them that behaves as the kernel
 * may at its worst: words that a message does not carry are garbage, and every call clobbers the buffers.
 * Usage: test SEED ROUNDS. Sanitizers watch every byte; the checks here watch the meaning.
 */
#include "gen/tests/host/idl/sample_client.h"
#include "gen/tests/host/idl/sample_server.h"
#include "user/lib/startup.h"
#include "user/lib/stub.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(c)                                                                                   \
	do {                                                                                       \
		if (!(c)) {                                                                        \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #c);            \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

#define SERVER 100 /* the client's capability to the server */
#define REPLY 50   /* the server's Reply object */
#define SLOTS 64

static struct ipcbuf client_buffer, server_buffer;
struct ipcbuf *ipc_buffer = &client_buffer;

/* The content of each slot; a transfer copies it. 0: empty. */
static u64 client_slots[SLOTS], server_slots[SLOTS];
static struct service service = {.receive_caps = 3};

static u8 prot;             /* protocol rights of the client's capability */
static bool not_call;       /* deliver as a plain send */
static u32 die;             /* so many calls end with ERR_PEER_DIED */
static u32 handled;         /* handlers run */
static u32 attempts;        /* calls of the client */
static u16 last_number;     /* request number of the last attempt */
static u64 waiting;         /* the deferred caller waits in REPLY */
static struct message late; /* and this is what it gets */
static void (*spoil_request)(struct message *m), (*spoil_answer)(struct message *m);

/* ---- random ---------------------------------------------------------------------------- */
static u64 state;

static u64 rnd(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static u64 below(u64 n)
{
	return rnd() % n;
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

static const struct sample_ops ops;

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

static enum microk_status call_server(struct message *m)
{
	struct request r = {
		.badge = 7, .prot = prot, .is_call = !not_call, .message = m, .service = &service};
	u32 received[MSG_CAPS] = {60, 61, 62};
	enum microk_status status;

	attempts++;
	last_number = TAG_REQUEST(m->tag);
	CHECK(TAG_LENGTH(m->tag) <= MSG_WORDS && TAG_STATUS(m->tag) == 0 && TAG_PROT(m->tag) == 0);
	if (die) {
		die--;
		fill(m->word, sizeof(m->word));
		fill(client_buffer.words, sizeof(client_buffer.words));
		m->tag = ERR_PEER_DIED;
		return ERR_PEER_DIED;
	}
	for (u32 i = 0; i < MSG_CAPS; i++) {
		server_slots[received[i]] = 0;
		service.received[i] = received[i];
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
		sample_later_reply(REPLY, (enum microk_status)server_slots[1], 0x1234567890,
				   "deferred");
		*m = late;
	}
	if (spoil_answer)
		spoil_answer(m);
	ipc_buffer = &client_buffer;
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

static enum microk_status do_scalars(struct request *r, u8 a, u16 b, u32 c, u64 d, i64 e, u8 *ra,
				     u16 *rb, u32 *rc, u64 *rd, i64 *re)
{
	clobber(r);
	*ra = (u8)~a, *rb = (u16)~b, *rc = ~c, *rd = ~d, *re = ~e;
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

static enum microk_status do_mixed(struct request *r, u32 x, const char *name, const void *data,
				   size_t data_length, u64 y, const char *last, char *first, u16 *z,
				   void *blob, size_t *blob_length, i64 *w, char *tail)
{
	clobber(r);
	CHECK(strlen(name) <= 40 && data_length <= 100 && strlen(last) <= 7);
	seen.x = x, seen.y = y, seen.data_length = data_length;
	seen.name = sum(name, strlen(name));
	seen.data = sum(data, data_length);
	seen.last = sum(last, strlen(last));
	strcpy(first, want_first);
	strcpy(tail, want_tail);
	memcpy(blob, want_blob, want_blob_length);
	*blob_length = want_blob_length;
	*z = 0xbeef;
	*w = -(i64)x;
	return OK;
}

static enum microk_status do_many(struct request *r, u64 a0, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5,
				  u64 a6, u64 a7, u32 a8, i64 a9, const void *data,
				  size_t data_length, u64 *r0, u64 *r1, u64 *r2, u64 *r3, u64 *r4,
				  u64 *r5, u64 *r6, u64 *r7, u32 *r8, i64 *r9, char *text)
{
	clobber(r);
	*r0 = a7, *r1 = a6, *r2 = a5, *r3 = a4, *r4 = a3, *r5 = a2, *r6 = a1, *r7 = a0;
	*r8 = a8 ^ sum(data, data_length);
	*r9 = ~a9;
	snprintf(text, 10, "%u", (u32)data_length);
	return OK;
}

static enum microk_status do_give(struct request *r, cap_t what, u32 n, cap_t also, u32 *total)
{
	clobber(r);
	*total = (u32)(server_slots[what] * 1000 + server_slots[also]) + n;
	return OK;
}

/* n: 0 all right, 1 forgets a capability, 2 fails, else: a string without an end. */
static enum microk_status do_take(struct request *r, u32 n, cap_t *one, char *text, cap_t *two,
				  cap_t *three)
{
	clobber(r);
	*one = 11, *two = 12, *three = n == 1 ? 0 : 13;
	if (n > 2)
		memset(text, 'x', 13);
	else
		strcpy(text, "capabilities");
	return n == 2 ? ERR_NOT_FOUND : OK;
}

static enum microk_status do_later(struct request *r, u32 n, u64 *m, char *text)
{
	(void)m, (void)text;
	clobber(r);
	if (n == 1) /* reports success, but has not done it */
		return STATUS_DEFERRED;
	r->deferred = true;
	server_slots[1] = n;
	CHECK(method_call(SLOT_CNODE, CNODE_SAVE_CALLER, (u64[]){REPLY}, 1, NULL) == OK);
	return STATUS_DEFERRED;
}

static enum microk_status do_longest(struct request *r, const void *data, size_t data_length,
				     void *back, size_t *back_length)
{
	clobber(r);
	for (size_t i = 0; i < data_length; i++)
		((u8 *)back)[i] = ((const u8 *)data)[data_length - 1 - i];
	*back_length = data_length;
	return OK;
}

static const struct sample_ops ops = {
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
	spoil_request = spoil_answer = NULL;
	memset(client_slots, 0, sizeof(client_slots));
	memset(server_slots, 0, sizeof(server_slots));
	server_slots[11] = 501, server_slots[12] = 502, server_slots[13] = 503;
	client_slots[21] = 3, client_slots[22] = 4;
	no_slots_open();
}

static enum microk_status try_scalars(void)
{
	u8 a = (u8)rnd(), ra = 0;
	u16 b = (u16)rnd(), rb = 0;
	u32 c = (u32)rnd(), rc = 0;
	u64 d = rnd(), rd = 0;
	i64 e = (i64)rnd(), re = 0;
	enum microk_status status = sample_scalars(SERVER, a, b, c, d, e, &ra, &rb, &rc, &rd, &re);

	if (status == OK && !spoil_request && !spoil_answer)
		CHECK((ra ^ a) == 0xff && (rb ^ b) == 0xffff && rc == ~c && rd == ~d && re == ~e);
	return status;
}

/* Places of exactly the given size, on the heap, so that a byte too much is seen. */
static enum microk_status try_mixed(size_t first_max, size_t blob_max, size_t tail_max)
{
	char *name = some_string(40), *last = some_string(7);
	char *first = malloc(first_max), *tail = malloc(tail_max);
	u8 *blob = malloc(blob_max);
	u8 data[100];
	size_t data_length = some_length(100), blob_length = 0;
	u32 x = (u32)rnd();
	u64 y = rnd();
	u16 z = 0;
	i64 w = 0;
	enum microk_status status;

	want_first = some_string(33), want_tail = some_string(5);
	want_blob_length = some_length(61);
	fill(want_blob, sizeof(want_blob));
	fill(data, sizeof(data));
	status = sample_mixed(SERVER, x, name, data, data_length, y, last, first, first_max, &z,
			      blob, blob_max, &blob_length, &w, tail, tail_max);
	if (status == OK) {
		CHECK(strnlen(first, first_max) < first_max && strnlen(tail, tail_max) < tail_max);
		CHECK(blob_length <= blob_max && blob_length <= 61);
	}
	if (status == OK && !spoil_request && !spoil_answer) {
		CHECK(seen.x == x && seen.y == y && seen.data_length == data_length);
		CHECK(seen.name == sum(name, strlen(name)) && seen.last == sum(last, strlen(last)));
		CHECK(seen.data == sum(data, data_length));
		CHECK(!strcmp(first, want_first) && !strcmp(tail, want_tail));
		CHECK(blob_length == want_blob_length && !memcmp(blob, want_blob, blob_length));
		CHECK(z == 0xbeef && w == -(i64)x);
	}
	free(name), free(last), free(first), free(tail), free(blob), free(want_first),
		free(want_tail);
	return status;
}

static enum microk_status try_many(void)
{
	u64 a[8], q[8];
	u32 a8 = (u32)rnd(), r8 = 0;
	i64 a9 = (i64)rnd(), r9 = 0;
	u8 data[50];
	size_t length = some_length(50);
	char text[10], want[10];
	enum microk_status status;

	fill(a, sizeof(a));
	fill(data, sizeof(data));
	status = sample_many(SERVER, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a8, a9, data,
			     length, &q[0], &q[1], &q[2], &q[3], &q[4], &q[5], &q[6], &q[7], &r8,
			     &r9, text, sizeof(text));
	if (status == OK && !spoil_request && !spoil_answer) {
		for (u32 i = 0; i < 8; i++)
			CHECK(q[i] == a[7 - i]);
		snprintf(want, sizeof(want), "%u", (u32)length);
		CHECK(r8 == (a8 ^ sum(data, length)) && r9 == ~a9 && !strcmp(text, want));
	}
	return status;
}

static enum microk_status try_give(void)
{
	u32 n = (u32)below(1000), total = 0;
	enum microk_status status = sample_give(SERVER, 21, n, 22, &total);

	if (status == OK && !spoil_request && !spoil_answer)
		CHECK(total == 3004 + n);
	return status;
}

static enum microk_status try_take(u32 n)
{
	char text[13];
	enum microk_status status = sample_take(SERVER, n, 31, text, sizeof(text), 32, 33);

	no_slots_open();
	if (status == OK) {
		CHECK(client_slots[31] && client_slots[32] && client_slots[33]);
		if (!spoil_request && !spoil_answer)
			CHECK(client_slots[31] == 501 && client_slots[32] == 502 &&
			      client_slots[33] == 503 && !strcmp(text, "capabilities"));
	} else {
		CHECK(!client_slots[31] && !client_slots[32] && !client_slots[33]);
	}
	client_slots[31] = client_slots[32] = client_slots[33] = 0;
	return status;
}

static enum microk_status try_later(u32 n)
{
	char text[301];
	u64 m = 0;
	enum microk_status status = sample_later(SERVER, n, &m, text, sizeof(text));

	if (status == OK && !spoil_request && !spoil_answer)
		CHECK(m == 0x1234567890 && !strcmp(text, "deferred"));
	return status;
}

static enum microk_status try_longest(size_t length, size_t back_max)
{
	u8 *data = malloc(length), *back = malloc(back_max);
	size_t back_length = 0;
	enum microk_status status;

	fill(data, length);
	status = sample_longest(SERVER, data, length, back, back_max, &back_length);
	if (status == OK)
		CHECK(back_length <= back_max);
	if (status == OK && !spoil_request && !spoil_answer) {
		CHECK(back_length == length);
		for (size_t i = 0; i < length; i++)
			CHECK(back[i] == data[length - 1 - i]);
	}
	free(data), free(back);
	return status;
}

static enum microk_status try_any(u32 which)
{
	switch (which % 8) {
	case 0: return sample_nothing(SERVER);
	case 1: return try_scalars();
	case 2: return try_mixed(34, 61, 6);
	case 3: return try_many();
	case 4: return try_give();
	case 5: return try_take(0);
	case 6: return try_later(0);
	default: return try_longest(some_length(952), 952);
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

/* ---- mistakes of the caller's own side ------------------------------------------------- */
static void test_limits(void)
{
	char forty_one[42];
	char place[34];
	size_t length;
	u16 z;
	i64 w;

	memset(forty_one, 'n', 41);
	forty_one[41] = 0;
	reset();
	CHECK(sample_mixed(SERVER, 1, forty_one, "", 0, 0, "", place, 34, &z, place, 34, &length,
			   &w, place, 34) == ERR_NAME);
	CHECK(sample_mixed(SERVER, 1, "", place, 101, 0, "", place, 34, &z, place, 34, &length, &w,
			   place, 34) == ERR_RANGE);
	CHECK(sample_mixed(SERVER, 1, "", "", 0, 0, "", place, 0, &z, place, 34, &length, &w, place,
			   34) == ERR_RANGE);
	CHECK(sample_take(SERVER, 0, 31, place, 34, 0, 33) == ERR_ARG);
	CHECK(attempts == 0); /* nothing of this was sent */
	CHECK(sample_later_reply(REPLY, OK, 1, (char[302]){[0 ... 300] = 'x'}) == ERR_RANGE);

	reset();
	u64 number;
	char *small = malloc(9);
	CHECK(sample_later(SERVER, 0, &number, small, 8) ==
	      ERR_RANGE); /* "deferred" and its end are 9 */
	CHECK(sample_later(SERVER, 0, &number, small, 9) == OK);
	free(small);

	/* A place too small for what comes is the caller's error, and is not overrun. */
	for (u32 i = 0; i < 300; i++) {
		size_t first = 1 + below(34), blob = below(62), tail = 1 + below(6);

		reset();
		enum microk_status status = try_mixed(first, blob, tail);
		CHECK(status == OK || status == ERR_RANGE);
	}
	reset();
	CHECK(try_longest(952, 951) == ERR_RANGE);
	CHECK(try_longest(952, 952) == OK);
	CHECK(try_longest(0, 0) == OK);
	CHECK(try_longest(953, 952) == ERR_RANGE);
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
		refused(try_longest(length, 952), 0);
		reset();
		spoil_answer = set_length;
		refused(try_longest(length, 952), 1);
	}
	for (u32 i = 0; i < 2000; i++) {
		enum microk_status status;

		new_length = (u32)below(MSG_WORDS + 1);
		reset();
		*(below(2) ? &spoil_request : &spoil_answer) = set_length;
		status = try_mixed(34, 61, 6);
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
		refused(try_longest(952, 952), 0);
		reset();
		spoil_answer = set_word;
		refused(try_longest(952, 952), 1);
	}
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
	u64 a = 0;
	u32 b = 0;
	i64 c = 0;
	u8 data[50] = {1};
	char text[64];

	reset();
	at_word = 10, new_word = 56; /* of many's data: 7 words, as 50 bytes are */
	spoil_request = set_word;
	refused(sample_many(SERVER, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, data, 50, &a, &a, &a, &a, &a, &a,
			    &a, &a, &b, &c, text, sizeof(text)),
		0);
	reset();
	spoil_answer = long_text;
	refused(sample_take(SERVER, 0, 31, text, sizeof(text), 32, 33), 1);
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
		enum microk_status status = try_mixed(34, 61, 6);
		CHECK(status == OK || status == ERR_PROTOCOL); /* OK: the name was empty */
		CHECK((status == OK) == (handled == 1));
	}
}

static void test_hostile_caps(void)
{
	/* To operations that take none, too few, and as many as may be. */
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
	static const u32 labels[] = {0, 0xffff, 0xc800, 0xc8ff, 0x0101, 0x0002};
	static const u32 answers[] = {128, 129, 255, 256, 0x0100, 0xc801, 0xffff};

	for (u32 i = 0; i < ARRAY_LEN(labels); i++) {
		reset();
		new_label = labels[i];
		spoil_request = set_label;
		CHECK(try_scalars() == ERR_METHOD && handled == 0);
	}
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
		want_first = first, want_tail = tail; /* should a request turn into a mixed */
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
	state = strtoull(argv[1], NULL, 0) | 1;
	printf("seed %s\n", argv[1]);
	test_round_trips((u32)atoi(argv[2]));
	test_limits();
	test_statuses();
	test_retries();
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
