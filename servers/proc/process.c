/*
 * A process's own chunk has its address space, its CSpace and the tables that all processes need, so that its end is
 * one revoke of this chunk, and of each chunk of its memory.
 */
#include "servers/proc/process.h"
#include "servers/proc/timers.h"
#include "gen/lib/microk/methods.h"
#include "gen/protocols/process_protocol.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "microk/info.h"
#include "servers/proc/badge.h"
#include "servers/proc/ends.h"
#include "servers/proc/family.h"
#include "servers/proc/jobs.h"
#include "servers/proc/pages.h"
#include "servers/proc/pieces.h"
#include "servers/proc/pool.h"
#include "servers/proc/regions.h"
#include "servers/proc/resting.h"
#include "servers/proc/signals.h"
#include "servers/proc/thread.h"
#include "servers/proc/waits.h"

#define CSPACE_BYTES (2 * PAGE_SIZE)
#define LIMIT_PART 2              /* of the pool, for a process whose holder sets no limit */
#define LIMIT_LEAST (384ul << 10) /* a small program's, on a machine with a small pool */
#define HOLDER_RIGHTS (RIGHT_WRITE | RIGHT_GRANT | PROCESS_RIGHT_MANAGE | PROCESS_RIGHT_WAIT)

/* ---- Its objects ---- */

static enum microk_status make_in(const struct process *p, u64 type, u64 size, u32 which, u64 count)
{
	return untyped_retype(
		p->chunk,
		&(struct untyped_retype){
			.type = type,
			.size = size,
			.cnode = SLOT_CNODE,
			.index = process_own(p, which),
			.count = count});
}

static enum microk_status make_tables(const struct process *p)
{
	static const struct {
		u64 level, address;
	} tables[] = {{3, PIECES_FIRST_LOW},
		      {2, PIECES_FIRST_LOW},
		      {1, PIECES_FIRST_LOW},
		      {1, PROCESS_PAGE}};
	enum microk_status status = make_in(p, CAP_PAGE_TABLE, 0, OWN_TABLES, ARRAY_LEN(tables));

	for (u32 i = 0; i < ARRAY_LEN(tables) && status == OK; i++)
		status = table_map(
			process_own(p, OWN_TABLES + i),
			&(struct table_map){.address_space = process_own(p, OWN_SPACE),
					    .address = tables[i].address,
					    .level = tables[i].level});
	return status;
}

static enum microk_status make_own(const struct process *p)
{
	enum microk_status status = make_in(p, CAP_ADDRESS_SPACE, 0, OWN_SPACE, 1);

	if (status == OK)
		status = make_tables(p);
	return status;
}

static enum microk_status make_cspace(const struct process *p)
{
	u32 chunk = 0;
	enum microk_status status = pool_take(p, CSPACE_BYTES, &chunk);

	WORLD_PUT(p->cspace, chunk);
	if (status == OK)
		status = untyped_retype(
			chunk,
			&(struct untyped_retype){
				.type = CAP_CNODE,
				.size = PROCESS_SLOTS,
				.cnode = SLOT_CNODE,
				.index = process_own(p, OWN_CSPACE),
				.count = 1});
	if (status == OK)
		status = cnode_copy(
			process_own(p, OWN_CSPACE),
			&(struct cnode_copy){.index = PROCESS_SLOT_CNODE,
					     .source_cnode = SLOT_CNODE,
					     .source_index = process_own(p, OWN_CSPACE),
					     .rights = RIGHT_READ | RIGHT_WRITE});
	return status;
}

/* The startup page, which the process can read, and which only the server writes. */
static enum microk_status make_page(const struct process *p)
{
	const struct startup_entry *grant = grant_entry("info");
	const struct microk_info *info = grant ? (const struct microk_info *)grant->address : NULL;
	const struct process_page page = {
		.startup = {.magic = STARTUP_MAGIC,
			    .free_slots = PROCESS_SLOT_FREE,
			    .instance = p->generation & 0xffff},
		.process = p->number,
		.parent = p->parent,
		.number = thread_number(p, 0),
		.umask = 022,
		.ticks_per_second = info ? info->tsc_hz : 0,
		.boot_ticks = info ? info->boot_tsc : 0,
		.boot_date = info ? info->boot_date : 0};
	enum microk_status status = regions_add(p, PROCESS_PAGE, 1, RIGHT_READ);

	return status == OK ? poke(p, PROCESS_PAGE, &page, sizeof(page)) : status;
}

/* The last few places are for programs that replace another, so that exec needs no luck. */
#define PLACES_TO_REPLACE 8u

static u32 count_of(enum process_use use);

static const struct process *next_free(void)
{
	static u32 last;

	for (u32 n = 1; n <= PROCESSES; n++) {
		const struct process *p = &world->processes[(last + n) % PROCESSES];
		if (p->use != PROCESS_NONE)
			continue;
		last = process_index(p);
		return p;
	}
	return NULL;
}

static const struct process *find_place(bool replaces)
{
	if (process_count() >= PROCESSES_RUN - (replaces ? 0 : PLACES_TO_REPLACE))
		return NULL;
	return next_free();
}

/* The record of a new process. A child is in its parent's group, session and job; another leads its own. */
static enum microk_status make_record(const struct process *p, const struct process_origin *from)
{
	const struct process *parent = from->parent;
	u32 generation = p->generation + 1;
	u32 number = process_number_in(process_index(p), generation);
	struct process made = {
		.use = PROCESS_MADE,
		.generation = generation,
		.number = number,
		.parent = parent ? parent->number : 0,
		.group = parent ? parent->group : number,
		.session = parent ? parent->session : number,
		.foreground = parent ? 0 : number,
		.client = parent ? parent->client : from->client};

	/* An earlier process has left these. */
	made.chunk = p->use == PROCESS_RESTS ? p->chunk : 0;
	if (made.chunk) {
		made.regions = p->regions;
		made.region_count = p->region_count;
		made.rests = p->rests;
		made.shares = SHARES_PROGRAM;
	}
	if (parent && from->replaces) {
		made.parent = parent->parent;
		made.replaces = process_index(parent) + 1;
	}
	world_write(p, &made, sizeof(made));
	return parent ? job_join(p, parent, from->replaces)
		      : job_begin(p, MAX(pool_bytes() / LIMIT_PART, LIMIT_LEAST));
}

/* Its objects, or those of a process that has rested, which count as its own from then on. */
static enum microk_status take_own(const struct process *p, u64 taken)
{
	u32 chunk = 0;

	if (p->chunk)
		return pool_charge(p, taken);
	enum microk_status status = pool_take(p, OWN_BYTES, &chunk);
	WORLD_PUT(p->chunk, chunk);
	return status == OK ? make_own(p) : status;
}

enum microk_status process_make(const struct process_origin *from, const struct process **out)
{
	const struct process *p = find_place(from->replaces), *resting = NULL;

	if (!p)
		return ERR_LIMIT;
	if (from->name && (resting = resting_find(from->name)))
		p = resting;
	u64 taken = p->taken;
	enum microk_status status = make_record(p, from);
	if (status == OK)
		status = take_own(p, taken);
	if (status == OK)
		status = make_cspace(p);
	if (status == OK)
		status = make_page(p);
	cnode_delete(SLOT_CNODE, KEPT_HANDLES + process_index(p));
	*out = p;
	return status;
}

enum microk_status process_make_program(const struct process **out)
{
	const struct process *p = count_of(PROCESS_PROGRAM) < PROGRAMS_LOADED ? next_free() : NULL;
	u32 chunk = 0;

	if (!p)
		return ERR_LIMIT;
	const struct process made = {.use = PROCESS_PROGRAM, .generation = p->generation + 1};
	world_write(p, &made, sizeof(made));
	enum microk_status status = job_begin(p, pool_bytes() / LIMIT_PART);
	if (status == OK)
		status = pool_take(p, OWN_BYTES, &chunk);
	WORLD_PUT(p->chunk, chunk);
	*out = p;
	return status == OK ? make_own(p) : status;
}

enum microk_status process_hold(const struct process *p)
{
	return badge_mint(p, BADGE_HOLDER, 0, SLOT_CNODE, KEPT_HANDLES + process_index(p),
			  HOLDER_RIGHTS, MINT_WATCH);
}

enum microk_status process_empty(const struct process *p)
{
	u64 stack = PROCESS_STACK_TOP - PROCESS_ARGUMENTS;
	enum microk_status status = threads_give(p);

	/* All but the startup page and the arguments. */
	if (status == OK)
		status = regions_remove(p, PROCESS_BOTTOM, (stack - PROCESS_BOTTOM) / PAGE_SIZE);
	if (status == OK)
		status = regions_remove(
			p, PROCESS_STACK_TOP, (PROCESS_PAGE - PROCESS_STACK_TOP) / PAGE_SIZE);
	WORLD_PUT(p->use, PROCESS_MADE);
	WORLD_PUT(p->program, 0);
	WORLD_PUT(p->rests, 0);
	WORLD_PUT(p->shares, 0);
	return status;
}

/* ---- Its end ---- */

/* In a transaction: all that it is made of goes back. Children have copies of the pages that they have in common with it. */
static void give_all(const struct process *p)
{
	if (p->cspace)
		pool_give(p, p->cspace, 0);
	pages_part_all(p);
	threads_give(p);
	pieces_give(p);
	regions_give(p);
	pool_give(p, p->chunk, 0);
	if (p->use != PROCESS_RESTS) /* one that rests is in no job */
		job_credit(p, p->taken);
	WORLD_PUT(p->chunk, 0);
	WORLD_PUT(p->cspace, 0);
	WORLD_PUT(p->taken, 0);
	WORLD_PUT(p->program, 0);
	WORLD_PUT(p->rests, 0);
}

/* In a transaction: its status is of no use any more. */
static void leave(const struct process *p)
{
	if (p->use != PROCESS_RESTS)
		job_leave(p);
	WORLD_PUT(p->use, p->rests ? PROCESS_RESTS : PROCESS_NONE);
	/* No search finds one that rests. */
	WORLD_PUT(p->number, 0);
	WORLD_PUT(p->group, 0);
	WORLD_PUT(p->session, 0);
}

static void drop_slots(const struct process *p)
{
	cnode_delete(SLOT_CNODE, KEPT_HANDLES + process_index(p));
	cnode_delete(SLOT_CNODE, KEPT_WATCHES + process_index(p));
}

static void process_drop(const struct process *p)
{
	world_begin();
	leave(p);
	world_commit();
	drop_slots(p);
	while ((p = resting_surplus(false)))
		process_unmake(p);
}

void process_unmake(const struct process *p)
{
	u32 program = p->program;

	world_begin();
	give_all(p);
	leave(p);
	world_commit();
	drop_slots(p);
	ends.left(program);
}

/* A capability that was made, and whose answer did not leave before the server's end, has no children. */
static bool is_held(const struct process *p)
{
	struct cnode_describe_result d;

	return cnode_describe(SLOT_CNODE, KEPT_HANDLES + process_index(p), &d) == OK &&
	       d.type == CAP_ENDPOINT && d.children;
}

static void report(const struct process *p)
{
	waits_ended(p);
	ipc(SYS_SIGNAL, KEPT_WATCHES + process_index(p), &(struct message){0});
	if (!family_ended(p) && !is_held(p))
		process_drop(p);
}

void process_end(const struct process *p, u32 how, u32 code, const char *cause)
{
	char text[CAUSE_BYTES] = "";
	u32 program = p->program;

	string_copy(text, sizeof(text), cause);
	/* A program that would have replaced it is of no use any more. */
	for (const struct process *q = world->processes; q < world->processes + PROCESSES; q++)
		if (q->use != PROCESS_NONE && q->replaces == process_index(p) + 1)
			ends.cancel(q);
	u64 ticks;
	thread_ticks(p, PROCESS_TIMES_ALL, &ticks);
	world_begin();
	if (!resting_keep(p))
		give_all(p);
	WORLD_PUT(p->ticks, p->ticks + ticks);
	WORLD_PUT(p->how, how);
	WORLD_PUT(p->code, code);
	WORLD_PUT(p->stopped, 0);
	WORLD_PUT(p->change, 0);
	timers_clear(p, 0);
	world_write(p->cause, text, sizeof(text));
	WORLD_PUT(p->use, PROCESS_ENDED);
	family_leave(p);
	world_commit();
	if (p->rests)
		resting_clean(p);
	ends.left(program);
	report(p);
}

void process_unheld(const struct process *p)
{
	if (p->use == PROCESS_MADE || p->use == PROCESS_LOADING)
		process_end(p, PROCESS_SIGNALLED, PROCESS_SIGKILL, "");
	else if (p->use == PROCESS_ENDED && !family_awaits(p))
		process_drop(p);
}

void process_reaped(const struct process *p)
{
	if (!is_held(p))
		process_drop(p);
}

/* ---- Another program ---- */

static u32 replaced_program; /* of the process that process_replace has ended */

void process_replace(const struct process *p)
{
	const struct process *old = &world->processes[p->replaces - 1];

	WORLD_PUT(p->number, old->number);
	WORLD_PUT(p->parent, old->parent);
	WORLD_PUT(p->group, old->group);
	WORLD_PUT(p->session, old->session);
	WORLD_PUT(p->foreground, old->foreground);
	WORLD_PUT(p->pending, old->pending);
	timer_set(p, 0, &old->timers[0]);
	u64 ticks;
	thread_ticks(old, PROCESS_TIMES_ALL, &ticks);
	WORLD_PUT(p->ticks, old->ticks + ticks);
	WORLD_PUT(p->children_ticks, old->children_ticks);
	world_write(p->details, old->details, sizeof(p->details));
	replaced_program = old->program;
	give_all(old);
	WORLD_PUT(p->spawner, 0);
	WORLD_PUT(old->number, 0);
	WORLD_PUT(old->use, PROCESS_ENDED);
}

static void move_slot(cap_t from, cap_t to)
{
	struct cnode_describe_result d;

	if (cnode_describe(SLOT_CNODE, from, &d) != OK || d.type == CAP_NULL)
		return;
	cnode_delete(SLOT_CNODE, to);
	cnode_move(SLOT_CNODE,
		   &(struct cnode_move){
			   .index = to, .source_cnode = SLOT_CNODE, .source_index = from});
}

void process_replaced(const struct process *p)
{
	const struct process *old = &world->processes[p->replaces - 1];

	family_forget(
		old); /* its threads wait no more: their records may be another process's soon */
	move_slot(KEPT_HANDLES + process_index(old), KEPT_HANDLES + process_index(p));
	move_slot(KEPT_WATCHES + process_index(old), KEPT_WATCHES + process_index(p));
	world_begin();
	leave(old);
	WORLD_PUT(p->replaces, 0);
	world_commit();
	ends.left(replaced_program);
	replaced_program = 0;
	/* Its parent may have ended while it was loaded. */
	u32 parent = p->parent;
	u64 pending = p->pending;
	poke(p, PROCESS_PAGE + offsetof(struct process_page, parent), &parent, sizeof(parent));
	poke(p, PROCESS_PAGE + offsetof(struct process_page, pending), &pending, sizeof(pending));
}

/* ---- For a successor ---- */

static void take_over_one(const struct process *p)
{
	if (p->use == PROCESS_RUNS && p->replaces)
		process_replaced(p);
	if ((p->use == PROCESS_ENDED || p->use == PROCESS_RESTS) && p->rests)
		resting_clean(p);
	if (p->use == PROCESS_LOADING && !p->spawner) {
		world_begin();
		process_empty(p);
		world_commit();
	}
	if (p->use == PROCESS_RUNS && p->entry)
		thread_run(p);
	for (u32 place = 0; p->use == PROCESS_RUNS && place < PROCESS_THREADS; place++)
		if (thread_at(p, place))
			thread_go(thread_at(p, place));
	if (p->use == PROCESS_RUNS)
		signals_take_over(p);
	if (p->use == PROCESS_ENDED && p->number)
		report(p);
	else if ((p->use == PROCESS_MADE || p->use == PROCESS_LOADING) && p->spawner)
		process_unmake(p);
	else if ((p->use == PROCESS_MADE || p->use == PROCESS_LOADING) && !is_held(p))
		process_unheld(p);
}

void process_take_over(void)
{
	for (u32 i = 0; i < PROCESSES; i++)
		take_over_one(&world->processes[i]);
}

static u32 count_of(enum process_use use)
{
	u32 count = 0;

	for (u32 i = 0; i < PROCESSES; i++)
		count += world->processes[i].use == use;
	return count;
}

u32 process_count(void)
{
	return PROCESSES - count_of(PROCESS_NONE) - count_of(PROCESS_PROGRAM) -
	       count_of(PROCESS_RESTS);
}
