/* lwIP, its network interface on a TAP device, and the connections. */
#pragma once
#include "lwip/tcp.h"
#include "tests/tried/tcp/record.h"

/* A connection of this instance. Everything in it is lost with the instance. */
struct connection {
	struct tcp_pcb *pcb; /* NULL: there is none (any more) */
	u32 rx_end;          /* after the last byte in the ring, and after the FIN if that was received */
	u32 queued, acked;   /* of the bytes to be sent: given to lwIP, acknowledged in whole segments */
	bool fin_in, fin_queued;
	bool ack_owed; /* an acknowledgement was limited to the bytes that the record had */
	bool dirty;    /* for OMIT_RECORD_FIRST only */
};

extern struct connection connections[RECORDS];

/* Starts lwIP and takes over every connection and listening port of the area. */
void stack_start(int tap);

/* Reads and processes one frame; false if there is none. */
bool stack_input(void);

/* Runs lwIP's timers; returns the time until the next, in ms. */
u32 stack_timers(void);

/* Listens on the port of listener `index`. */
void stack_listen(u32 index);

/* Sends the SYN of a record whose connection is wanted and not begun. */
void stack_connect(u32 index);

/* Gives lwIP the bytes of the record that it has not got, and the FIN after them. */
void stack_push(u32 index);

/* Writes the connection's record, if it has a block. */
void stack_record(u32 index);

/* The record's room became larger by these bytes. */
void stack_freed(u32 index, u32 bytes);

/* ---- Between segment.c, stack.c and restart.c ---- */

extern u8 stack_argument; /* the number of the blocks' extra argument, which is the connection */

u32 index_of(const struct connection *c);
void stack_attach(u32 index, struct tcp_pcb *pcb);
err_t stack_connected(void *arg, struct tcp_pcb *pcb, err_t error);
struct tcp_pcb_listen *stack_listener(const struct record *r);

/* Gives lwIP the bytes of the ring that it has not got; true if it has all. */
bool stack_queue(struct connection *c, const struct record *r);

/* Copies from lwIP's block to a record. */
void stack_fill(struct record *r, const struct connection *c, const struct tcp_pcb *pcb,
		u32 snd_nxt);

/* After a frame or a timer: records whose state changed although no segment was sent. */
void stack_write_after(void);

/* A connection changed, so a client may go on. */
extern bool stack_event;
