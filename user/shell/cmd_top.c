/*
 * top: the processes, those first that run most, anew each second.
 *
 * Weighed: a Notification that the terminal and a timer both signal, and one look a second. Ten looks a second, a call each, need
 * no Notification and no slot, and the person waits a tenth of a second at most.
 */
#include "lib/microk/pause.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "microk/info.h"
#include "user/shell/command.h"
#include "user/shell/keys.h"
#include "user/shell/line.h"
#include "user/shell/listing.h"
#include "user/shell/output.h"
#include "user/shell/process.h"
#include "user/shell/sort.h"

#define SHOWN_MAX 64u /* processes; a system.conf has fewer */
#define LOOKS 10u     /* for a key, a second */
#define ROWS_ABOVE 2u

struct row {
	struct process p;
	u64 ran; /* milliseconds, since the table before this one */
};

static struct row rows[SHOWN_MAX];
static struct {
	u32 id;
	u64 milliseconds;
} before_this[SHOWN_MAX];
static u32 count, count_before;

static u64 ran_before(u32 id)
{
	for (u32 i = 0; i < count_before; i++)
		if (before_this[i].id == id)
			return before_this[i].milliseconds;
	return 0;
}

static bool comes_before(void *context, size_t i, size_t j)
{
	const struct row *r = context;

	return r[i].ran != r[j].ran ? r[i].ran > r[j].ran : r[i].p.id < r[j].p.id;
}

static void swap(void *context, size_t i, size_t j)
{
	struct row *r = context, kept = r[i];

	r[i] = r[j];
	r[j] = kept;
}

static enum microk_status look(void)
{
	const struct listing *l;
	enum microk_status status = listing_read("/proc", &l);

	if (status != OK)
		return status;
	count_before = count;
	for (u32 i = 0; i < count; i++) {
		before_this[i].id = rows[i].p.id;
		before_this[i].milliseconds = rows[i].p.milliseconds;
	}
	count = 0;
	for (u32 i = 0; i < l->count && count < SHOWN_MAX; i++) {
		struct row *r = &rows[count];
		u64 id;
		/* A process that ended after the listing is not an error. */
		if (!string_number(l->entry[i]->name, &id) || process_read((u32)id, &r->p) != OK)
			continue;
		u64 earlier = ran_before(r->p.id);
		/* A new instance begins at 0. */
		r->ran = r->p.milliseconds - (r->p.milliseconds >= earlier ? earlier : 0);
		count++;
	}
	sort(rows, count, comes_before, swap);
	return OK;
}

/* One line of the terminal, cut to its width, in place of the line before. */
__attribute__((format(printf, 1, 2))) static void show_line(const char *fmt, ...)
{
	char text[128];
	va_list args;

	va_start(args, fmt);
	vformat(text, sizeof(text), fmt, args);
	va_end(args);
	text[MIN(sizeof(text) - 1, (size_t)command_columns() - 1)] = '\0';
	out("%s\x1b[K\n", text);
}

/* `elapsed`, `idle`: milliseconds since the table before. */
static void show(u64 elapsed, u64 idle)
{
	u64 whole = MAX(elapsed, 1ul), permille = MIN(idle * 1000 / whole, 1000ul);
	u32 room = command_rows() > ROWS_ABOVE + 1 ? command_rows() - ROWS_ABOVE - 1 : 1;

	out_text("\x1b[H");
	show_line("%u processes, idle %lu.%lu%%; q or ^C ends", count, permille / 10,
		  permille % 10);
	show_line("%4s  %-12s %-10s %3s  %6s %13s  %s", "ID", "NAME", "STATE", "PRI", "SHARE",
		  "TIME", "MEMORY USED");
	for (u32 i = 0; i < MIN(count, room); i++) {
		const struct process *p = &rows[i].p;
		u64 share = MIN(rows[i].ran * 1000 / whole, 1000ul);
		show_line("%4u  %-12s %-10s %3u  %3lu.%lu%% %'10lu ms %'7lu / %'lu KiB", p->id,
			  p->name, p->state, p->priority, share / 10, share % 10, p->milliseconds,
			  p->used_kib, p->memory_kib);
	}
	out_text("\x1b[J");
	out_flush();
}

/* Waits a second; false if the person has ended it. */
static bool wait(u64 tsc_hz)
{
	for (u32 i = 0; i < LOOKS; i++) {
		int typed;
		while ((typed = line_typed()) >= 0)
			if (typed == 'q' || typed == KEY_CTRL('C'))
				return false;
		if (pause_ticks(tsc_hz / LOOKS) != OK)
			return false;
	}
	return true;
}

static int top_run(const struct arguments *a)
{
	const struct microk_info *info = command_info_area("top");
	enum microk_status status;

	(void)a;
	if (!info)
		return EXIT_FAILED;
	if (info->tsc_hz < 1000) {
		err_row("top: the kernel could not measure how fast the clock runs");
		return EXIT_FAILED;
	}
	if (!out_is_terminal()) {
		err_row("top: it draws on a terminal; ps writes the processes to a file or a pipe");
		return EXIT_FAILED;
	}
	u64 at = info->boot_tsc, idle = 0, per_ms = info->tsc_hz / 1000;
	count = 0;
	out_text("\x1b[2J");
	do {
		status = look();
		u64 now = tsc_read(), idle_now = info->idle_ticks;
		if (status == OK)
			show((now - at) / per_ms, (idle_now - idle) / per_ms);
		at = now;
		idle = idle_now;
	} while (status == OK && wait(info->tsc_hz));
	return status == OK ? EXIT_OK : stream_report("top", "/proc", status);
}

const struct command command_top = {
	.name = "top",
	.usage = "top",
	.summary = "Show the processes that run most, each second",
	.details = "SHARE is the part of the time since the table before; in the first table, "
		   "since the start of the machine. q or ^C ends it.",
	.run = top_run,
};
