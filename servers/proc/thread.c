#include "servers/proc/thread.h"
#include "gen/lib/microk/methods.h"
#include "gen/protocols/process_protocol.h"
#include "lib/microk/slots.h"
#include "lib/microk/string.h"
#include "servers/proc/badge.h"
#include "servers/proc/pages.h"
#include "servers/proc/pieces.h"
#include "servers/proc/pool.h"
#include "servers/proc/regions.h"

#define PRIORITY 20u        /* of all processes: that of the shell, and below all servers */
#define NUMBER_FIRST 0x400u /* above those of a service's own threads */

u32 thread_number(const struct process *p, u32 place)
{
	return NUMBER_FIRST + process_index(p) * PROCESS_THREADS + place;
}

const struct thread *thread_at(const struct process *p, u32 place)
{
	for (u32 i = 0; place < PROCESS_THREADS && p->threads >> place & 1 && i < THREADS; i++) {
		const struct thread *t = &world->threads[i];

		if (t->used && t->process == process_index(p) && t->place == place)
			return t;
	}
	return NULL;
}

static const struct thread *find_place(void)
{
	for (u32 i = 0; i < THREADS; i++)
		if (!world->threads[i].used)
			return &world->threads[i];
	return NULL;
}

/* Its IPC buffer, a page of the process. The region has a chunk like any other, so nothing here is special. */
static enum microk_status make_buffer(const struct process *p, u32 place, struct page_place *out)
{
	u64 address = PROCESS_BUFFER(place);
	enum microk_status status = OK;

	if (!region_find(p, address))
		status = regions_add(p, address, 1, RIGHT_READ | RIGHT_WRITE);
	if (status == OK)
		status = page_make(p, region_find(p, address), address);
	*out = page_place(p, address);
	return status == ERR_OCCUPIED ? OK : status;
}

enum microk_status thread_make_buffer(const struct process *p, u32 place)
{
	struct page_place unused;

	return make_buffer(p, place, &unused);
}

/* THREAD_CONFIGURE takes its arguments from the server's CSpace. */
static enum microk_status configure(const struct process *p, const struct thread *t,
				    const struct page_place *buffer)
{
	cap_t fault = slot_alloc(), frame = slot_alloc();
	enum microk_status status = fault && frame ? OK : ERR_LIMIT;

	if (status == OK)
		status = badge_mint(
			p, BADGE_FAULT, t->place, SLOT_CNODE, fault, RIGHT_WRITE | RIGHT_GRANT, 0);
	if (status == OK)
		status = cnode_copy(
			SLOT_CNODE,
			&(struct cnode_copy){.index = frame,
					     .source_cnode = buffer->cnode,
					     .source_index = buffer->index,
					     .rights = RIGHT_READ | RIGHT_WRITE});
	if (status == OK)
		status = thread_configure(
			thread_cap(t),
			&(struct thread_configure){
				.cnode = process_own(p, OWN_CSPACE),
				.address_space = process_own(p, OWN_SPACE),
				.fault_endpoint = fault,
				.ipc_buffer_frame = frame});
	slot_drop(fault);
	slot_drop(frame);
	return status;
}

/* A Notification of its own in the process's CSpace. The capability without a badge could signal nothing. */
static enum microk_status make_wakeup(const struct process *p, const struct thread *t)
{
	u64 slot = PROCESS_SLOT_WAKEUPS + t->place;
	cap_t plain = slot_alloc(), cspace = process_own(p, OWN_CSPACE);
	enum microk_status status = untyped_retype(
		t->chunk,
		&(struct untyped_retype){
			.type = CAP_NOTIFICATION, .cnode = SLOT_CNODE, .index = plain, .count = 1});

	cnode_delete(cspace, slot);
	if (status == OK)
		status = cnode_mint(
			cspace,
			&(struct cnode_mint){
				.index = slot,
				.source_cnode = SLOT_CNODE,
				.source_index = plain,
				.rights = RIGHT_READ | RIGHT_WRITE,
				.badge = 1,
				.flags = MINT_BADGE});
	slot_drop(plain);
	return status;
}

static enum microk_status furnish(const struct process *p, const struct thread *t)
{
	struct page_place buffer;
	u64 slot = PROCESS_SLOT_THREADS + t->place, name[2] = {0};
	enum microk_status status = make_buffer(p, t->place, &buffer);

	if (status == OK)
		status = configure(p, t, &buffer);
	if (status == OK)
		status = make_wakeup(p, t);
	if (status == OK)
		status = thread_fpu(thread_cap(t), 1);
	if (status == OK)
		status = thread_priority(
			thread_cap(t), &(struct thread_priority){.priority = PRIORITY});
	memcpy(name, p->name, strnlen(p->name, sizeof(name)));
	if (status == OK)
		status = thread_name(
			thread_cap(t),
			&(struct thread_name){.name_start = name[0], .name_end = name[1]});
	cnode_delete(process_own(p, OWN_CSPACE), slot);
	if (status == OK)
		status = badge_mint(p, BADGE_THREAD, t->place, process_own(p, OWN_CSPACE), slot,
				    RIGHT_WRITE | RIGHT_GRANT | PROCESS_RIGHT_SPAWN, 0);
	return status;
}

enum microk_status thread_make(const struct process *p, u32 place)
{
	const struct thread *t = find_place();
	struct thread made = {
		.used = THREAD_ACTIVE, .process = (u16)process_index(p), .place = place};

	if (!t || place >= PROCESS_THREADS || p->threads >> place & 1)
		return ERR_LIMIT;
	enum microk_status status = pool_take(p, THREAD_CHUNK, &made.chunk);
	if (status != OK)
		return status;
	world_write(t, &made, sizeof(made));
	WORLD_PUT(p->threads, p->threads | 1u << place);
	status = untyped_retype(
		made.chunk,
		&(struct untyped_retype){
			.type = CAP_THREAD,
			.cnode = SLOT_CNODE,
			.index = thread_cap(t),
			.count = 1});
	return status == OK ? furnish(p, t) : status;
}

/* One that has left is cheaper to start again than a new one is to make. */
static const struct thread *find_left(const struct process *p)
{
	for (u32 i = 0; i < THREADS; i++) {
		const struct thread *t = &world->threads[i];

		if (t->used == THREAD_LEFT && t->process == process_index(p))
			return t;
	}
	return NULL;
}

enum microk_status thread_add(const struct process *p, u64 entry, u64 stack, u64 pointer,
			      const struct thread **out)
{
	const struct thread *t = find_left(p);
	enum microk_status status = OK;

	/* It may still run, if the server died before it was stopped. */
	if (t)
		thread_suspend(thread_cap(t));
	if (!t) {
		u32 place = (u32)__builtin_ctz(~p->threads | 1u << PROCESS_THREADS);
		status = thread_make(p, place);
		t = thread_at(p, place);
	}
	if (status != OK)
		return status;
	struct thread begins = *t;
	begins.used = THREAD_ACTIVE;
	begins.pending = 0;
	begins.entry = entry;
	begins.stack = stack;
	begins.pointer = pointer;
	world_write(t, &begins, sizeof(begins));
	*out = t;
	return OK;
}

/* Until its first instructions have made it a thread of the C library, it is in a call, and blocks all signals. */
static enum microk_status set_control(const struct thread *t)
{
	const struct process_control begins = {.mask = ~0ul, .state = PROCESS_IN_CALL};

	return poke(&world->processes[t->process], PROCESS_CONTROL_OF(t->place), &begins,
		    offsetof(struct process_control, caught));
}

void thread_go(const struct thread *t)
{
	cap_t thread = thread_cap(t);
	enum microk_status status;

	if (!t->entry)
		return;
	status = set_control(t);
	if (status == OK)
		status = thread_tls(thread, t->pointer);
	if (status == OK)
		thread_start(thread, &(struct thread_start){.instruction_pointer = t->entry,
							    .stack_pointer = t->stack,
							    .first_argument = t->place});
	world_begin();
	WORLD_PUT(t->entry, 0);
	world_commit();
}

bool thread_has_others(const struct process *p, const struct thread *t)
{
	for (u32 i = 0; i < THREADS; i++) {
		const struct thread *other = &world->threads[i];

		if (other != t && other->used == THREAD_ACTIVE &&
		    other->process == process_index(p))
			return true;
	}
	return false;
}

enum microk_status threads_give(const struct process *p)
{
	for (u32 i = 0; i < THREADS; i++) {
		const struct thread *t = &world->threads[i];

		if (!t->used || t->process != process_index(p))
			continue;
		pool_give(p, t->chunk, THREAD_CHUNK);
		WORLD_PUT(t->used, 0);
	}
	WORLD_PUT(p->threads, 0);
	return OK;
}

enum microk_status thread_run(const struct process *p)
{
	cap_t thread = thread_cap(thread_at(p, 0));
	enum microk_status status =
		thread_tls(thread, PROCESS_PAGE + offsetof(struct process_page, zeroes));

	if (status == OK)
		status = thread_start(
			thread, &(struct thread_start){.instruction_pointer = p->entry,
						       .stack_pointer = p->stack});
	world_begin();
	WORLD_PUT(p->entry, 0);
	world_commit();
	return status == ERR_STATE ? OK : status;
}

bool thread_ticks(const struct process *p, u32 place, u64 *ticks)
{
	struct thread_info_result info;
	bool found = false;

	*ticks = 0;
	for (u32 i = 0; i < PROCESS_THREADS; i++) {
		if (!(p->threads >> i & 1) || (place != PROCESS_TIMES_ALL && place != i))
			continue;
		const struct thread *t = thread_at(p, i);
		if (!t || thread_info(thread_cap(t), &info) != OK)
			continue;
		*ticks += info.ticks;
		found = true;
	}
	return found;
}
