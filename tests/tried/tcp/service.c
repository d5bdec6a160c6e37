/*
 * The service: requests of a client, one at a time. Each request that has an effect is one transaction, together with its
 * answer; lwIP is called after it. If the instance dies in between, the successor finds the effect in the record and does the
 * rest.
 */
#include "tests/tried/tcp/deaths.h"
#include "tests/tried/tcp/stack.h"
#include "tests/tried/tcp/trial.h"
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

static bool held; /* by OP_HOLD */

static struct kept answer_of(const struct message *m)
{
	return (struct kept){.description = m->index + 1, .thread = m->thread, .number = m->number};
}

static void listen_on(struct message *m)
{
	struct kept kept = answer_of(m);

	request_begin();
	request_listener(0, STACK_PORT);
	request_end(&kept);
	stack_listen(0);
}

static void accept_one(struct message *m)
{
	struct kept kept = answer_of(m);

	for (u32 i = 0; i < RECORDS; i++) {
		struct record r = *record_at(i);

		if (!r.passive || r.accepted || !connections[i].pcb ||
		    connections[i].pcb->state < ESTABLISHED)
			continue;
		r.accepted = 1;
		kept.words[0] = m->index = i;
		request_begin();
		request_record(i, &r);
		request_end(&kept);
		return;
	}
	m->answer = ANSWER_WAIT;
}

static void connect_to(struct message *m)
{
	struct kept kept = answer_of(m);
	u32 i = 0;

	while (record_at(i)->remote_ip)
		i++;
	kept.words[0] = m->index = i;
	request_begin();
	/* LISTEN stands for a connection that is wanted and not begun. */
	request_record(i, &(struct record){.remote_ip = lwip_htonl(LINUX_IP),
					   .remote_port = (u16)m->length,
					   .local_port = STACK_PORT,
					   .accepted = 1,
					   .state = LISTEN});
	request_end(&kept);
	stack_connect(i);
}

static enum answer waits_or_ended(const struct record *r)
{
	return r->reset ? ANSWER_RESET : ANSWER_WAIT;
}

/* Bytes before this one may be overwritten: no successor sends them again, nor does this instance. */
static u32 kept_from(u32 index)
{
	u32 una = record_at(index)->una, acked = connections[index].acked;

	return (s32_t)(acked - una) < 0 ? acked : una;
}

static u32 room_in(u32 index)
{
	return (u32)RING_BYTES - (record_at(index)->end - kept_from(index));
}

static void send_bytes(struct message *m)
{
	struct kept kept = answer_of(m);
	struct connection *c = &connections[m->index];
	struct record r;

	if (c->pcb && c->pcb->state >= ESTABLISHED && room_in(m->index) < m->length)
		stack_record(m->index);
	r = *record_at(m->index);
	if (!c->pcb || c->pcb->state < ESTABLISHED || room_in(m->index) < m->length) {
		m->answer = waits_or_ended(&r);
		return;
	}
	kept.words[0] = m->length;
	ring_write(m->index, true, r.end, m->data, m->length);
	r.end += m->length;
	request_begin();
	request_record(m->index, &r);
	request_end(&kept);
	stack_push(m->index);
}

static void receive_bytes(struct message *m)
{
	struct kept kept = answer_of(m);
	const struct connection *c = &connections[m->index];
	struct record r;
	u32 freed, bytes;

	/* The client is given only bytes that the record has. */
	if (record_at(m->index)->rcv_nxt != c->rx_end)
		stack_record(m->index);
	r = *record_at(m->index);
	bytes = r.irs || r.rcv_nxt ? r.rcv_nxt - r.fin_in - r.taken : 0;
	if (!bytes) {
		m->answer = r.fin_in ? ANSWER_END : waits_or_ended(&r);
		return;
	}
	bytes = MIN(bytes, MIN(m->length, (u32)MESSAGE_DATA));
	kept.words[0] = r.taken;
	kept.words[1] = m->length = bytes;
	/* The bytes of this answer stay in the ring: the client may have to ask again. Those of the one before are taken. */
	freed = deaths->omission == OMIT_LATE_FREE ? r.taken + bytes : r.taken;
	bytes = freed - r.freed;
	r.freed = freed;
	r.taken += m->length;
	request_begin();
	request_record(m->index, &r);
	request_end(&kept);
	ring_read(m->index, (u32)kept.words[0], m->data, m->length);
	stack_freed(m->index, bytes);
}

static void shut_down(struct message *m)
{
	struct kept kept = answer_of(m);
	struct record r = *record_at(m->index);

	held = false;
	if (connections[m->index].pcb && connections[m->index].pcb->state < ESTABLISHED) {
		m->answer = ANSWER_WAIT;
		return;
	}
	r.fin_out = 1;
	request_begin();
	request_record(m->index, &r);
	request_end(&kept);
	stack_push(m->index);
}

/* The client closes its socket. The record stays until lwIP has done with the connection: TIME_WAIT outlives the client, and
 * must outlive the instance, or a FIN that the peer sends again is answered with a reset. */
static void release(struct message *m)
{
	struct kept kept = answer_of(m);
	struct record r = *record_at(m->index);

	r.accepted = 0;
	request_begin();
	request_record(m->index, connections[m->index].pcb ? &r : &(struct record){.remote_ip = 0});
	request_end(&kept);
}

/* The answer to a request that was served before: the same one, and no effect. */
static void answer_again(struct message *m, const struct kept *kept)
{
	if (m->op == OP_ACCEPT || m->op == OP_CONNECT)
		m->index = (u32)kept->words[0];
	if (m->op == OP_SEND)
		m->length = (u32)kept->words[0];
	if (m->op == OP_RECEIVE) {
		m->length = (u32)kept->words[1];
		ring_read(m->index, (u32)kept->words[0], m->data, m->length);
	}
}

static void serve(struct message *m)
{
	static void (*const operations[])(struct message *) = {
		[OP_LISTEN] = listen_on, [OP_ACCEPT] = accept_one,     [OP_CONNECT] = connect_to,
		[OP_SEND] = send_bytes,  [OP_RECEIVE] = receive_bytes, [OP_SHUT] = shut_down,
		[OP_RELEASE] = release};
	struct kept kept = answer_of(m);

	m->answer = ANSWER_OK;
	if (m->op == OP_HOLD)
		held = true;
	else if (request_served(&kept))
		answer_again(m, &kept);
	else
		operations[m->op](m);
}

static void serve_one(int channel)
{
	static struct message m;

	if (recv(channel, &m, sizeof(m), 0) <= 0)
		return;
	point(POINT_REQUEST);
	serve(&m);
	send(channel, &m, sizeof(m) - (m.op == OP_RECEIVE && !m.answer ? 0 : MESSAGE_DATA), 0);
}

_Noreturn void service_run(int channel, int tap)
{
	struct pollfd files[] = {{.fd = channel, .events = POLLIN}, {.fd = tap, .events = POLLIN}};
	struct message event = {.op = OP_EVENT};

	stack_start(tap);
	for (;;) {
		/* Frames before timers: a late instance would send again what a waiting frame acknowledges. */
		u32 wait = stack_timers();

		files[1].fd = held ? -1 : tap;
		poll(files, ARRAY_LEN(files), (int)MIN(wait, 50u));
		if (files[0].revents)
			serve_one(channel);
		while (!held && stack_input())
			;
		if (stack_event)
			send(channel, &event, sizeof(event) - MESSAGE_DATA, MSG_DONTWAIT);
		stack_event = false;
	}
}
