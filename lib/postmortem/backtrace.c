/*
 * Follows the frame pointers through the dead program's memory: each must be aligned and lie above the one before, so that
 * the walk ends with any content of the stack.
 */
#include "lib/postmortem/backtrace.h"
#include "microk/ipcbuf.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"
#include "lib/postmortem/fault.h"
#include "lib/postmortem/symbols.h"

#define FRAMES_SHOWN 16
#define REG_RBP 6 /* after FAULT_REGS */

static const char *program_name(const struct dead_program *d)
{
	const char *slash = strrchr(d->program, '/');

	return slash ? slash + 1 : d->program;
}

void place_describe(const struct dead_program *d, u64 address, bool is_return, char *to,
		    size_t bytes)
{
	char name[SYMBOL_TEXT];

	if (symbol_find(d->symbols, d->symbol_bytes, program_name(d), address, is_return, name,
			sizeof(name)))
		format(to, bytes, "0x%lx %s", address, name);
	else
		format(to, bytes, "0x%lx", address);
}

static void report_caller(const struct dead_program *d, u64 address)
{
	char place[PLACE_TEXT];

	place_describe(d, address, true, place, sizeof(place));
	report_line(d, "        called from %s in %s", place, d->program);
}

static bool read_word(const struct dead_program *d, u64 address, u64 *word)
{
	return address % sizeof(*word) == 0 && d->read(d->context, address, word);
}

void backtrace_report(const struct dead_program *d, const u64 words[])
{
	u64 frame = words[FAULT_REGS + REG_RBP], above, caller;

	/* The thread called an address without code: the return address is on the stack, and there is no frame yet. */
	if (fault_is_fetch(words) && read_word(d, words[FAULT_SP], &caller))
		report_caller(d, caller);
	for (u32 shown = 0;
	     read_word(d, frame, &above) && read_word(d, frame + 8, &caller) && caller != 0;
	     shown++) {
		if (shown == FRAMES_SHOWN) {
			report_line(d, "        called from further up, and so on");
			return;
		}
		report_caller(d, caller);
		if (above <= frame)
			return;
		frame = above;
	}
}
