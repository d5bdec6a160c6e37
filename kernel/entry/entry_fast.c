/* Decides where system calls enter: by the fast path, unless messages are recorded (then all take the slow path) or the next
 * message is to be timed. */
#include "entry/syscall.h"
#include "microk/error.h"
#include "object/invoke.h"
#include "microk/syscall.h"
#include "sched/thread.h"
#include "x86/cpu.h"
#include "x86/x86.h"

extern char fastpath_entry[], fastpath_timed_entry[], syscall_entry[];
const u64 entry_point = (u64)fastpath_entry;

_Static_assert(SYS_CALL == 0 && OK == 0, "the fast path asks for zero, and leaves it");
_Static_assert(SYS_REPLY_RECV == 1, "the tag of an answer without words");
_Static_assert(offsetof(struct slot, type) == 0, "the fast path compares the first byte");
_Static_assert(offsetof(struct invocation, caller) == (u64)MSG_REGS * 8 &&
		       offsetof(struct invocation, slot) == (u64)MSG_REGS * 8 + 8 &&
		       offsetof(struct invocation, label) == (u64)MSG_REGS * 8 + 16 &&
		       offsetof(struct invocation, result) == (u64)MSG_REGS * 8 + 24,
	       "the fast path pushes words, caller, slot, and in one word the rest");
_Static_assert(offsetof(struct thread, extras) == offsetof(struct thread, priority) + 1,
	       "the fast path reads both at once");
_Static_assert(SLOW_SAMPLE == 1 && SLOW_TRACE == 2 && SLOW_TIMER == 4, "all there are");

void entry_choose(void)
{
	u64 reasons = this_cpu()->slow_reasons, entry = entry_point;

	if (reasons & (SLOW_TRACE | SLOW_TIMER))
		entry = (u64)syscall_entry;
	else if (reasons & SLOW_SAMPLE)
		entry = (u64)fastpath_timed_entry;
	wrmsr(MSR_LSTAR, entry);
}
