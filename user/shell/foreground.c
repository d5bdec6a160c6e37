#include "user/shell/foreground.h"
#include "gen/protocols/tty_client.h"
#include "user/shell/bell.h"

static cap_t terminal;
static u32 givings;
static bool interrupted;
static bool (*typed_before)(void);

void foreground_setup(cap_t console, bool (*typed)(void))
{
	terminal = console;
	typed_before = typed;
}

cap_t foreground_terminal(void)
{
	return terminal;
}

bool foreground_is_given(void)
{
	return givings > 0;
}

enum microk_status foreground_begin(void)
{
	cap_t interrupt;
	enum microk_status status = bell_cap(BELL_INTERRUPT, &interrupt);

	if (status != OK || givings > 0) {
		givings += status == OK;
		return status;
	}
	bell_poll(); /* a ^C of the job before may still be there */
	if (interrupted)
		return ERR_CANCELLED;
	tty_interrupt(terminal, interrupt);
	tty_mode(terminal, 0);
	/* A key from before the change of mode signals nothing. */
	if (typed_before()) {
		tty_mode(terminal, 1);
		return ERR_CANCELLED;
	}
	givings = 1;
	return OK;
}

void foreground_end(void)
{
	if (givings > 1) {
		givings--;
		return;
	}
	tty_mode(terminal, 1);
	bell_poll(); /* a ^C that came before the change of mode, and after the last process had ended */
	givings = 0;
}

bool foreground_interrupted(void)
{
	return interrupted;
}

void foreground_interrupt(void)
{
	interrupted = givings > 0;
}

void foreground_forget(void)
{
	interrupted = false;
}
