/* Stand-in for entry/entry_fast.c: every system call takes the path that the exercises are on. */
#include "entry/syscall.h"
#include "x86/cpu.h"
#include "x86/x86.h"

extern char syscall_entry[];
const u64 entry_point = (u64)syscall_entry;

void entry_choose(void)
{
	wrmsr(MSR_LSTAR, entry_point);
}
