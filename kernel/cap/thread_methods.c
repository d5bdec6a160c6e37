/* Methods of a Thread capability. */
#include "cap/cnode.h"
#include "cap/delete.h"
#include "cap/thread_registers.h"
#include "cap/thread_slots.h"
#include "gen/kernel/methods.h"
#include "ipc/cancel.h"
#include "ipc/inherit.h"
#include "ipc/notification.h"
#include "lib/string.h"
#include "mm/wx.h"
#include "sched/deadline.h"
#include "sched/fpu.h"
#include "sched/lookup.h"
#include "sched/preempt.h"
#include "sched/ready.h"
#include "sched/registers.h"
#include "sched/switch.h"
#include "x86/cpu.h"

/* The type and rights of each root of a thread. */
static const struct {
	u8 type, rights;
} root_kind[THREAD_SLOTS] = {
	/* A capability to read a CNode does not allow use of its content. */
	[T_CSPACE] = {CAP_CNODE, RIGHT_WRITE},
	[T_SPACE] = {CAP_ADDRESS_SPACE, RIGHT_WRITE},
	[T_FAULT] = {CAP_ENDPOINT, RIGHT_WRITE},
	[T_BUFFER] = {CAP_FRAME, RIGHT_READ | RIGHT_WRITE},
	[T_NOTIFICATION] = {CAP_NOTIFICATION, RIGHT_READ},
};

static status_t decode_root(struct thread *caller, u64 index, enum thread_slot which,
			    struct slot **out)
{
	struct slot *s = cap_lookup(caller, index);

	status_t status = slot_check(s, root_kind[which].type, root_kind[which].rights);

	if (status != OK)
		return status;
	/* The kernel writes messages to it: it must be memory. */
	if (which == T_BUFFER && (s->flags & SLOT_DEVICE))
		return ERR_ARG;
	/* The kernel writes messages to it, so it must not be executable in any address space. */
	if (which == T_BUFFER && !wx_allows(s, WX_SEVERAL, RIGHT_WRITE))
		return ERR_RIGHTS;
	/* A notification ends the receive of one thread only. */
	if (which == T_NOTIFICATION && ((struct notification *)s->object)->bound)
		return ERR_STATE;
	*out = s;
	return OK;
}

static void set_root(struct thread *t, enum thread_slot which, struct slot *from)
{
	slot_delete(&t->slots[which]);
	slot_derive(&t->slots[which], from, RIGHT_ALL);
	if (which == T_BUFFER)
		wx_note(&t->slots[which], WX_SEVERAL, RIGHT_WRITE);
	thread_slot_changed(t, which);
}

static u32 count_filled(struct slot *const from[THREAD_SLOTS])
{
	u32 n = 0;

	for (u32 i = 0; i < THREAD_SLOTS; i++)
		n += from[i] != NULL;
	return n;
}

/* If an interrupt waits between two roots, the call begins anew with the others. */
static status_t configure_decode(struct invocation *inv, struct thread *t)
{
	struct thread_configure args = thread_configure_args(inv);
	u64 *const word[THREAD_SLOTS] = {
		[T_CSPACE] = &args.cnode,
		[T_SPACE] = &args.address_space,
		[T_FAULT] = &args.fault_endpoint,
		[T_BUFFER] = &args.ipc_buffer_frame,
		[T_NOTIFICATION] = &args.notification,
	};
	struct slot *from[THREAD_SLOTS] = {0};

	if (t->state != THREAD_STOPPED)
		return ERR_STATE;
	for (u32 i = 0; i < THREAD_SLOTS; i++) {
		if (!*word[i])
			continue;
		status_t s = decode_root(inv->caller, *word[i], i, &from[i]);
		if (s != OK)
			return s;
	}
	if (preempt_pending())
		return PREEMPTED;
	for (u32 i = 0, left = count_filled(from); left; i++) {
		if (!from[i])
			continue;
		set_root(t, i, from[i]);
		*word[i] = 0;
		left--;
		if (left && preempt_pending())
			return thread_configure_again(inv, args);
	}
	return OK;
}

_Static_assert(THREAD_ROOT_CNODE == 1u << T_CSPACE && THREAD_ROOT_SPACE == 1u << T_SPACE &&
		       THREAD_ROOT_FAULT == 1u << T_FAULT && THREAD_ROOT_BUFFER == 1u << T_BUFFER &&
		       THREAD_ROOT_NOTIFICATION == 1u << T_NOTIFICATION &&
		       THREAD_ROOTS_ALL == (1u << THREAD_SLOTS) - 1,
	       "a root's bit is its slot's number");

/* A report that the thread itself waits to deliver through its fault endpoint is withdrawn. No other thread sends through it. */
static void clear_root(struct slot *s)
{
	slot_withdraw_one(s);
	slot_delete(s);
}

/* If an interrupt waits between two roots, the call begins anew with the others. The CSpace and the AddressSpace come last:
 * without them the thread stops, and if it is the caller, it cannot begin its call anew. */
static status_t clear_decode(struct invocation *inv, struct thread *t)
{
	u64 roots = thread_clear_args(inv).roots;

	if (roots & ~(u64)THREAD_ROOTS_ALL)
		return ERR_ARG;
	if (preempt_pending())
		return PREEMPTED;
	for (u32 i = THREAD_SLOTS; i-- > 0;) {
		if (!(roots & 1ul << i))
			continue;
		roots &= ~(1ul << i);
		clear_root(&t->slots[i]);
		if (roots && inv->caller->state == THREAD_READY && preempt_pending())
			return thread_clear_again(inv, (struct thread_clear){.roots = roots});
	}
	return OK;
}

static status_t runnable(const struct thread *t)
{
	return t->state == THREAD_STOPPED && t->caps_count && t->slots[T_SPACE].type
		       ? OK
		       : ERR_STATE;
}

static status_t start_decode(struct invocation *inv, struct thread *t)
{
	const struct thread_start args = thread_start_args(inv);

	if (runnable(t) != OK)
		return ERR_STATE;
	if (args.instruction_pointer >= USER_TOP || args.stack_pointer > USER_TOP)
		return ERR_RANGE;
	struct regs fresh = {
		.rip = args.instruction_pointer,
		.rsp = args.stack_pointer,
		.rdi = args.first_argument,
		.cs = t->regs.cs,
		.ss = t->regs.ss,
		.rflags = RFLAGS_USER,
	};
	t->regs = fresh;
	t->unfinished = NULL; /* the thread does not continue its old operation */
	fpu_clear(t);
	thread_resume(t);
	return OK;
}

/* No thread makes another more urgent than its own limit. */
static status_t priority_decode(struct invocation *inv, struct thread *t)
{
	const struct thread_priority args = thread_priority_args(inv);
	u64 priority = args.priority, limit = args.limit ? args.limit : priority;

	if (priority >= PRIORITIES || limit >= PRIORITIES || limit < priority)
		return ERR_RANGE;
	if (limit > inv->caller->priority_limit)
		return ERR_RIGHTS;
	inherit_set_own(t, (u8)priority);
	t->priority_limit = (u8)limit;
	return OK;
}

static status_t name_decode(struct invocation *inv, struct thread *t)
{
	const struct thread_name args = thread_name_args(inv);

	memcpy(t->name, &args.name_start, sizeof(args.name_start));
	memcpy(t->name + sizeof(args.name_start), &args.name_end, sizeof(args.name_end));
	return OK;
}

static status_t info_decode(struct invocation *inv, const struct thread *t)
{
	struct thread_info_result result = {
		.state = t->state,
		.priority = t->priority,
		.ticks = t->ticks,
		.calls = t->ipc_calls,
		.ip = t->regs.rip,
	};

	memcpy(&result.name_start, t->name, sizeof(result.name_start));
	memcpy(&result.name_end, t->name + sizeof(result.name_start), sizeof(result.name_end));
	return thread_info_answer(inv, result);
}

static status_t registers_decode(struct invocation *inv, const struct thread *t)
{
	if (t->state == THREAD_READY)
		return ERR_STATE;
	const struct thread_registers_result result = {
		.ip = t->regs.rip,
		.sp = t->regs.rsp,
		.flags = t->regs.rflags,
		.rax = t->regs.rax,
		.rbp = t->regs.rbp,
		.vector = t->fault_vector,
		.error = t->fault_error,
		.cr2 = t->fault_address,
	};
	return thread_registers_answer(inv, result);
}

static status_t fpu_decode(struct invocation *inv, struct thread *t)
{
	u64 used = thread_fpu_args(inv).used;

	if (used > 1)
		return ERR_ARG;
	fpu_declare(t, used);
	return OK;
}

static status_t tls_decode(struct invocation *inv, struct thread *t)
{
	u64 fs_base = thread_tls_args(inv).fs_base;

	if (fs_base >= USER_TOP)
		return ERR_RANGE;
	thread_tls_set(t, fs_base);
	if (t == this_cpu()->current)
		thread_tls_changed(t);
	return OK;
}

static status_t suspend_decode(struct thread *t)
{
	thread_halt(t);
	return OK;
}

static status_t cancel_decode(struct thread *t)
{
	u64 received = wait_received(t);

	/* A faulted thread cannot resume from ERR_CANCELLED. */
	if (t->fault_pending || t->state == THREAD_FAULTED || !wait_cancel(t))
		return ERR_STATE;
	thread_wake(t, ERR_CANCELLED | received);
	return OK;
}

status_t thread_decode(struct invocation *inv)
{
	struct thread *t = thread_of(inv->slot->object);
	bool reads = inv->label == THREAD_INFO || inv->label == THREAD_REGISTERS ||
		     inv->label == THREAD_READ;

	if (inv->label < THREAD_CONFIGURE || inv->label > THREAD_WRITE)
		return ERR_METHOD;
	if (!invocation_may(inv, reads ? RIGHT_READ : RIGHT_WRITE))
		return ERR_RIGHTS;
	switch (inv->label) {
	case THREAD_CONFIGURE: return configure_decode(inv, t);
	case THREAD_START: return start_decode(inv, t);
	case THREAD_SUSPEND: return suspend_decode(t);
	case THREAD_RESUME:
		if (runnable(t) != OK)
			return ERR_STATE;
		thread_resume(t);
		return OK;
	case THREAD_CANCEL: return cancel_decode(t);
	case THREAD_PRIORITY: return priority_decode(inv, t);
	case THREAD_NAME: return name_decode(inv, t);
	case THREAD_INFO: return info_decode(inv, t);
	case THREAD_REGISTERS: return registers_decode(inv, t);
	case THREAD_FPU: return fpu_decode(inv, t);
	case THREAD_CLEAR: return clear_decode(inv, t);
	case THREAD_READ: return thread_read_decode(inv, t);
	case THREAD_WRITE: return thread_write_decode(inv, t);
	default: return tls_decode(inv, t);
	}
}
