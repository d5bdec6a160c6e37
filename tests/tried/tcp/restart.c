/* An instance's start: it takes over every listening port and every connection that the area has a record of. */
#include "lwip/init.h"
#include "tests/tried/tcp/deaths.h"
#include "tests/tried/tcp/link.h"
#include "tests/tried/tcp/rebuild.h"
#include "tests/tried/tcp/stack.h"
#include <stdlib.h>

#define FRAMES_FIRST 256 /* that a successor reads before it sends */

/* The part that is not in lwIP's block. */
static struct connection connection_of(const struct record *r)
{
	bool fin_done = r->state == TIME_WAIT || (r->fin_out && r->una == r->end + 1);
	u32 first = r->una == r->iss ? r->iss + 1 : r->una;

	if (fin_done)
		first = r->end;
	return (struct connection){
		.rx_end = r->rcv_nxt,
		.queued = first,
		.acked = first,
		.fin_in = r->fin_in,
		.fin_queued = fin_done};
}

/* Queues everything, and sends nothing yet. */
static void connection_restore(u32 index)
{
	const struct record r = *record_at(index);
	struct connection *c = &connections[index];
	struct tcp_pcb *pcb;

	*c = connection_of(&r);
	deaths->rebuilt[r.state]++;
	if (r.state == CLOSED)
		return;
	if (r.state == LISTEN) { /* wanted by a client, and not begun */
		stack_connect(index);
		return;
	}
	pcb = rebuild_pcb(&r, stack_listener(&r), stack_connected);
	if (!pcb)
		abort(); /* there is a block for each record */
	stack_attach(index, pcb);
	if (pcb->state >= ESTABLISHED && !c->fin_queued && stack_queue(c, &r) && r.fin_out) {
		rebuild_fin(pcb, &r);
		c->fin_queued = true;
	}
}

void stack_start(int tap)
{
	lwip_init();
	stack_argument = tcp_ext_arg_alloc_id();
	link_start(tap);
	for (u32 i = 0; i < LISTENERS; i++) {
		if (listener_at(i))
			stack_listen(i);
	}
	for (u32 i = 0; i < RECORDS; i++) {
		if (record_at(i)->state == SYN_RCVD && deaths->omission == OMIT_HALF_OPEN)
			record_write(i, &(struct record){.remote_ip = 0});
		if (record_at(i)->remote_ip)
			connection_restore(i);
	}
	/* First the frames that wait: an acknowledgement among them saves a segment from being sent again. */
	for (u32 i = 0; i < FRAMES_FIRST && link_input(); i++)
		;
	for (u32 i = 0; i < RECORDS; i++) {
		if (connections[i].pcb)
			rebuild_go(connections[i].pcb);
	}
}
