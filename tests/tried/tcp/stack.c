/* The connections: the calls that lwIP makes when something happens on one, and the operations of the service. */
#include "tests/tried/tcp/stack.h"
#include "lwip/timeouts.h"
#include "tests/tried/tcp/deaths.h"
#include "tests/tried/tcp/link.h"
#include <string.h>

struct connection connections[RECORDS];
bool stack_event;
u8 stack_argument;

static struct tcp_pcb *listeners[LISTENERS];

/* ---- lwIP's calls ---- */

static err_t on_received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t error)
{
	struct connection *c = arg;

	(void)error;
	for (const struct pbuf *q = p; q; q = q->next) {
		ring_write(index_of(c), false, c->rx_end, q->payload, q->len);
		c->rx_end += q->len;
	}
	if (p) {
		pbuf_free(p);
	} else {
		c->fin_in = true;
		c->rx_end++;
	}
	if (c->ack_owed)
		tcp_set_flags(pcb, TF_ACK_NOW);
	c->ack_owed = false;
	stack_event = true;
	return ERR_OK;
}

static err_t on_acknowledged(void *arg, struct tcp_pcb *pcb, u16_t bytes)
{
	struct connection *c = arg;

	(void)pcb;
	c->acked += bytes;
	stack_push(index_of(c));
	stack_event = true;
	return ERR_OK;
}

static void on_error(void *arg, err_t error)
{
	struct connection *c = arg;
	struct record r = *record_at(index_of(c));

	r.reset = error != ERR_CLSD;
	record_write(index_of(c), &r);
}

/* lwIP frees the block. The record stays for the client, who may not have taken every byte. */
static void on_freed(u8_t id, void *data)
{
	struct connection *c = data;
	struct record r;

	(void)id;
	if (!c)
		return;
	r = *record_at(index_of(c));
	r.rcv_nxt = c->rx_end;
	r.fin_in = c->fin_in;
	r.state = CLOSED;
	c->pcb = NULL;
	record_write(index_of(c), r.accepted ? &r : &(struct record){.remote_ip = 0});
	stack_event = true;
}

static err_t on_half_open(u8_t id, struct tcp_pcb_listen *listener, struct tcp_pcb *pcb);

static const struct tcp_ext_arg_callbacks extra = {
	.destroy = on_freed, .passive_open = on_half_open};

void stack_attach(u32 index, struct tcp_pcb *pcb)
{
	struct connection *c = &connections[index];

	c->pcb = pcb;
	tcp_arg(pcb, c);
	tcp_recv(pcb, on_received);
	tcp_sent(pcb, on_acknowledged);
	tcp_err(pcb, on_error);
	tcp_ext_arg_set_callbacks(pcb, stack_argument, &extra);
	tcp_ext_arg_set(pcb, stack_argument, c);
}

/* A SYN came. Without a free record it is not answered, and the peer tries again. */
static err_t on_half_open(u8_t id, struct tcp_pcb_listen *listener, struct tcp_pcb *pcb)
{
	struct record r = {
		.remote_ip = ip_addr_get_ip4_u32(&pcb->remote_ip),
		.local_port = pcb->local_port,
		.remote_port = pcb->remote_port,
		.irs = pcb->rcv_nxt - 1,
		.taken = pcb->rcv_nxt,
		.freed = pcb->rcv_nxt,
		.passive = 1};
	u32 i = 0;

	(void)id;
	(void)listener;
	while (i < RECORDS && record_at(i)->remote_ip)
		i++;
	if (i == RECORDS)
		return ERR_MEM;
	connections[i] = (struct connection){
		.rx_end = pcb->rcv_nxt, .queued = pcb->lastack + 1, .acked = pcb->lastack + 1};
	stack_fill(&r, &connections[i], pcb, pcb->lastack + 1);
	record_write(i, &r);
	stack_attach(i, pcb);
	return ERR_OK;
}

static err_t on_accepted(void *arg, struct tcp_pcb *pcb, err_t error)
{
	(void)arg;
	(void)pcb;
	stack_event = true;
	return error;
}

err_t stack_connected(void *arg, struct tcp_pcb *pcb, err_t error)
{
	struct connection *c = arg;
	struct record r = *record_at(index_of(c));

	c->rx_end = pcb->rcv_nxt;
	c->queued = c->acked = r.iss + 1;
	r.irs = pcb->rcv_nxt - 1;
	r.taken = r.freed = pcb->rcv_nxt;
	stack_fill(&r, c, pcb, pcb->snd_nxt);
	record_write(index_of(c), &r);
	stack_event = true;
	return error;
}

/* ---- The service's operations ---- */

void stack_listen(u32 index)
{
	struct tcp_pcb *pcb = tcp_new();

	tcp_bind(pcb, IP4_ADDR_ANY, listener_at(index));
	listeners[index] = tcp_listen(pcb);
	tcp_accept(listeners[index], on_accepted);
	tcp_ext_arg_set_callbacks(listeners[index], stack_argument, &extra);
}

void stack_connect(u32 index)
{
	const struct record *r = record_at(index);
	struct tcp_pcb *pcb = tcp_new();
	struct ip4_addr to = {r->remote_ip};

	connections[index] = (struct connection){.pcb = pcb};
	stack_attach(index, pcb);
	tcp_bind(pcb, IP4_ADDR_ANY, r->local_port);
	tcp_connect(pcb, &to, r->remote_port, stack_connected);
}

/* Gives lwIP the bytes of the ring that it has not got; true if it has all. Without a copy: they stay in the ring until they
 * are acknowledged. */
bool stack_queue(struct connection *c, const struct record *r)
{
	while (c->queued != r->end) {
		u32 bytes = MIN(r->end - c->queued, MIN(tcp_sndbuf(c->pcb), 0xffffu));
		const void *from = ring_piece(index_of(c), c->queued, &bytes);

		if (!bytes || tcp_write(c->pcb, from, (u16_t)bytes, 0) != ERR_OK)
			return false;
		c->queued += bytes;
	}
	return true;
}

struct tcp_pcb_listen *stack_listener(const struct record *r)
{
	for (u32 i = 0; r->passive && i < LISTENERS; i++) {
		if (listener_at(i) == r->local_port)
			return (struct tcp_pcb_listen *)listeners[i];
	}
	return NULL;
}

void stack_push(u32 index)
{
	struct connection *c = &connections[index];
	const struct record *r = record_at(index);

	if (!c->pcb || c->fin_queued || c->pcb->state < ESTABLISHED)
		return;
	if (stack_queue(c, r) && r->fin_out)
		c->fin_queued = tcp_shutdown(c->pcb, 0, 1) == ERR_OK;
	tcp_output(c->pcb);
}

void stack_freed(u32 index, u32 bytes)
{
	struct connection *c = &connections[index];

	if (c->pcb && c->pcb->state != TIME_WAIT)
		tcp_recved(c->pcb, (u16_t)bytes);
}

bool stack_input(void)
{
	bool was_there = link_input();

	stack_write_after();
	return was_there;
}

u32 stack_timers(void)
{
	sys_check_timeouts();
	stack_write_after();
	return sys_timeouts_sleeptime();
}
