/* A process's requests about its own threads. */
#include "gen/lib/microk/methods.h"
#include "servers/proc/memory.h"
#include "servers/proc/pending.h"
#include "servers/proc/process.h"
#include "servers/proc/programs.h"
#include "servers/proc/requests_parts.h"
#include "servers/proc/thread.h"

static bool is_address(u64 address)
{
	return address >= PROCESS_BOTTOM && address < PROCESS_TOP;
}

enum microk_status requests_make_thread(struct request *r, const struct process_thread_args *args,
					struct process_thread_result *result)
{
	const struct process *p = requests_caller(r);
	const struct thread *t = requests_thread(r), *made;

	if (!t)
		return ERR_STATE;
	if (requests_answered(r, t)) {
		result->place = (u32)t->result;
		return OK;
	}
	if (!is_address(args->entry) || !is_address(args->stack) || !is_address(args->pointer))
		return ERR_RANGE;
	enum microk_status status;
	do {
		world_begin();
		status = thread_add(p, args->entry, args->stack, args->pointer, &made);
		if (status == OK) {
			result->place = made->place;
			world_answer(t, PROCESS_LABEL_THREAD, r->number, result->place, OK);
		}
		status = requests_settle(status);
	} while (programs_give_way(status));
	if (status == OK)
		thread_go(made);
	return status;
}

/* Memory that cannot be unmapped stays until the process ends. */
enum microk_status requests_leave(struct request *r, const struct process_leave_args *args)
{
	const struct process *p = requests_caller(r);
	const struct thread *t = requests_thread(r);

	if (!t)
		return ERR_STATE;
	r->deferred = true; /* the caller is gone */
	if (!thread_has_others(p, t)) {
		process_end(p, PROCESS_EXITED, args->code & 0xff, "");
		return STATUS_DEFERRED;
	}
	if (args->bytes) {
		world_begin();
		requests_settle(memory_unmap(p, args->address, args->bytes));
	}
	world_begin();
	WORLD_PUT(t->used, THREAD_LEFT);
	requests_settle(OK);
	thread_suspend(thread_cap(t));
	signals_deliver_all(p); /* those that this thread would have taken */
	return STATUS_DEFERRED;
}

enum microk_status requests_interrupt(struct request *r, const struct process_interrupt_args *args)
{
	const struct process *p = requests_caller(r);
	const struct thread *own = requests_thread(r);
	const struct thread *t = own ? thread_at(p, args->place) : NULL;

	if (!t || t->used != THREAD_ACTIVE || t == own)
		return ERR_STATE;
	return thread_cancel(thread_cap(t));
}

enum microk_status requests_times(struct request *r, const struct process_times_args *args,
				  struct process_times_result *result)
{
	const struct process *p = requests_caller(r);

	if (!p)
		return ERR_STATE;
	if (args->place == PROCESS_TIMES_CHILDREN) {
		result->ticks = p->children_ticks;
		return OK;
	}
	if (!thread_ticks(p, args->place, &result->ticks))
		return ERR_NOT_FOUND;
	if (args->place == PROCESS_TIMES_ALL)
		result->ticks += p->ticks;
	return OK;
}
