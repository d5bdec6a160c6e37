/* entropy() rejects a broken RDRAND and never returns the same key twice. */
#include "pc/entropy.h"
#include "lib/print.h"
#include "x86/rdrand.h"
#include "x86/x86.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEYS 100

static enum answer {
	NONE,
	NEVER_READY,
	GOOD,
	ONES,
	ZEROS,
	ONE_NUMBER,
	ALTERNATING,
	ONES_LATER
} answer;
static u64 asked, tsc;
static char said[256];

u64 rdtsc(void)
{
	return tsc += 100;
}
u64 rdmsr(u32 msr)
{
	return msr;
}
u8 inb(u16 port)
{
	return (u8)port;
}
void cpuid(u32 leaf, u32 sub, u32 *a, u32 *b, u32 *c, u32 *d)
{
	*a = *b = *c = *d = leaf + sub;
}

bool rdrand_exists(void)
{
	return answer != NONE;
}

bool rdrand(u64 *value)
{
	asked++;
	switch (answer) {
	case GOOD: *value = asked * 0x9e3779b97f4a7c15; break;
	case ONES: *value = ~0ul; break;
	case ZEROS: *value = 0; break;
	case ONE_NUMBER: *value = 0x1234567; break;
	case ALTERNATING: *value = 5 + asked % 2; break;
	case ONES_LATER: *value = asked < 4 ? asked * 0x9e3779b97f4a7c15 : ~0ul; break;
	default: return false;
	}
	return true;
}

void kprintf(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(said, sizeof(said), format, args);
	va_end(args);
}

static void check(bool holds, const char *what)
{
	if (holds)
		return;
	printf("answer %u: %s; said: %s\n", answer, what, said);
	exit(1);
}

static void expect_keys_differ(void)
{
	u64 keys[KEYS];

	for (u32 i = 0; i < KEYS; i++) {
		keys[i] = entropy();
		for (u32 k = 0; k < i; k++)
			check(keys[k] != keys[i], "two keys are equal");
	}
}

int main(void)
{
	for (answer = NONE; answer <= ONES_LATER; answer++) {
		bool is_broken = answer > GOOD;

		said[0] = 0;
		asked = 0;
		entropy();
		check(is_broken == (strstr(said, "RDRAND is broken") != NULL), "the report");
		check((asked != 0) == (answer != NONE), "whether RDRAND is asked");
		expect_keys_differ();
	}
	printf("entropy: ok\n");
}
