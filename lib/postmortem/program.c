/*
 * The report reads memory and writes lines through two functions of its caller, so that it neither maps memory nor depends
 * on a log.
 *
 * Weighed: libunwind reads a remote process through accessor functions of its caller, as here; Fuchsia's inspector library
 * reads with system calls and prints to a FILE, which ties it to one kernel and one libc, and keeps it out of host tests.
 */
#include "lib/postmortem/program.h"
#include "lib/microk/print.h"

void report_line(const struct dead_program *d, const char *fmt, ...)
{
	char line[REPORT_LINE];
	va_list args;

	va_start(args, fmt);
	vformat(line, sizeof(line), fmt, args);
	va_end(args);
	d->line(d->context, line);
}
