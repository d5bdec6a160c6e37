/* Builds lwIP's control block of a connection from its record. Everything that goes beyond lwIP's public interface is in
 * rebuild.c. */
#pragma once
#include "lwip/tcp.h"
#include "tests/tried/tcp/record.h"

/* The block, in lwIP's lists and in a state in which bytes can be queued; nothing is queued or sent yet. NULL: lwIP has no
 * memory for it. `listener` is that of a connection in SYN_RCVD, else NULL; `connected` is called for one in SYN_SENT. */
struct tcp_pcb *rebuild_pcb(const struct record *r, struct tcp_pcb_listen *listener,
			    tcp_connected_fn connected);

/* Queues the FIN after the bytes. tcp_shutdown would send at once. */
void rebuild_fin(struct tcp_pcb *pcb, const struct record *r);

/* Sends what there is to send, and an acknowledgement. */
void rebuild_go(struct tcp_pcb *pcb);
