/* The console's service for programs: a terminal that speaks the protocols file and tty. */
#pragma once
#include "drivers/console/keyboard.h"
#include "drivers/console/output.h"
#include "microk/types.h"

#define SESSION_RECEIVE_MAX 64

/* The keyboard's state, for the driver that reads its codes and for the requests that name a layout. */
struct keyboard *session_keyboard(void);
/* Takes one code of the keyboard. */
void session_code(u8 code);
/* Takes bytes typed on the keyboard. */
void session_typed(const char *bytes, size_t count);

/* Takes bytes received on the serial line, at most SESSION_RECEIVE_MAX: typed there, or the far terminal's answers. */
void session_received(const char *bytes, size_t count);

/* Serves programs on the Endpoint for ever. Calls `notified` with the bits of each interrupt. */
_Noreturn void session_run(cap_t endpoint, void (*notified)(u64 bits), bool (*more)(void));

/* Sets whether there is more to show. If so, `more` is called after each request, and while no request waits, until it
 * returns false. */
void session_behind(bool is_behind);
