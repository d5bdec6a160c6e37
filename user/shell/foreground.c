#include "user/shell/foreground.h"
#include "gen/protocols/tty_client.h"
#include "protocols/process.h"
#include "protocols/tty.h"
#include "user/shell/bell.h"

#define SIGQUIT 3u
#define EVENTS (TTY_SIGNAL_INTERRUPT | TTY_SIGNAL_QUIT | TTY_SIGNAL_STOP)

static cap_t terminal;
static u32 givings;
static bool interrupted;
static struct tty_signals_result seen; /* how often each event had come at the last look */
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
	cap_t typed;
	enum microk_status status = bell_cap(BELL_TYPED, &typed);

	if (status != OK || givings > 0) {
		givings += status == OK;
		return status;
	}
	if (interrupted)
		return ERR_CANCELLED;
	foreground_signal();
	tty_foreground(
		terminal,
		&(struct tty_foreground_args){.group = 0, .events = EVENTS, .signal = typed});
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

u32 foreground_signal(void)
{
	struct tty_signals_result now, before = seen;

	if (tty_signals(terminal, &now) != OK)
		return 0;
	seen = now;
	interrupted |= givings > 0 && now.interrupts != before.interrupts;
	if (now.quits != before.quits)
		return SIGQUIT;
	if (now.interrupts != before.interrupts)
		return PROCESS_SIGINT;
	return now.stops != before.stops ? PROCESS_SIGTSTP : 0;
}

void foreground_forget(void)
{
	interrupted = false;
}
