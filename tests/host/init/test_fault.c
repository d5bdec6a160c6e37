/* Fault reports: the sentence for each kind of fault. */
#include "check.h"
#include "microk/ipcbuf.h"
#include "servers/init/fault.h"
#include "servers/init/log.h"
#include <stdarg.h>

static char logged[4096];

void log_line(const char *fmt, ...)
{
	va_list args;
	size_t used = strlen(logged);
	va_start(args, fmt);
	vsnprintf(logged + used, sizeof(logged) - used, fmt, args);
	va_end(args);
	strcat(logged, "\n");
}

static void says(u64 vector, u64 code, u64 address, const char *expected)
{
	u64 words[FAULT_WORDS] = {
		[FAULT_VECTOR] = vector, [FAULT_ERROR] = code, [FAULT_ADDRESS] = address};
	char got[FAULT_TEXT];
	fault_describe(words, got, sizeof(got));
	if (strcmp(got, expected) != 0) {
		printf("expected: %s\ngot:      %s\n", expected, got);
		check_failures++;
	}
}

static void test_sentences(void)
{
	says(14, 4, 0x7000, "page fault: read 0x7000, where nothing is mapped");
	says(14, 6, 0, "page fault: wrote to 0x0, where nothing is mapped (a null pointer)");
	says(14, 7, 0x400000, "page fault: wrote to 0x400000, which is read-only");
	says(14, 0x15, 0x402000, "page fault: ran code at 0x402000, which is not executable");
	says(14, 0x14, 0x9000, "page fault: ran code at 0x9000, where nothing is mapped");
	says(14, 5, 0xffffffff80000000,
	     "page fault: read 0xffffffff80000000, which is the kernel's");
	says(14, 4, 0xffff900000000000,
	     "page fault: read 0xffff900000000000, which is the kernel's");
	says(14, 6, STARTUP_STACK_TOP - STARTUP_STACK_PAGES * PAGE_SIZE - 8,
	     "page fault: wrote to 0x7fffffaefff8, just below its stack: the stack is full");
	says(0, 0, 0, "divided by zero");
	says(6, 0, 0, "ran an instruction that does not exist (or __builtin_trap)");
	says(15, 3, 0, "exception 15, error code 0x3");
	says(~0ul, 0, 0, "exception 18446744073709551615, error code 0x0");
}

static void test_report(void)
{
	static const struct conf_service conf = {.name = "disk", .program = "boot/disk"};
	const struct unit unit = {.conf = &conf};
	u64 words[FAULT_WORDS] = {
		[FAULT_VECTOR] = 14, [FAULT_ERROR] = 6,   [FAULT_IP] = 0x400123,
		[FAULT_SP] = 0x7000, [FAULT_REGS] = 0x11, [FAULT_REGS + 14] = 0x15};
	/* A name of all 16 bytes has no zero behind it. */
	memcpy(&words[FAULT_NAME0], "abcdefghijklmnop", 16);
	fault_report(&unit, words);
	CHECK(strstr(logged, "service disk, thread abcdefghijklmnop: page fault: wrote to 0x0"));
	CHECK(strstr(logged, "at 0x400123 in boot/disk"));
	CHECK(strstr(logged, "rax 0000000000000011"));
	CHECK(strstr(logged, "r15 0000000000000015"));
	CHECK(strstr(logged, "disk is stopped"));
}

int main(void)
{
	test_sentences();
	test_report();
	return check_result("fault");
}
