/*
 * From vector and error code to a sentence.
 *
 * Weighed: seL4 prints "vm fault on data at address …" with raw status words; MINIX prints only the process and the signal.
 * A learner's first question is "what did it do, and where", so the sentence answers that, and the registers follow for
 * readers who want more. The kernel prints the faults that no thread handles (kernel/ipc/fault_print.c), by the same sentences.
 */
#include "lib/postmortem/fault.h"
#include "microk/ipcbuf.h"
#include "lib/microk/print.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"

#define VECTOR_PAGE_FAULT 14

/* Page-fault error code, Intel SDM vol. 3, 4.7. */
#define PF_PRESENT 0x1u
#define PF_WRITE 0x2u
#define PF_FETCH 0x10u

/* Intel SDM vol. 3, table 6-1: the exceptions that a program can cause. */
static const char *const vector_text[32] = {
	[0] = "divided by zero",
	[1] = "caused a debug exception",
	[3] = "hit a breakpoint",
	[4] = "caused an overflow exception",
	[5] = "used an index out of bounds",
	[6] = "ran an instruction that does not exist (or __builtin_trap)",
	[7] = "used the FPU without declaring it",
	[11] = "loaded a segment that is not present",
	[12] = "used a non-canonical stack address (a stack fault)",
	[13] = ("general protection fault: ran a privileged instruction, or used a "
		"non-canonical address"),
	[16] = "caused a floating-point error",
	[17] = "made an unaligned access",
	[19] = "caused a vector floating-point error",
};

#define STACK_END (STARTUP_STACK_TOP - STARTUP_STACK_PAGES * PAGE_SIZE)

/* The stack's guard is the whole gap below it, as a function with large variables may skip any one page. A wild address
 * in the gap does not mean that the stack is full: the stack pointer must have left the stack, too. */
static bool stack_is_full(u64 address, u64 stack_pointer)
{
	bool in_gap = address >= STARTUP_STACK_GUARD && address < STACK_END;
	bool near = address >= STACK_END - PAGE_SIZE;

	return in_gap &&
	       (near || (stack_pointer >= STARTUP_STACK_GUARD && stack_pointer <= STACK_END));
}

static void describe_page_fault(u64 error, u64 address, u64 stack_pointer, char *to, size_t bytes)
{
	const char *did = error & PF_FETCH ? "ran code at" : error & PF_WRITE ? "wrote to" : "read";
	const char *why = "where nothing is mapped";

	if (error & PF_PRESENT)
		why = address >= 1ul << 47 ? "which is the kernel's"
		      : error & PF_FETCH   ? "which is not executable"
		      : error & PF_WRITE   ? "which is read-only"
					   : "which it may not read";
	else if (stack_is_full(address, stack_pointer))
		why = "below its stack: the stack is full";
	else if (address >= 1ul << 47)
		why = "which is the kernel's";
	else if (address < PAGE_SIZE)
		why = "where nothing is mapped (a null pointer)";
	format(to, bytes, "page fault: %s 0x%lx, %s", did, address, why);
}

void fault_describe(const u64 words[], char *to, size_t bytes)
{
	u64 vector = words[FAULT_VECTOR];

	if (vector == VECTOR_PAGE_FAULT)
		describe_page_fault(
			words[FAULT_ERROR], words[FAULT_ADDRESS], words[FAULT_SP], to, bytes);
	else if (vector < ARRAY_LEN(vector_text) && vector_text[vector])
		format(to, bytes, "%s", vector_text[vector]);
	else
		format(to, bytes, "exception %lu, error code 0x%lx", vector, words[FAULT_ERROR]);
}

bool fault_is_fetch(const u64 words[])
{
	return words[FAULT_VECTOR] == VECTOR_PAGE_FAULT && (words[FAULT_ERROR] & PF_FETCH);
}
