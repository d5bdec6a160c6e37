/* Fault reports: the sentence for each kind of fault, and a report whatever the program left in its memory. */
#include "lib/microk/startup.h"
#include "lib/postmortem/fault.h"
#include "lib/postmortem/report.h"
#include "microk/ipcbuf.h"
#include "tests/host/check.h"

static char logged[8192];

static void to_text(void *context, const char *text)
{
	(void)context;
	CHECK(strlen(text) < REPORT_LINE && strlen(logged) + REPORT_LINE < sizeof(logged));
	strcat(logged, text);
	strcat(logged, "\n");
}

/* ---- The report's sources: the table of functions, and a stack ---- */

static const char table[] =
	"program disk\n400000 _start\n400100 main\n400200 read_block\n400300 -\n";
static _Alignas(16) u8 stack[STARTUP_STACK_PAGES * PAGE_SIZE];

static bool read_stack(void *context, u64 address, u64 *word)
{
	u64 offset = address - (STARTUP_STACK_TOP - sizeof(stack));

	CHECK(context == stack && address % 8 == 0);
	if (offset > sizeof(stack) - 8)
		return false;
	memcpy(word, stack + offset, 8);
	return true;
}

static bool read_nothing(void *context, u64 address, u64 *word)
{
	(void)context, (void)address, (void)word;
	return false;
}

/* Where the words of the program's stack are, `offset` bytes below its top. */
#define STACK(offset) (*(u64 *)(stack + sizeof(stack) - (offset)))
#define ADDRESS(offset) (STARTUP_STACK_TOP - (offset))

static u64 stack_pointer;

static void says(u64 vector, u64 code, u64 address, const char *expected)
{
	u64 words[FAULT_WORDS] = {
		[FAULT_VECTOR] = vector,
		[FAULT_ERROR] = code,
		[FAULT_ADDRESS] = address,
		[FAULT_SP] = stack_pointer};
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
	     "page fault: wrote to 0x7fffffaefff8, below its stack: the stack is full");
	/* Farther down it depends on the stack pointer. */
	says(14, 6, 0x7fffffa00000, "page fault: wrote to 0x7fffffa00000, where nothing is mapped");
	stack_pointer = 0x7fffff9fff00;
	says(14, 6, 0x7fffffa00000,
	     "page fault: wrote to 0x7fffffa00000, below its stack: the stack is full");
	says(14, 4, 0x3fffffffffff, "page fault: read 0x3fffffffffff, where nothing is mapped");
	stack_pointer = STARTUP_STACK_TOP - STARTUP_STACK_PAGES * PAGE_SIZE + 8;
	says(14, 6, 0x7fffffa00000, "page fault: wrote to 0x7fffffa00000, where nothing is mapped");
	stack_pointer = 0;
	says(0, 0, 0, "divided by zero");
	says(6, 0, 0, "ran an instruction that does not exist (or __builtin_trap)");
	says(13, 0, 0,
	     "general protection fault: ran a privileged instruction, or used a non-canonical "
	     "address");
	says(15, 3, 0, "exception 15, error code 0x3");
	says(~0ul, 0, 0, "exception 18446744073709551615, error code 0x0");
}

static void test_report(void)
{
	const struct dead_program disk = {
		.service = "disk", .program = "boot/disk", .read = read_nothing, .line = to_text};
	u64 words[FAULT_WORDS] = {
		[FAULT_VECTOR] = 14, [FAULT_ERROR] = 6,   [FAULT_IP] = 0x400123,
		[FAULT_SP] = 0x7000, [FAULT_REGS] = 0x11, [FAULT_REGS + 14] = 0x15};

	/* A name of all 16 bytes has no zero after it. */
	memcpy(&words[FAULT_NAME0], "abcdefghijklmnop", 16);
	fault_report(&disk, words);
	CHECK(strstr(logged, "service disk, thread abcdefghijklmnop: page fault: wrote to 0x0"));
	CHECK(strstr(logged, "at 0x400123 in boot/disk"));
	CHECK(strstr(logged, "rax 0000000000000011"));
	CHECK(strstr(logged, "r15 0000000000000015"));
	CHECK(!strstr(logged, "called from"));
	/* A name may also contain bytes that must not be shown. */
	memcpy(&words[FAULT_NAME0], "x\x1b[2J\x1b[H[ok] r\r\n", 16);
	fault_report(&disk, words);
	CHECK(strstr(logged, "thread x?[2J?[H[ok] r??: page fault") && !strchr(logged, '\x1b'));
}

static const char *report(u64 vector, u64 code, u64 ip, u64 sp, u64 rbp)
{
	const struct dead_program disk = {
		.service = "d",
		.program = "boot/disk",
		.symbols = table,
		.symbol_bytes = sizeof(table) - 1,
		.read = read_stack,
		.line = to_text,
		.context = stack};
	u64 words[FAULT_WORDS] = {
		[FAULT_VECTOR] = vector,
		[FAULT_ERROR] = code,
		[FAULT_IP] = ip,
		[FAULT_SP] = sp,
		[FAULT_REGS + 6] = rbp};

	logged[0] = '\0';
	fault_report(&disk, words);
	return logged;
}

static u32 callers(const char *text)
{
	u32 count = 0;

	while ((text = strstr(text, "called from")))
		count++, text++;
	return count;
}

static void test_backtrace(void)
{
	STACK(64) = ADDRESS(32), STACK(56) = 0x400123;
	STACK(32) = 0, STACK(24) = 0x40000b;
	const char *text = report(14, 6, 0x400211, ADDRESS(80), ADDRESS(64));
	CHECK(strstr(text, "at 0x400211 read_block+0x11 in boot/disk, stack"));
	CHECK(strstr(text, "\n        called from 0x400123 main+0x23 in boot/disk\n"
			   "        called from 0x40000b _start+0xb in boot/disk\n        rax"));
	/* It ran an address without code: the caller is on top of the stack. */
	STACK(80) = 0x400200;
	text = report(14, 0x14, 0x10, ADDRESS(80), ADDRESS(64));
	CHECK(strstr(text, "at 0x10 in boot/disk, stack"));
	CHECK(strstr(text, "called from 0x400200 main+0x100 in") && callers(text) == 3);
}

/* The stack is the program's: frames that lead out of it, down, in circles, or nowhere end the report. */
static void test_bad_stacks(void)
{
	const u64 ends[] = {
		0,
		1,
		ADDRESS(8),
		ADDRESS(0),
		ADDRESS(65),
		~0ul,
		~7ul,
		STARTUP_STACK_TOP - sizeof(stack) - 8,
		0xffffffff80000000};

	STACK(64) = ADDRESS(64), STACK(56) = 0x400123; /* its own caller */
	CHECK(callers(report(0, 0, 0x400100, 0, ADDRESS(64))) == 1);
	for (u32 i = 0; i < ARRAY_LEN(ends); i++) {
		CHECK(callers(report(0, 0, 0x400100, ends[i], ends[i])) == 0);
		CHECK(callers(report(14, 0x10, 0x400100, ends[i], ends[i])) <=
		      (ends[i] == ADDRESS(8)));
		STACK(64) = ends[i];
		CHECK(callers(report(0, 0, 0x400100, 0, ADDRESS(64))) == 1);
	}
	for (u64 at = 1024; at >= 32; at -= 16)
		STACK(at) = ADDRESS(at - 16), STACK(at - 8) = 0x400150;
	CHECK(callers(report(0, 0, 0x400100, 0, ADDRESS(1024))) == 17);
	CHECK(callers(report(0, 0, 0x400100, 0, STARTUP_STACK_TOP - sizeof(stack))) <= 1);
	unsigned long random = 1;
	for (int i = 0; i < 2000; i++) {
		for (u64 at = 16; at <= 512; at += 8)
			STACK(at) = ADDRESS(random_next(&random) % 600);
		CHECK(callers(report(14, 0x10, 0, ADDRESS(random_next(&random) % 600),
				     ADDRESS(random_next(&random) % 600))) <= 18);
	}
}

int main(void)
{
	test_sentences();
	test_report();
	test_backtrace();
	test_bad_stacks();
	return check_result("report");
}
