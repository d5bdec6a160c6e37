/*
 * The terminal signals a Notification when something is typed (file.watch), so that a wait costs nothing and ends at once. A
 * terminal that cannot do this is asked ten times a second.
 */
#include "user/shell/interruptible.h"
#include "lib/microk/memory.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/util.h"
#include "microk/cap.h"
#include "microk/info.h"
#include "user/shell/line.h"

#define PIECE_MS 100u /* between two questions to a terminal that does not signal */

static cap_t typed;    /* the Notification; 0: not made yet */
static bool signalled; /* the terminal signals it */

enum microk_status interruptible_fill(struct stream *s)
{
	return line_interrupted() ? ERR_CANCELLED : stream_fill(s);
}

/* Waits for the Notification until the moment, or for nothing if it has passed. ERR_DEADLINE: nothing was typed. */
static enum microk_status wait_until(u64 moment)
{
	struct message m = {.tag = TAG_DEADLINE};

	ipc_buffer->deadline = moment;
	return ipc(SYS_WAIT, typed, &m);
}

enum microk_status interruptible_prepare(void)
{
	cap_t signal;

	if (typed == 0) {
		enum microk_status status = object_make(CAP_NOTIFICATION, 0, &typed);
		if (status != OK)
			return status;
		signalled = cap_mint(typed, RIGHT_WRITE, 1, MINT_BADGE, &signal) == OK &&
			    line_watch(signal);
	}
	wait_until(0); /* takes the signals of text that was typed before */
	return line_interrupted_now() ? ERR_CANCELLED : OK;
}

enum microk_status interruptible_wait(u64 ms)
{
	const struct startup_entry *e = grant_entry("info");
	const struct microk_info *info = e ? (const struct microk_info *)e->address : NULL;

	if (!info || info->magic != INFO_MAGIC || info->tsc_hz < 1000)
		return ERR_STATE;
	/* Until a moment, and not for a number of pieces: the questions take time, too. */
	u64 per_ms = info->tsc_hz / 1000, end = tsc_read() + ms * per_ms;
	for (u64 now; (now = tsc_read()) < end;) {
		enum microk_status status =
			wait_until(signalled ? end : MIN(end, now + PIECE_MS * per_ms));
		if (status != OK && status != ERR_DEADLINE)
			return status;
		if ((status == OK || !signalled) && line_interrupted_now())
			return ERR_CANCELLED;
	}
	return OK;
}

enum microk_status interruptible_pause(u64 ms)
{
	enum microk_status status = interruptible_prepare();

	return status == OK ? interruptible_wait(ms) : status;
}
