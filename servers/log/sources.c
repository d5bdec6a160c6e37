/*
 * Both sources have the same form: a ring with one writer, which never waits, and a count of all that was ever written. If
 * the writer overwrites a line while it is being copied, the count shows that, and the line is dropped.
 */
#include "servers/log/sources.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "servers/log/lines.h"

static struct sources sources;
static u64 kernel_taken; /* bytes */
static u64 init_taken;   /* lines */

void sources_setup(const struct sources *from)
{
	sources = *from;
	kernel_taken = init_taken = 0;
	if (sources.info && sources.info_bytes < PAGE_SIZE + INFO_LOG_BYTES)
		sources.info = NULL;
}

/* ---- the kernel ---- */

static u64 kernel_written(void)
{
	return *(const volatile u64 *)&sources.info->log_bytes;
}

static char kernel_byte(u64 n)
{
	return ((const volatile char *)sources.info)[PAGE_SIZE + n % INFO_LOG_BYTES];
}

/* The source has overwritten lines that were not read yet. They are on the serial line, or init shows them there; the log
 * does not have them. */
static void add_lost(u32 source, u64 lost, const char *of_what, u64 at)
{
	char text[LOG_TEXT_MAX];
	int bytes = format(text, sizeof(text), "log: %lu %s were overwritten before they were read",
			   lost, of_what);

	lines_add(source, text, MIN((size_t)bytes, sizeof(text) - 1), true, at);
}

/* Goes on at the first complete line that is left. */
static void kernel_catch_up(u64 written)
{
	add_lost(LOG_SOURCE_KERNEL, written - INFO_LOG_BYTES - kernel_taken,
		 "of the kernel's bytes", 0);
	kernel_taken = written - INFO_LOG_BYTES;
	while (kernel_taken < written && kernel_byte(kernel_taken) != '\n')
		kernel_taken++;
	kernel_taken += kernel_taken < written;
}

/* Takes one line from kernel_taken on, or a piece of a line that is longer than the log's. False while its end is missing. */
static bool kernel_take_line(u64 written)
{
	char text[LOG_TEXT_MAX];
	u64 at = kernel_taken;
	size_t bytes = 0;

	while (at < written && bytes < sizeof(text) && kernel_byte(at) != '\n')
		text[bytes++] = kernel_byte(at++);
	if (at == written && bytes < sizeof(text))
		return false;
	if (kernel_written() - kernel_taken > INFO_LOG_BYTES)
		return true; /* overwritten meanwhile */
	lines_add(LOG_SOURCE_KERNEL, text, bytes, true, 0);
	kernel_taken = at + (at < written && kernel_byte(at) == '\n');
	return true;
}

static void kernel_take(void)
{
	for (;;) {
		u64 written = kernel_written();

		if (written - kernel_taken > INFO_LOG_BYTES)
			kernel_catch_up(written);
		if (!kernel_take_line(written))
			return;
	}
}

/* ---- init ---- */

static void init_take(void)
{
	u64 written;

	while ((written = sources.init->written) != init_taken) {
		if (written - init_taken > INIT_LOG_LINES) {
			add_lost(LOG_SOURCE_INIT, written - INIT_LOG_LINES - init_taken,
				 "of init's lines", written - INIT_LOG_LINES - 1);
			init_taken = written - INIT_LOG_LINES;
		}
		struct init_log_line copy = sources.init->line[init_taken % INIT_LOG_LINES];

		__asm__ volatile("" ::: "memory"); /* the copy comes before the look at the count */
		if (sources.init->written - init_taken > INIT_LOG_LINES)
			continue; /* overwritten meanwhile */
		lines_add(LOG_SOURCE_INIT, copy.text, MIN((size_t)copy.bytes, sizeof(copy.text)),
			  copy.on_serial, init_taken);
		init_taken++;
	}
}

/* ---- both ---- */

bool sources_take(void)
{
	u64 before = lines_count();

	if (sources.info)
		kernel_take();
	if (sources.init)
		init_take();
	return lines_count() != before;
}

void sources_shown(u64 before)
{
	const struct line *last = lines_find_before(LOG_SOURCE_INIT, before);

	if (sources.shown && last && last->at >= sources.shown->lines)
		sources.shown->lines = last->at + 1;
}

const char *sources_name(u32 id)
{
	static char name[INIT_LOG_NAME + 1];

	name[0] = '\0';
	if (sources.init && id < INIT_LOG_PROCESSES)
		memcpy(name, sources.init->name[id], INIT_LOG_NAME);
	return name;
}
