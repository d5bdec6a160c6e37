/*
 * The general registers of a thread that does not run, for THREAD_READ and THREAD_WRITE (cap/thread_registers.c) and for the
 * answers to faults (ipc/fault.c).
 *
 * Reading returns the registers that the thread would have if it went on now. So what was read can be written back, to the
 * same thread or to another: the one exception is an instruction pointer outside of user memory, to which a thread may have
 * jumped. Writing lets the thread choose what it could have chosen itself in user mode, and nothing else.
 */
#include "sched/registers.h"

void thread_tls_set(struct thread *t, u64 fs_base)
{
	t->fs_base = fs_base;
	t->extras = fs_base ? t->extras | EXTRA_TLS : t->extras & ~EXTRA_TLS;
}

static u64 flags_in_user_mode(u64 flags)
{
	return (flags & RFLAGS_CHOICE) | RFLAGS_USER;
}

/* The registers that have the same name and value in both structures in any case. */
#define PLAIN(X)                                                                                   \
	X(rax) X(rbx) X(rdx) X(rsi) X(rdi) X(rbp) X(r8) X(r9) X(r10) X(r12) X(r13) X(r14) X(r15)

/* `sysretq` loads rcx and r11 with the instruction pointer and the flags. */
struct general_registers registers_of(const struct thread *t)
{
	const struct regs *r = &t->regs;
	bool in_call = r->vector == REGS_VECTOR_SYSCALL;
	u64 flags = flags_in_user_mode(r->rflags);

	return (struct general_registers){
		.ip = r->rip,
		.sp = r->rsp,
		.flags = flags,
		.fs_base = t->fs_base,
		.rcx = in_call ? r->rip : r->rcx,
		.r11 = in_call ? flags : r->r11,
#define X(name) .name = r->name,
		PLAIN(X)
#undef X
	};
}

/* Vector 0: the thread leaves the kernel by `iretq`, which loads every register. */
status_t registers_set(struct thread *t, const struct general_registers *g)
{
	if (g->ip >= USER_TOP || g->fs_base >= USER_TOP)
		return ERR_RANGE;
	t->regs = (struct regs){
		.rip = g->ip,
		.rsp = g->sp,
		.rflags = flags_in_user_mode(g->flags),
		.rcx = g->rcx,
		.r11 = g->r11,
		.cs = t->regs.cs,
		.ss = t->regs.ss,
#define X(name) .name = g->name,
		PLAIN(X)
#undef X
	};
	thread_tls_set(t, g->fs_base);
	t->unfinished = NULL; /* the thread does not continue its old operation */
	return OK;
}
