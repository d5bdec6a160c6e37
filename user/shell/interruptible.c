#include "user/shell/interruptible.h"
#include "lib/microk/pause.h"
#include "lib/microk/startup.h"
#include "lib/microk/util.h"
#include "microk/info.h"
#include "user/shell/line.h"

#define PIECE_MS 100u /* between two questions whether the person has typed ^C */

enum microk_status interruptible_fill(struct stream *s)
{
	return line_interrupted() ? ERR_CANCELLED : stream_fill(s);
}

enum microk_status interruptible_pause(u64 ms)
{
	const struct startup_entry *e = grant_entry("info");
	const struct microk_info *info = e ? (const struct microk_info *)e->address : NULL;

	if (!info || info->magic != INFO_MAGIC || info->tsc_hz < 1000)
		return ERR_STATE;
	/* Until a moment, and not for a number of pieces: the questions take time, too. */
	u64 per_ms = info->tsc_hz / 1000, start = tsc_read(), whole = ms * per_ms;
	for (;;) {
		u64 gone = tsc_read() - start;
		if (gone >= whole)
			return OK;
		enum microk_status status = pause_ticks(MIN(whole - gone, PIECE_MS * per_ms));
		if (status != OK)
			return status;
		if (line_interrupted_now())
			return ERR_CANCELLED;
	}
}
