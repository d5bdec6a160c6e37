/* Exercise 1.1, system-call entry: run in a process of the host, into the C code and out again. */
#include "microk/syscall.h"
#include "x86/cpu.h"
#include "sched/thread.h"
#include "entry_fakes.h"
#include "unit.h"
#include <stddef.h>
#include <string.h>

#define STACK_BYTES 65536
#define FLAGS 0x246
#define RIP 0x401234
#define USER_SP 0x7fffffcfff80

static u64 kernel_stack;
static u64 given[16]; /* to unit_registers */
static struct {
	struct thread thread __attribute__((aligned(THREAD_BYTES)));
} *one;

static void enter(void)
{
	one = unit_object(THREAD_BYTES, 2 * THREAD_BYTES);
	kernel_stack = (u64)unit_object(4096, STACK_BYTES);
	memset(&one->thread.regs, UNIT_FILLED, sizeof(one->thread.regs));
	for (u32 i = 0; i < 13; i++)
		given[i] = 0x1111111111111111ul * (i + 1) ^ 0x5000000000000000ul;
	given[13] = RIP;
	given[14] = FLAGS;
	given[15] = USER_SP;
	memcpy(unit_registers, given, sizeof(given));
	cpu0.current = &one->thread;
	cpu0.kernel_sp = kernel_stack + STACK_BYTES;
	*(u64 *)((u8 *)&cpu0 + offsetof(struct cpu, tss.rsp)) = (u64)(&one->thread.regs + 1);
	entry_run();
	WANT(!entry_returns,
	     "user_return goes back to the thread that entered; kernel_exit decides which thread "
	     "runs next",
	     "the entry ends in kernel_exit", "it went to user_return");
	WANT(handles == 1,
	     "after the registers are saved and the stack is changed: call syscall_handle",
	     "syscall_handle is called once before kernel_exit",
	     text("it was called %lu times", handles));
}

static void path(void)
{
	enter();
	WANT_U64(
		"swapgs on the way in, times", 1, unit_swapgs_count,
		"gs is the user's until swapgs; %gs:CPU_… is the kernel's structure only after it");
	WANT(handle_sp > kernel_stack && handle_sp <= kernel_stack + STACK_BYTES,
	     "C code needs the kernel's stack, %gs:CPU_KERNEL_SP; the save area is not a stack, "
	     "and "
	     "the user's must not be trusted",
	     "syscall_handle runs on the kernel's stack", text("on a stack at 0x%lx", handle_sp));
	WANT(handle_sp > kernel_stack + STACK_BYTES - 256,
	     "each entry starts with an empty stack: nothing is left on it from before",
	     "the kernel's stack is taken from its top",
	     text("%lu bytes below it", kernel_stack + STACK_BYTES - handle_sp));
	WANT_U64("rbp in syscall_handle", 0, handle_bp,
		 "the chain of frame pointers ends here: a backtrace must not follow the user's "
		 "rbp");
}

static void frame(void)
{
	enter();
	struct regs *r = &one->thread.regs;

	WANT_U64("regs.rip (syscall leaves it in rcx)", RIP, r->rip,
		 "rcx holds rip and r11 the flags: push each where struct regs has it");
	WANT_U64("regs.rflags (syscall leaves them in r11)", FLAGS, r->rflags,
		 "rcx holds rip and r11 the flags: push each where struct regs has it");
	WANT_U64("regs.rsp, the user's", USER_SP, r->rsp,
		 "syscall changes no stack pointer: keep the user's in %gs:CPU_USER_SP before you "
		 "take another");
	WANT_U64("regs.cs", SEL_UCODE, r->cs,
		 "as an interrupt would have pushed it: the user's code selector");
	WANT_U64("regs.ss", SEL_UDATA, r->ss,
		 "as an interrupt would have pushed it: the user's data selector");
	WANT_U64("regs.vector", REGS_VECTOR_SYSCALL, r->vector,
		 "by this marker the way out finds that the thread entered by syscall");
	WANT_U64("regs.error", 0, r->error,
		 "an interrupt's frame has an error code below rip; without one it is 0");
}

/* The value there is another register's, or one that no register had. */
static void want_register(const char *what, u32 i, u64 got)
{
	bool other = got == 0xa5a5a5a5a5a5a5a5ul;

	for (u32 k = 0; k < 16; k++)
		other |= got == given[k];
	WANT_U64(what, given[i], got,
		 other ? "the order of the pushes is that of struct regs read from its end "
			 "(x86/regs.h); C code sees each register where it lies"
		       : "no register had that value at the entry: it was used for something else "
			 "before it was saved");
}

static void words(void)
{
	enter();
	struct regs *r = &one->thread.regs;

	want_register("regs.rax (the tag)", 0, r->rax);
	want_register("regs.rdi (the capability)", 3, r->rdi);
	want_register("regs.rsi (word 0)", 2, r->rsi);
	want_register("regs.rdx (word 1)", 1, r->rdx);
	want_register("regs.r8 (word 2)", 4, r->r8);
	want_register("regs.r9 (word 3)", 5, r->r9);
	want_register("regs.r10 (word 4)", 6, r->r10);
	want_register("regs.rbx (word 5)", 7, r->rbx);
	want_register("regs.r12 (word 6)", 9, r->r12);
	want_register("regs.r13 (word 7)", 10, r->r13);
}

static void survivors(void)
{
	enter();
	struct regs *r = &one->thread.regs;
	const char *why = "these survive a system call, so each is saved, though C functions "
			  "preserve them: the way out loads another thread's";

	WANT_U64("regs.rbp", given[8], r->rbp, why);
	WANT_U64("regs.r14", given[11], r->r14, why);
	WANT_U64("regs.r15", given[12], r->r15, why);
	const u8 *after = (const u8 *)(&one->thread.regs + 1), *end = (const u8 *)(one + 2);
	for (const u8 *p = after; p < end; p++)
		WANT(!*p, "the pushes begin at the end of struct regs and go down",
		     "nothing after struct regs is written",
		     text("byte %ld after it is", (long)(p - after)));
}

static const struct unit_check checks[] = {
	{"1.1.a", path},
	{"1.1.b", frame},
	{"1.1.c", words},
	{"1.1.d", survivors},
};
UNIT_MAIN(checks)
