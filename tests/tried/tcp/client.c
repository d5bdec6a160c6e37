/*
 * The client: three threads of requests, each with one request under way. When the service dies, each sends its request again
 * with the same number, as the generated stubs do.
 */
#include "tests/tried/tcp/ends.h"
#include "tests/tried/tcp/record.h"
#include "tests/tried/tcp/trial.h"
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define RETRY_MS 20

enum { CONTROL, SENDER, RECEIVER, THREADS };
enum step { OPEN, ACCEPT, TRANSFER, HOLD, SHUT, RELEASE, DONE };

static struct call {
	bool under_way, waits;
	u64 waits_since;
	struct message request;
} calls[THREADS];

static const struct plan *plan;
static int channel;
static u32 connection, sent, received;
static bool ended, held;
static enum step step;
static u64 reads_from; /* the time */
static const char *failure;

u8 stream_byte(bool out, u32 offset)
{
	u32 h = (offset + 1) * 2654435761u ^ (out ? 0x5bd1e995u : 0);

	return (u8)((h ^ h >> 15) >> 7);
}

u64 now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (u64)now.tv_sec * 1000 + (u64)now.tv_nsec / 1000000;
}

void client_begin(const struct plan *new_plan, int new_channel)
{
	memset(calls, 0, sizeof(calls));
	plan = new_plan;
	channel = new_channel;
	connection = sent = received = 0;
	ended = held = false;
	step = OPEN;
	failure = NULL;
	reads_from = now_ms() + (plan->in > SLOW_FROM ? SLOW_MS : 0);
}

bool client_is_done(void)
{
	return step == DONE;
}

bool client_listens(void)
{
	return step != OPEN;
}

bool client_has_held(void)
{
	return held;
}

const char *client_position(void)
{
	static char text[80];

	snprintf(text, sizeof(text), "step %d, sent %u, received %u", (int)step, sent, received);
	return text;
}

static void call_send(const struct call *call)
{
	const struct message *m = &call->request;
	u64 data = m->op == OP_SEND ? m->length : 0;

	if (send(channel, m, offsetof(struct message, data) + data, 0) < 0)
		failure = "the channel takes no request";
}

void client_send_again(void)
{
	for (u32 i = 0; i < THREADS; i++) {
		calls[i].waits = false;
		if (calls[i].under_way)
			call_send(&calls[i]);
	}
}

static void call_begin(u32 thread, enum operation op, u32 length)
{
	struct call *call = &calls[thread];

	call->request.number++;
	call->request.thread = thread;
	call->request.op = op;
	call->request.index =
		op == OP_LISTEN || op == OP_ACCEPT || op == OP_CONNECT ? RECORDS : connection;
	call->request.length = length;
	call->under_way = true;
	call_send(call);
}

/* ---- Answers ---- */

static void control_answered(const struct message *m)
{
	switch (step) {
	case OPEN:
		step = plan->active ? TRANSFER : ACCEPT;
		connection = m->index;
		return;
	case ACCEPT:
		connection = m->index;
		step = TRANSFER;
		return;
	case HOLD:
		held = true;
		step = SHUT;
		return;
	case SHUT: step = RELEASE; return;
	default: step = DONE; return;
	}
}

static void received_bytes(const struct message *m)
{
	for (u32 i = 0; i < m->length; i++) {
		if (received == plan->in)
			failure = "the client received too much";
		else if (m->data[i] != stream_byte(false, received))
			failure = "the client received a wrong byte";
		received++;
	}
}

static void answered(const struct message *m)
{
	struct call *call = &calls[m->thread];

	call->under_way = false;
	if (m->answer == ANSWER_RESET)
		failure = "the client got a reset";
	if (m->answer == ANSWER_WAIT) {
		call->waits = true;
		call->waits_since = now_ms();
		return;
	}
	if (m->thread == SENDER)
		sent += m->length;
	else if (m->thread == CONTROL)
		control_answered(m);
	else if (m->answer == ANSWER_END)
		ended = true;
	else
		received_bytes(m);
	if (ended && received != plan->in)
		failure = "the client's stream ended too early";
}

void client_read(void)
{
	static struct message m;

	while (recv(channel, &m, sizeof(m), MSG_DONTWAIT) > 0) {
		for (u32 i = 0; i < THREADS && m.op == OP_EVENT; i++)
			calls[i].waits = false;
		/* An answer that a dead instance gave may be followed by its successor's. */
		if (m.op != OP_EVENT && calls[m.thread].under_way &&
		    calls[m.thread].request.number == m.number)
			answered(&m);
	}
}

/* ---- Requests ---- */

static bool is_idle(u32 thread)
{
	struct call *call = &calls[thread];

	if (call->waits && now_ms() - call->waits_since > RETRY_MS)
		call->waits = false;
	return !call->under_way && !call->waits;
}

static bool may_shut(void)
{
	if (sent != plan->out)
		return false;
	if (plan->order == PEER_FIRST)
		return ended;
	return plan->order == CLIENT_FIRST || (received == plan->in && peer_has_all());
}

static void control_begin(void)
{
	if (step == TRANSFER && may_shut())
		step = plan->order == BOTH_AT_ONCE ? HOLD : SHUT;
	if (step == OPEN && plan->active)
		call_begin(CONTROL, OP_CONNECT, peer_port());
	else if (step == OPEN)
		call_begin(CONTROL, OP_LISTEN, 0);
	else if (step == ACCEPT)
		call_begin(CONTROL, OP_ACCEPT, 0);
	else if (step == HOLD)
		call_begin(CONTROL, OP_HOLD, 0);
	else if (step == SHUT && (!held || peer_has_shut()))
		call_begin(CONTROL, OP_SHUT, 0);
	else if (step == RELEASE && ended)
		call_begin(CONTROL, OP_RELEASE, 0);
}

static void sender_begin(void)
{
	struct message *m = &calls[SENDER].request;
	u32 bytes = MIN(plan->out - sent, 700 + sent % 1900); /* not a multiple of a segment */

	for (u32 i = 0; i < bytes; i++)
		m->data[i] = stream_byte(true, sent + i);
	call_begin(SENDER, OP_SEND, bytes);
}

const char *client_step(void)
{
	client_read();
	if (step != DONE && is_idle(CONTROL))
		control_begin();
	if (step >= TRANSFER && sent != plan->out && is_idle(SENDER))
		sender_begin();
	if (step >= TRANSFER && !ended && now_ms() >= reads_from && is_idle(RECEIVER))
		call_begin(RECEIVER, OP_RECEIVE, 500 + received % 3100);
	return failure;
}
