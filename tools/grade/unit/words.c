/* In the judge and in the subject: the texts of the checks' messages. */
#include "unit.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "lib/status.h"

#define LONGEST 1200
#define SMALL 10000

/* Lies after the memory that both see (unit.py): the heap of a program begins after its last variable. */
char unit_last __attribute__((section("unit_after"))) = 1;

const char *text(const char *format, ...)
{
	char *line = malloc(LONGEST);
	va_list args;

	va_start(args, format);
	vsnprintf(line, LONGEST, format, args);
	va_end(args);
	return line;
}

const char *status_word(u64 status)
{
	switch (status) {
#define X(name, number, what)                                                                      \
	case number: return #name;
		MICROK_STATUS(X)
#undef X
	case DELIVERED: return "DELIVERED";
	case PREEMPTED: return "PREEMPTED";
	case 255: return "STATUS_DEFERRED"; /* of lib/microk/server.h, which lab 1 has not */
	}
	return text("%s, which is not a status", number_word(status));
}

const char *number_word(u64 number)
{
	const long is_signed = (long)number;

	if (number == 0x0101010101010101ul * UNIT_FILLED)
		return "it was never written";
	if (is_signed > -SMALL && is_signed < SMALL)
		return text("%ld", is_signed);
	return text("0x%lx", number);
}
