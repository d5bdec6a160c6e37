/* The report begins with the sentence that a person looks for, and ends with the registers. */
#include "lib/postmortem/report.h"
#include "microk/ipcbuf.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"
#include "lib/postmortem/backtrace.h"
#include "lib/postmortem/fault.h"

void fault_report(const struct dead_program *d, const u64 words[])
{
	static const char *const names[] = {"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "r8 ",
					    "r9 ", "r10", "r11", "r12", "r13", "r14", "r15"};
	char what[FAULT_TEXT], place[PLACE_TEXT], thread[17] = {0};
	const u64 *reg = words + FAULT_REGS;

	fault_describe(words, what, sizeof(what));
	place_describe(d, words[FAULT_IP], false, place, sizeof(place));
	memcpy(thread, words + FAULT_NAME0, 16);
	printable(thread, sizeof(thread));
	report_line(d, "[fault] service %s, thread %s: %s", d->service, thread, what);
	report_line(d, "        at %s in %s, stack 0x%lx, flags 0x%lx", place, d->program,
		    words[FAULT_SP], words[FAULT_FLAGS]);
	backtrace_report(d, words);
	for (u32 i = 0; i < 15; i += 3)
		report_line(d, "        %s %016lx  %s %016lx  %s %016lx", names[i], reg[i],
			    names[i + 1], reg[i + 1], names[i + 2], reg[i + 2]);
}
