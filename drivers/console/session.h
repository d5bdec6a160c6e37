/* The console's service for programs: a terminal that speaks the protocols file and tty. */
#pragma once
#include "drivers/console/output.h"
#include "lib/microk/server.h"

#define SESSION_RECEIVE_MAX 64

/* Before the first typed byte, after kept_open. */
void session_start(void);

/* Takes one code of the keyboard. */
void session_code(u8 code);

/* Takes bytes typed on the keyboard. */
void session_typed(const char *bytes, size_t count);

/* Takes bytes received on the serial line, at most SESSION_RECEIVE_MAX: typed there, or the far terminal's answers. */
void session_received(const char *bytes, size_t count);

/* How many more bytes it can take from a device that can wait. */
u32 session_room(void);

/* The parts of the driver that the session calls. */
struct session_calls {
	void (*dispatch)(struct request *r); /* serves a request */
	void (*notified)(u64 bits);          /* of interrupts */
	bool (*more)(void);                  /* see session_behind */
	void (*resume)(void); /* there is room again, after session_room has returned 0 */
};

/* Serves programs on the Endpoint for ever. */
_Noreturn void session_run(cap_t endpoint, const struct session_calls *given);

/* Sets whether there is more to show. If so, `more` is called after each request, and while no request waits, until it
 * returns false. */
void session_behind(bool is_behind);

/* The typed text and the screen have changed: makes the changes safe, serves waiting readers, sends and draws. For requests.c. */
void session_settle(void);
/* The same of a change that no reader waits for. */
void session_save(void);
