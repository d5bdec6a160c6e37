/*
 * Making threads, and the stack as each of them finds it: at its top a struct thread_self, below that the `__thread`
 * variables, below these the frames.
 */
#include "lib/microk/thread.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/memory.h"
#include "lib/microk/self.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"

_Static_assert(STARTUP_STACK_TOP % THREAD_STACK_BYTES == 0 &&
		       STARTUP_STACK_PAGES * PAGE_SIZE <= THREAD_STACK_BYTES,
	       "the first thread's stack leads to its struct thread_self too");

/* The linker's symbols for `__thread` variables (user.ld). */
struct tls_layout {
	const void *first_values;
	u64 first_bytes; /* of the variables that do not begin as 0 */
	u64 room;        /* of all, below a struct thread_self */
};
extern const struct tls_layout tls_layout;

/* Fills in what lies above the first frame of a thread. */
static struct thread_self *self_init(void *stack_top, struct ipcbuf *buffer, cap_t thread)
{
	struct thread_self *self = (struct thread_self *)stack_top - 1;
	u8 *variables = (u8 *)self - tls_layout.room;

	memset(variables, 0, tls_layout.room);
	memcpy(variables, tls_layout.first_values, tls_layout.first_bytes);
	*self = (struct thread_self){.self = self, .buffer = buffer, .thread = thread};
	return self;
}

static enum microk_status pointer_set(struct thread_self *self)
{
	return tls_layout.room ? thread_tls(self->thread, (u64)self) : OK;
}

bool thread_prepare_first(void)
{
	struct thread_self *self =
		self_init(thread_self() + 1, (struct ipcbuf *)STARTUP_IPC_BUFFER, SLOT_THREAD);

	return pointer_set(self) == OK;
}

/* ---- A further thread ---- */

/* The objects of a thread: each a slot, 0 while it is not made. */
struct parts {
	cap_t thread, stack, buffer, wakeup;
	void *stack_top;
	struct ipcbuf *buffer_at;
};

static void parts_drop(struct parts *p)
{
	const cap_t all[] = {p->thread, p->stack, p->buffer, p->wakeup};

	for (u32 i = 0; i < ARRAY_LEN(all); i++)
		slot_drop(all[i]);
}

/* Makes a capability that both signals and waits. The one without a badge is deleted, because it could signal nothing. */
static enum microk_status wakeup_make(cap_t *wakeup)
{
	cap_t plain;
	enum microk_status status = object_make(CAP_NOTIFICATION, 0, &plain);

	if (status != OK)
		return status;
	status = cap_mint(plain, RIGHT_READ | RIGHT_WRITE, 1, MINT_BADGE, wakeup);
	slot_drop(plain);
	return status;
}

static enum microk_status parts_make(struct parts *p, u64 stack_pages)
{
	void *buffer;
	enum microk_status status = object_make(CAP_THREAD, 0, &p->thread);

	if (status == OK)
		status = wakeup_make(&p->wakeup);
	if (status == OK)
		status = memory_stack(stack_pages, &p->stack, &p->stack_top);
	if (status == OK) {
		status = memory_make(1, &p->buffer, &buffer);
		p->buffer_at = buffer;
	}
	return status;
}

/* While there is no second thread, the first never has to wait for one, and needs no Notification. */
static enum microk_status first_can_sleep(void)
{
	struct thread_self *me = thread_self();

	return me->wakeup ? OK : wakeup_make(&me->wakeup);
}

static _Noreturn void thread_body(void)
{
	struct thread_self *me = thread_self();

	me->entry(me->argument);
	thread_end();
}

static enum microk_status thread_furnish(const struct thread_plan *plan, const struct parts *p)
{
	enum microk_status status = thread_configure(
		p->thread,
		&(struct thread_configure){
			.cnode = SLOT_CNODE,
			.address_space = SLOT_SPACE,
			.fault_endpoint = plan->fault_endpoint,
			.ipc_buffer_frame = p->buffer,
			.notification = plan->notification});

	if (status == OK && plan->name) {
		u64 name[2] = {0};

		memcpy(name, plan->name, strnlen(plan->name, sizeof(name)));
		status = thread_name(
			p->thread,
			&(struct thread_name){.name_start = name[0], .name_end = name[1]});
	}
	if (status == OK)
		status = thread_priority(
			p->thread, &(struct thread_priority){.priority = plan->priority});
	return status;
}

static enum microk_status thread_launch(const struct thread_plan *plan, const struct parts *p)
{
	static u32 threads; /* begun so far */
	struct thread_self *self = self_init(p->stack_top, p->buffer_at, p->thread);
	enum microk_status status = pointer_set(self);

	self->wakeup = p->wakeup;
	self->number = __atomic_add_fetch(&threads, 1, __ATOMIC_RELAXED);
	self->entry = plan->entry;
	self->argument = plan->argument;
	/* As after a call: the stack is 8 off a multiple of 16 (System V ABI, 3.2.2). */
	if (status == OK)
		status = thread_start(
			p->thread,
			&(struct thread_start){.instruction_pointer = (u64)thread_body,
					       .stack_pointer = (u64)self - tls_layout.room - 8});
	return status;
}

enum microk_status thread_begin(const struct thread_plan *plan, struct thread_begun *begun)
{
	u64 pages = plan->stack_pages ? plan->stack_pages : THREAD_STACK_BYTES / PAGE_SIZE;
	struct parts p = {0};
	enum microk_status status;

	if (begun)
		*begun = (struct thread_begun){0};
	if (!plan->entry || pages > THREAD_STACK_BYTES / PAGE_SIZE ||
	    tls_layout.room > (pages - 1) * PAGE_SIZE)
		return ERR_ARG;
	status = first_can_sleep();
	if (status == OK)
		status = parts_make(&p, pages);
	if (status == OK)
		status = thread_furnish(plan, &p);
	if (status == OK)
		status = thread_launch(plan, &p);
	if (status != OK)
		parts_drop(&p);
	else if (begun)
		*begun = (struct thread_begun){.thread = p.thread, .buffer = p.buffer_at};
	return status;
}

_Noreturn void thread_end(void)
{
	/* Another thread may resume this one, which has nothing left to do: it stops again. */
	while (thread_suspend(thread_self()->thread) == OK)
		;
	/* The thread is not allowed to stop itself. A fault ends it in any case, and is reported. */
	__builtin_trap();
}
