/*
 * A process's own chunk has its address space, its CSpace and the tables that all processes need, so that its end is
 * one revoke of this chunk, and of each chunk of its memory.
 */
#include "servers/proc/process.h"
#include "gen/lib/microk/methods.h"
#include "gen/protocols/process_protocol.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "microk/info.h"
#include "servers/proc/badge.h"
#include "servers/proc/pages.h"
#include "servers/proc/pieces.h"
#include "servers/proc/pool.h"
#include "servers/proc/regions.h"
#include "servers/proc/thread.h"
#include "servers/proc/waits.h"

#define OWN_BYTES (8 * PAGE_SIZE)
#define LIMIT_PART 4 /* of the pool, for a process whose holder sets no limit */
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
	if (status == OK)
		status = make_in(p, CAP_CNODE, PROCESS_SLOTS, OWN_CSPACE, 1);
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
		.process = process_number(p),
		.number = thread_number(p, 0),
		.ticks_per_second = info ? info->tsc_hz : 0,
		.boot_ticks = info ? info->boot_tsc : 0,
		.boot_date = info ? info->boot_date : 0};
	enum microk_status status = regions_add(p, PROCESS_PAGE, 1, RIGHT_READ);

	return status == OK ? poke(p, PROCESS_PAGE, &page, sizeof(page)) : status;
}

static const struct process *find_place(void)
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

enum microk_status process_make(u64 client, const struct process **out, cap_t *handle)
{
	const struct process *p = find_place();

	if (!p)
		return ERR_LIMIT;
	world_write(p,
		    &(struct process){.use = PROCESS_MADE,
				      .generation = p->generation + 1,
				      .client = client,
				      .limit = pool_bytes() / LIMIT_PART},
		    sizeof(*p));
	u32 chunk = 0;
	enum microk_status status = pool_take(p, OWN_BYTES, &chunk);
	WORLD_PUT(p->chunk, chunk);
	if (status == OK)
		status = make_own(p);
	if (status == OK)
		status = make_page(p);
	*handle = KEPT_HANDLES + process_index(p);
	cnode_delete(SLOT_CNODE, *handle);
	if (status == OK)
		status = badge_mint(
			p, BADGE_HOLDER, 0, SLOT_CNODE, *handle, HOLDER_RIGHTS, MINT_WATCH);
	*out = p;
	return status;
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
	return status;
}

/* ---- Its end ---- */

static void process_drop(const struct process *p)
{
	world_begin();
	WORLD_PUT(p->use, PROCESS_NONE);
	world_commit();
	cnode_delete(SLOT_CNODE, KEPT_HANDLES + process_index(p));
	cnode_delete(SLOT_CNODE, KEPT_WATCHES + process_index(p));
}

static bool is_held(const struct process *p)
{
	struct cnode_describe_result d;

	return cnode_describe(SLOT_CNODE, KEPT_HANDLES + process_index(p), &d) == OK &&
	       d.type == CAP_ENDPOINT && !(d.rights & DESCRIBE_CLOSED);
}

static void report(const struct process *p)
{
	waits_ended(p);
	ipc(SYS_SIGNAL, KEPT_WATCHES + process_index(p), &(struct message){0});
	if (!is_held(p))
		process_drop(p);
}

void process_end(const struct process *p, u32 how, u32 code, const char *cause)
{
	char text[CAUSE_BYTES] = "";

	string_copy(text, sizeof(text), cause);
	world_begin();
	threads_give(p);
	pieces_give(p);
	regions_give(p);
	pool_give(p, p->chunk, 0);
	WORLD_PUT(p->chunk, 0);
	WORLD_PUT(p->taken, 0);
	WORLD_PUT(p->how, how);
	WORLD_PUT(p->code, code);
	world_write(p->cause, text, sizeof(text));
	WORLD_PUT(p->use, PROCESS_ENDED);
	world_commit();
	report(p);
}

void process_unheld(const struct process *p)
{
	if (p->use == PROCESS_MADE || p->use == PROCESS_LOADING)
		process_end(p, PROCESS_SIGNALLED, PROCESS_SIGKILL, "");
	else if (p->use == PROCESS_ENDED)
		process_drop(p);
}

void process_take_over(void)
{
	for (u32 i = 0; i < PROCESSES; i++) {
		const struct process *p = &world->processes[i];

		if (p->use == PROCESS_LOADING) {
			world_begin();
			process_empty(p);
			world_commit();
		}
		if (p->use == PROCESS_RUNS && p->entry)
			thread_run(p);
		for (u32 place = 0; p->use == PROCESS_RUNS && place < PROCESS_THREADS; place++)
			if (thread_at(p, place))
				thread_go(thread_at(p, place));
		if (p->use == PROCESS_ENDED)
			report(p);
		else if (p->use != PROCESS_NONE && !is_held(p))
			process_unheld(p);
	}
}

u32 process_count(void)
{
	u32 count = 0;

	for (u32 i = 0; i < PROCESSES; i++)
		count += world->processes[i].use != PROCESS_NONE;
	return count;
}
