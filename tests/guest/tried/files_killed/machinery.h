/* The supervisor of the file server, by lib/supervise, and the thread that ends the server at a chosen instruction. */
#pragma once
#include "tests/guest/kit/clock.h"
#include "tests/guest/kit/short.h"
#include "tests/guest/tried/files/data.h"

#define DEATHS 3 /* one after the other, at most */

/* Makes the service, with an empty state area, and starts the first instance of the program. */
void server_begin(const char *program);
void server_replace(void);

/* A client's capability to the directory. */
cap_t server_directory(u64 badge);

/* ---- Memory that the server writes, seen from outside ---- */

/* Stores so far: see struct files_progress. */
u64 server_stores(void);
void server_stores_reset(void);
/* The checksum of the whole state area holds. While the server waits. */
void server_state_check(void);
/* Open descriptions in the state area. */
u32 server_descriptions(void);

/* ---- Deaths ---- */

struct death {
	u64 stores;    /* of the state area, up to then */
	bool answered; /* the client had the answer */
};

/* The server dies `after` ticks from now; each successor `again[i]` ticks after its start, until one is 0. `phase`: the timer
 * counts in steps of 16 ticks; another phase moves these steps. */
void kill_begin(u64 after, const u64 again[DEATHS - 1], u32 phase);
/* Waits until all of them have died. */
void kill_wait(void);
/* The client has the answer. */
void kill_answered(void);
extern struct death deaths[DEATHS];
extern u32 deaths_count;
extern u64 kill_armed, kill_restarted; /* when kill_begin was called, and when the first successor began */
