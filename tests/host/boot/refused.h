/* The kernel's refusal of a machine, as the test's: its words are kept, and `refused` is where the test goes on. */
#pragma once
#include "lib/print.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

static char refusal[256];
static jmp_buf refused;

_Noreturn void refuse(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(refusal, sizeof(refusal), format, args);
	va_end(args);
	longjmp(refused, 1);
}
