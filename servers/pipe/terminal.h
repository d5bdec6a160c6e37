/*
 * Pseudo-terminals: two channels, a line discipline between them, a size, and the job in the foreground.
 *
 * MINIX 3's pty driver and Redox's ptyd keep a queue for each direction, as here, and send a signal to a process group by its
 * number, which takes a privilege over all processes. Here the owner of the job in the foreground gives the terminal a
 * Notification (tty.foreground), and reads the number of events from it: the terminal can signal that owner and no other. MINIX'
 * master is answered at once, and its typed text is dropped when the queue is full; ptyd's queues have no limit. Here a master's
 * write waits until its text has room, and room for its echo.
 *
 * A change is made to a copy (terminal_load), of which the words that differ are written in the transaction (terminal_store).
 */
#pragma once
#include "servers/pipe/kept.h"

/* Of the table, for one client that pays. */
#define TERMINALS_EACH (TERMINALS_MAX / 4 * 3)

#define TYPED_BYTES 4096u /* of typed text that was not read */

static inline const struct terminal *terminal_of(const struct channel *c)
{
	return c->terminal ? &kept->terminals[c->terminal - 1] : NULL;
}
static inline bool terminal_is_typed(const struct channel *c)
{
	return c->terminal && terminal_of(c)->typed == channel_number(c) + 1;
}
/* The terminal that a description is of; NULL if it is not of any. */
const struct terminal *terminal_at(const struct end *e);
/* Whether the description is the master's. */
bool terminal_is_master(const struct end *e);

/* A free place within the client's share; NULL if there is none. */
const struct terminal *terminal_free(u64 payer);
/* In a transaction: these two channels are a terminal. */
void terminal_open(const struct terminal *t, const struct channel *typed, const struct channel *shown);
/* In a transaction: a description of it is being closed, and its channels have been left. */
void terminal_left(const struct terminal *t, bool is_master);

/* The ring of typed text that `place` states. */
struct ring terminal_ring(const struct terminal *t, u64 place);
u64 terminal_place(const struct ring *ring);

/* A copy, to be changed, whose ring is that of the channel. There is one at a time. Its echo goes to the channel of shown text. */
struct terminal *terminal_load(const struct terminal *t);
/* In a transaction: writes the words that differ from the copy, and the place of shown text; *place is that of typed text. */
void terminal_store(u64 *place);
/* Room for shown text, as the copy has it. */
u32 terminal_shown_room(void);
/* The copy: drops the shown text that was not read. */
void terminal_drop_shown(void);

/* The copy: an event (TTY_SIGNAL_*) has come. */
void terminal_note(u32 event);
/* Whether the copy has got a signal (VINTR, VQUIT, VSUSP). */
bool terminal_is_signalled(void);
/* After the commit: signals the owner of the foreground's job, and ends the reads that wait, if one has come. */
void terminal_give_signals(void);
/* The transaction was undone. */
void terminal_forget_signals(void);

/* Keeps the Notification of the owner, whose slot is then empty. */
enum microk_status terminal_keep_owner(const struct terminal *t, cap_t signal);

/* For a successor: signals all owners. */
void terminal_take_over(void);
