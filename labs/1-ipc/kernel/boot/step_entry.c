/* Exercise 1.1: a program with a known value in each register makes one system call. Its record is looked at twice: as the
 * entry left it, and after the way back, when the program's last instruction raised an exception. */
#include "../../kernel/boot/step.h"
#include "lib/print.h"
#include "x86/regs.h"

#define STACK (STEPS_DATA + 0xff0)
#define SYS_SIGNAL 5

struct regs step_call;
u32 step_calls;

static const struct {
	const char *name;
	size_t at; /* in struct regs */
	u64 value;
} known[] = {
#define X(name, value) {#name, offsetof(struct regs, name), value}
	X(rax, SYS_SIGNAL), X(rdi, 0xd1),  X(rsi, 0x51),     X(rdx, 0xd0),
	X(rbx, 0xb0),       X(rbp, 0xb9),  X(r8, 0x8),       X(r9, 0x9),
	X(r10, 0x10),       X(r12, 0x12),  X(r13, 0x13),     X(r14, 0x14),
	X(r15, 0x15),       X(rsp, STACK), X(cs, SEL_UCODE), X(ss, SEL_UDATA),
#undef X
};

static u64 value_in(const struct regs *r, u32 i)
{
	return *(const u64 *)((const u8 *)r + known[i].at);
}

static void print_word(const char *name, u64 came, u64 value)
{
	kprintf("      ");
	steps_column(name, 7);
	kprintf("0x%lx", came);
	if (came != value)
		kprintf("   but the program has 0x%lx", value);
	kprintf("\n");
}

static void print_record(const struct regs *r)
{
	u32 same = 0;

	kprintf("[1.1] syscall: the thread's record, as the entry left it\n");
	for (u32 i = 0; i < ARRAY_LEN(known); i++) {
		print_word(known[i].name, value_in(r, i), known[i].value);
		same += value_in(r, i) == known[i].value;
	}
	print_word("rip", r->rip, steps_at(steps_after_call));
	same += r->rip == steps_at(steps_after_call);
	kprintf("      %u of %lu words are the program's\n", same, ARRAY_LEN(known) + 1);
}

/* rax is the status now; the others must be as they were. */
static void print_return(const struct regs *r)
{
	u32 same = 0;

	for (u32 i = 1; i < ARRAY_LEN(known); i++)
		same += value_in(r, i) == known[i].value;
	kprintf("[1.1] the program goes on at 0x%lx, with %s in rax and %u of %lu words as "
		"before\n",
		r->rip, steps_status((u32)r->rax), same, ARRAY_LEN(known) - 1);
}

bool step_entry(u32 turn)
{
	if (turn == 0) {
		struct thread *t = steps_thread('p', steps_space(0));

		steps_run(t, steps_at(steps_registers), STACK);
		return true;
	}
	if (step_calls)
		print_record(&step_call);
	if (step_fault)
		print_return(&step_fault->regs);
	else
		kprintf("[1.1] a program executed syscall, and never went on\n");
	return false;
}
