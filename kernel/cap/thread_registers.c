/*
 * The registers of a thread that does not run, read and written a set at a time: for debuggers, signals, fork and migration.
 *
 * seL4's ReadRegisters and WriteRegisters move any number of the general registers as the words of one message, those past
 * the first few through the IPC buffer, and can stop or resume the thread on the way. It masks the flags, TF among them, so that
 * a debugger steps by a method of its own, and has no method for the FPU. Zircon's read_state and write_state name a kind of
 * registers (general, FPU, vector, single step), take a buffer of exactly its size, and want the thread suspended or in an
 * exception. Here a set has a number, as there, and travels in the caller's IPC buffer, as in seL4: one call moves all of it, so no
 * state is half old and half new. Weighed: numbered groups in the eight words of a method. They need no buffer, but the FPU's
 * image is ten of them, each at the price of a call, and a thread is between two images until the last has come.
 *
 * Reading returns the registers that the thread would have if it went on now. So what was read can be written back, to the
 * same thread or to another: the one exception is an instruction pointer outside of user memory, to which a thread may have
 * jumped. Writing lets the thread choose what it could have chosen itself in user mode, and nothing else. The buffer is
 * memory that others can write: each value is checked in the copy that is used.
 */
#include "cap/thread_registers.h"
#include "gen/kernel/methods.h"
#include "lib/string.h"
#include "microk/ipcbuf.h"
#include "sched/fpu.h"

void thread_tls_set(struct thread *t, u64 fs_base)
{
	t->fs_base = fs_base;
	t->extras = fs_base ? t->extras | EXTRA_TLS : t->extras & ~EXTRA_TLS;
}

/* For both methods, before they look at the thread. */
static status_t check_call(const struct invocation *inv, u64 set)
{
	if (set >= REGISTER_SETS)
		return ERR_ARG;
	return inv->caller->buffer ? OK : ERR_BUFFER;
}

static bool has_set(const struct thread *t, u64 set)
{
	return set != REGISTERS_FPU || (t->extras & EXTRA_FPU);
}

static u64 flags_in_user_mode(u64 flags)
{
	return (flags & RFLAGS_CHOICE) | RFLAGS_USER;
}

/* The registers that have the same name and value in both structures in any case. */
#define PLAIN(X)                                                                                   \
	X(rax) X(rbx) X(rdx) X(rsi) X(rdi) X(rbp) X(r8) X(r9) X(r10) X(r12) X(r13) X(r14) X(r15)

/* `sysretq` loads rcx and r11 with the instruction pointer and the flags. */
static struct general_registers general_of(const struct thread *t)
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
static void general_set(struct thread *t, const struct general_registers *g)
{
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
	t->unfinished = NULL; /* nor does the thread continue its old operation */
}

/* The FPU's registers of a thread that does not run are in its object (sched/fpu.c). */
status_t thread_read_decode(struct invocation *inv, const struct thread *t)
{
	u64 set = thread_read_args(inv).set;
	status_t status = check_call(inv, set);

	if (status != OK)
		return status;
	if (t->state == THREAD_READY || !has_set(t, set))
		return ERR_STATE;
	u64 *to = &inv->caller->buffer->words[REGISTERS_AT];
	struct general_registers general = general_of(t);
	if (set == REGISTERS_FPU)
		memcpy(to, &t->fpu, sizeof(t->fpu));
	else
		memcpy(to, &general, sizeof(general));
	return OK;
}

static status_t write_general(struct thread *t, const u64 *from)
{
	struct general_registers general;

	memcpy(&general, from, sizeof(general));
	if (general.ip >= USER_TOP || general.fs_base >= USER_TOP)
		return ERR_RANGE;
	general_set(t, &general);
	return OK;
}

static status_t write_fpu(struct thread *t, const u64 *from)
{
	struct fpu_registers image;

	memcpy(&image, from, sizeof(image));
	if (!fpu_can_load(&image))
		return ERR_ARG;
	t->fpu = image;
	return OK;
}

status_t thread_write_decode(struct invocation *inv, struct thread *t)
{
	u64 set = thread_write_args(inv).set;
	status_t status = check_call(inv, set);

	if (status != OK)
		return status;
	/* One that waits in a system call gets its results in registers when that ends. */
	if ((t->state != THREAD_STOPPED && t->state != THREAD_FAULTED) || !has_set(t, set))
		return ERR_STATE;
	const u64 *from = &inv->caller->buffer->words[REGISTERS_AT];
	return set == REGISTERS_FPU ? write_fpu(t, from) : write_general(t, from);
}
