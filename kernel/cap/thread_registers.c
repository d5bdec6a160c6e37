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
 * sched/registers.c has the values that can be written. The buffer is memory that others can write: each value is checked in
 * the copy that is used.
 */
#include "cap/thread_registers.h"
#include "gen/kernel/methods.h"
#include "lib/string.h"
#include "microk/ipcbuf.h"
#include "sched/fpu.h"
#include "sched/registers.h"

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
	struct general_registers general = registers_of(t);
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
	return registers_set(t, &general);
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
