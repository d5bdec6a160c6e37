/*
 * init serves every program and therefore calls none: a log that hangs or faults in the middle of a call from init would take
 * init with it. So a line is written to memory and a Notification signalled, neither of which can wait.
 *
 * Weighed: a second thread of init that calls the log (as init had for the console before). It needs a stack, a priority, an
 * IPC buffer, and a state that two threads share, and it hangs with the log. QNX's slogger2 and Fuchsia's kernel log are
 * memory that the writer fills and a reader follows; the kernel's own log has the same form.
 */
#include "servers/init/outbox.h"
#include "microk/cap.h"
#include "microk/info.h"
#include "lib/microk/slots.h"
#include "lib/microk/string.h"
#include "protocols/init_log.h"
#include "servers/init/pool.h"

/* Where init itself maps the frames: clear of its view (pool.c) and of the library's mappings (lib/microk/memory.h). */
#define LINES_ADDRESS 0x200800000ul
#define SHOWN_ADDRESS (LINES_ADDRESS + INIT_LOG_PAGES * PAGE_SIZE)

static struct init_log *lines; /* NULL: no service has the grant */
static const struct init_log_shown *shown;
static cap_t signal_slot;
static bool shown_by_log;
static u64 taken_back; /* init has shown or given up the lines before this one */

static enum microk_status make_frame(u64 pages, u64 address, cap_t *frame)
{
	enum microk_status status = supply_make(&pool, CAP_FRAME, pages, frame);

	if (status == OK)
		status =
			supply_map(&pool, ROOT_SPACE, *frame, address, RIGHT_READ | RIGHT_WRITE, 0);
	return status;
}

enum microk_status outbox_make(cap_t signal, struct outbox_frames *made)
{
	enum microk_status status = make_frame(INIT_LOG_PAGES, LINES_ADDRESS, &made->lines);

	if (status == OK)
		status = make_frame(1, SHOWN_ADDRESS, &made->shown);
	if (status == OK)
		status = cap_mint(signal, RIGHT_WRITE, 1, MINT_BADGE, &signal_slot);
	if (status != OK)
		return status;
	lines = (struct init_log *)LINES_ADDRESS;
	shown = (const struct init_log_shown *)SHOWN_ADDRESS;
	return OK;
}

void outbox_name(u32 id, const char *name)
{
	if (lines && id < INIT_LOG_PROCESSES)
		string_copy(lines->name[id], INIT_LOG_NAME, name);
}

void outbox_shown_by_log(bool by_log)
{
	if (lines && by_log && !shown_by_log)
		taken_back = lines->written;
	shown_by_log = lines && by_log;
}

bool outbox_put(const char *line, size_t bytes)
{
	struct init_log_line *l;
	struct message m = {0};

	if (!lines)
		return false;
	l = &lines->line[lines->written % INIT_LOG_LINES];
	l->bytes = (u16)MIN(bytes, (size_t)INIT_LOG_TEXT);
	l->on_serial = !shown_by_log;
	memcpy(l->text, line, l->bytes);
	__asm__ volatile("" ::: "memory"); /* the line is whole before it counts */
	lines->written++;
	ipc(SYS_SIGNAL, signal_slot, &m);
	return shown_by_log;
}

/* Accepts the number that the log reports only if that many lines were written. */
static void read_shown(void)
{
	if (shown->lines > taken_back && shown->lines <= lines->written)
		taken_back = shown->lines;
}

static int take_oldest(char *to)
{
	while (taken_back < lines->written) {
		struct init_log_line *l = &lines->line[taken_back++ % INIT_LOG_LINES];

		if (l->on_serial)
			continue;
		l->on_serial = true;
		memcpy(to, l->text, l->bytes);
		return l->bytes;
	}
	return -1;
}

int outbox_make_room(char *to)
{
	if (!shown_by_log)
		return -1;
	read_shown();
	return lines->written - taken_back < INIT_LOG_LINES ? -1 : take_oldest(to);
}

int outbox_take_back(char *to)
{
	if (!lines)
		return -1;
	read_shown();
	if (lines->written - taken_back > INIT_LOG_LINES) /* init has shown the older ones */
		taken_back = lines->written - INIT_LOG_LINES;
	return take_oldest(to);
}
