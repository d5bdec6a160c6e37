/* The parts of the file server. */
#pragma once
#include "lib/microk/ipc.h"
#include "tests/guest/tried/files/data.h"
#include "tests/guest/tried/files/keep.h"

/* A request, or the answer to it. */
struct call {
	struct message *message;
	u64 badge;
	u32 length;
	u32 given; /* of an answer that carries a capability: the description + 1 */
};

/*
 * A numbered request in two parts. `act` checks, then changes the data and sets the words of the reply that is kept: it is
 * called inside a change, at most once for a number. `answer` makes the answer from these words alone, as often as it is
 * asked for.
 */
struct numbered {
	enum microk_status (*act)(const struct call *c, struct kept_reply *r);
	enum microk_status (*answer)(struct call *c, const struct kept_reply *r);
	u32 words; /* the least length of the request */
};

enum microk_status open_act(const struct call *c, struct kept_reply *r);
enum microk_status open_answer(struct call *c, const struct kept_reply *r);
enum microk_status rename_act(const struct call *c, struct kept_reply *r);
enum microk_status unlink_act(const struct call *c, struct kept_reply *r);
enum microk_status read_act(const struct call *c, struct kept_reply *r);
enum microk_status read_answer(struct call *c, const struct kept_reply *r);
enum microk_status write_act(const struct call *c, struct kept_reply *r);
enum microk_status append_act(const struct call *c, struct kept_reply *r);
enum microk_status look(struct call *c);
enum microk_status where(struct call *c);

/* Serves a numbered request, or answers it again. STATUS_DEFERRED: later. */
enum microk_status serve_numbered(const struct numbered *n, struct call *c);

/* ---- Readers that wait at the end of a file (waits.c) ---- */

/* Saves the caller of a read; ERR_NO_SPACE: too many wait. */
enum microk_status wait_begin(const struct call *c);
/* Serves those that have something to read now. */
void wait_serve(void);
/* The description ends, and with it the waits for it. */
void wait_end(u64 badge);

/* ---- Descriptions and their capabilities (handles.c) ---- */

/* Ends descriptions that no client holds, and deletes capabilities without a description. */
void handles_sweep(void);
/* A free description; FILES_MOST if there is none. */
u32 handle_free(void);
/* Sets the capability to a description, which it makes where there is none yet, to be sent. */
enum microk_status handle_give(u32 d);
/* The answer with it has arrived. */
void handle_given(u32 d);
/* The client's thread makes this request, so it has the answers to all before it: a description whose
 * capability no client has ends. */
void handles_confirm(u64 badge, u64 number);
/* ST_CLOSED with that badge. */
void handle_closed(u64 badge);
