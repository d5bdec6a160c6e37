/* Exercise 1.3, context switch: privileged instructions are recorded and not executed. */
#include "sched/switch.h"
#include "x86/cpu.h"
#include "unit.h"
#include "switch_fakes.h"
#include <stddef.h>

static u64 *entry_sp(void)
{
	return (u64 *)((u8 *)&cpu0 + offsetof(struct cpu, tss.rsp));
}

static struct thread *new_thread(u64 root)
{
	struct thread *t = unit_object(THREAD_BYTES, THREAD_BYTES);

	t->cr3 = root;
	t->state = THREAD_READY;
	return t;
}

static void current(void)
{
	struct thread *a = new_thread(0x1000), *b = new_thread(0x2000);

	thread_switch(a);
	WANT(cpu0.current == a, "cpu->current is the thread whose registers the way out restores",
	     "the thread is current afterwards", "another is, or none");
	thread_switch(b);
	WANT(cpu0.current == b, "cpu->current is the thread whose registers the way out restores",
	     "the second thread is current after it", "another is, or none");
	WANT_U64("switches counted", 2, switches,
		 "stats_switch() counts them, for /proc and the benchmarks");
}

static void entry(void)
{
	struct thread *a = new_thread(0x1000), *b = new_thread(0x1000);

	thread_switch(a);
	thread_switch(b);
	WANT(*entry_sp() == (u64)(&b->regs + 1),
	     *entry_sp() == (u64)&b->regs
		     ? "pushes go down from the entry stack pointer: it names the END of the new "
		       "thread's struct regs (entry_stack_set)"
		     : "entry_stack_set makes the next entry save into the new thread",
	     "entry saves at the end of the new thread's struct regs",
	     *entry_sp() == (u64)&b->regs ? "it saves at its start"
	     : *entry_sp() == (u64)(&a->regs + 1)
		     ? "it still saves into the old thread"
		     : "it saves elsewhere");
}

static void space(void)
{
	struct thread *a = new_thread(0x1000), *b = new_thread(0x2000), *c = new_thread(0x2000);

	thread_switch(a);
	WANT_U64("cr3 after a switch to a thread of space 0x1000", 0x1000, cr3,
		 cpu0.cr3 == 0x1000 && !cr3_writes
			 ? "cpu->cr3 notes the new tables, and cr3 was "
			   "not written: change both, where they differ"
			 : "compare t->cr3 with the loaded one, "
			   "cpu->cr3, and load it where they differ");
	WANT_U64("cpu->cr3", 0x1000, cpu0.cr3,
		 "cpu->cr3 notes the loaded value, or the next comparison is wrong");
	thread_switch(b);
	WANT_U64("cr3 after a switch to one of space 0x2000", 0x2000, cr3,
		 "the other thread's memory is still in place: cr3 was not written");
	WANT_U64("cpu->cr3", 0x2000, cpu0.cr3, "cpu->cr3 notes the loaded value");
	u64 writes = cr3_writes;
	thread_switch(c);
	WANT_U64("writes of cr3 for a switch within one address space", 0, cr3_writes - writes,
		 "a write of cr3 empties the TLB: between two threads of one address space it is a "
		 "waste");
}

static void nobody(void)
{
	struct thread *a = new_thread(0x1000);

	thread_switch(a);
	cpu0.current = a;
	u64 before = cr3;
	thread_switch(NULL);
	WANT(!cpu0.current,
	     "NULL is not a thread: the processor idles, and no thread's registers may be restored",
	     "no thread is current after thread_switch(NULL)", "the old thread still is");
	WANT_U64("cr3", before, cr3,
		 "without a thread there is no address space to load: the loaded one stays");
	thread_switch(a);
	WANT(cpu0.current == a, NULL, "the thread is current again", "it is not");
}

static void thread_pointer(void)
{
	struct thread *a = new_thread(0x1000), *b = new_thread(0x1000), *c = new_thread(0x1000);
	const char *why = "the FS base is the thread's own: MSR_FS_BASE is written with t->fs_base";

	a->fs_base = 0x7000, b->fs_base = 0x8000;
	a->extras = b->extras = EXTRA_TLS;
	thread_switch(a);
	WANT_U64("the register that is written", FS_BASE, fs_register,
		 "MSR_FS_BASE holds the thread pointer");
	WANT_U64("FS base of the first thread", 0x7000, fs, why);
	thread_switch(b);
	WANT_U64("FS base of the second", 0x8000, fs, why);
	thread_switch(c);
	WANT_U64("FS base of a thread that has none", 0, fs,
		 "the old thread's pointer must not be left to the next: it is data of another "
		 "task");
	u64 writes = fs_writes;
	thread_switch(new_thread(0x1000));
	WANT_U64("writes of the FS base between two threads without one", 0, fs_writes - writes,
		 "0 after 0 is in place already, and wrmsr is slow");
	thread_switch(a);
	fs = 0; /* user code can clear its base by loading fs */
	thread_switch(b);
	thread_switch(a);
	fs = 0;
	b->fs_base = a->fs_base;
	thread_switch(b);
	WANT_U64("FS base, though the noted one is the same but user code has cleared the real one",
		 0x7000, fs,
		 "user code can change its base without the kernel's noticing (loading fs): the "
		 "note is sure only where both are 0");
}

/* The likely cause of a wrong account; `other` if the clock was read once. */
static const char *charged_wrongly(u64 reads_before, const char *other)
{
	if (clock_reads - reads_before > 1)
		return "a charge reads the clock once: the ticks between two readings are charged "
		       "twice, or never";
	return other;
}

static void account(void)
{
	struct thread *a = new_thread(0x1000);

	clock_now = 5000;
	thread_switch(a);
	WANT_U64("charged_since after a switch at 5000", 5000, cpu0.charged_since,
		 "a thread's clock starts when it becomes current, or it pays for others");
	cpu0.charged = a;
	clock_now = 5300;
	u64 reads = clock_reads;
	thread_charge(a);
	WANT_U64("ticks charged for 300", 300, a->ticks,
		 charged_wrongly(reads, "the time since charged_since is charged"));
	clock_now = 5450;
	reads = clock_reads;
	thread_charge(a);
	WANT_U64("ticks charged in all, for 300 and 150", 450, a->ticks,
		 charged_wrongly(reads, a->ticks > 450 ? "each charge moves charged_since on, or "
							 "the same time is charged twice"
						       : "a charge is added to the ticks of the "
							 "account, and does not replace them"));
}

static const struct unit_check checks[] = {
	{"1.3.a", current}, {"1.3.b", entry},          {"1.3.c", space},
	{"1.3.d", nobody},  {"1.3.e", thread_pointer}, {"1.3.f", account},
};
UNIT_MAIN(checks)
