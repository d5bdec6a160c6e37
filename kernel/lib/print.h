/* The kernel's log: serial line 1 and the log text of the information area. */
#pragma once
#include "microk/types.h"

/* printf for the log. Knows %s %c %d %u %x %p %lu %lx %ld %%; %.16s: a name of at most 16 characters,
 * those that do not print as ?; %08x: at least 8 digits. */
void kprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same, for facts that matter only when something is wrong: printed where the command line has the word
 * "verbose". */
void kverbose(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes a number's digits, at most NUMBER_DIGITS, the last of them just before `end`. Returns where the first is. */
char *number_digits(char *end, u64 value, u32 base);
#define NUMBER_DIGITS 20

/* A character of a name that user space chose: such a name must not start a line, nor control the terminal. */
static inline char name_character(char c)
{
	return c >= ' ' && c <= '~' ? c : '?';
}

/* Prints the reason and a symbol-ready backtrace ("  at 0x..."), then halts for good
 * (through isa-debug-exit with status 0x7f where a machine has it). Never returns. */
_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Reports why MicroK cannot run on this machine, which is not the kernel's fault; then ends the machine as a panic does. */
_Noreturn void refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A property that holds unless the kernel itself is wrong. */
#define ASSERT(condition)                                                        \
	do {                                                                     \
		if (!(condition))                                                \
			panic("%s:%d: assertion failed: %s", __FILE__, __LINE__, #condition); \
	} while (0)
