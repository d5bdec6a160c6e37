/* Processes: an address space, a CNode of its pages, a CSpace, made of one chunk, so that one revoke ends them. */
#include "lib/microk/string.h"
#include "tests/guest/tried/processes/server.h"

#define OWN_BYTES (32 * PAGE_SIZE)

struct process *process_find(u64 number)
{
	if (number == 0 || number > PROCESSES || world->processes[number - 1].use == PROCESS_NONE)
		return NULL;
	return &world->processes[number - 1];
}

static enum microk_status make_in(const struct process *p, u64 type, u64 size, u32 which, u64 count)
{
	return untyped_retype(
		p->chunk,
		&(struct untyped_retype){
			.type = type,
			.size = size,
			.cnode = SLOT_CNODE,
			.index = kept(p, which),
			.count = count});
}

/* The tables for the whole window: nothing is missing when a page is mapped. */
static enum microk_status make_tables(const struct process *p)
{
	static const struct {
		u64 level, address;
	} tables[] = {{3, WINDOW}, {2, WINDOW}, {1, WINDOW}, {1, WINDOW + 512 * PAGE_SIZE}};
	enum microk_status status = make_in(p, CAP_PAGE_TABLE, 0, KEPT_TABLES, ARRAY_LEN(tables));

	for (u32 i = 0; i < ARRAY_LEN(tables) && status == OK; i++)
		status = table_map(
			kept(p, KEPT_TABLES + i),
			&(struct table_map){.address_space = kept(p, KEPT_SPACE),
					    .address = tables[i].address,
					    .level = tables[i].level});
	return status;
}

static enum microk_status make_own(const struct process *p)
{
	enum microk_status status = make_in(p, CAP_ADDRESS_SPACE, 0, KEPT_SPACE, 1);

	if (status == OK)
		status = make_tables(p);
	if (status == OK)
		status = make_in(p, CAP_CNODE, WINDOW_PAGES + 1, KEPT_PAGES, 1);
	if (status == OK)
		status = make_in(p, CAP_CNODE, PROCESS_SLOTS, KEPT_CSPACE, 1);
	if (status == OK)
		status = cnode_mint(
			kept(p, KEPT_CSPACE),
			&(struct cnode_mint){
				.index = PROCESS_SLOT_TERMINAL,
				.source_cnode = SLOT_CNODE,
				.source_index = grant_find(GRANT_TERMINAL),
				.rights = RIGHT_WRITE,
				.badge = number_of(p),
				.flags = MINT_BADGE});
	return status;
}

struct process *process_make(u32 parent)
{
	for (struct process *p = world->processes; p < world->processes + PROCESSES; p++) {
		if (p->use != PROCESS_NONE)
			continue;
		memset(p, 0, sizeof(*p));
		p->parent = parent;
		p->use = PROCESS_RUNS;
		if (chunks_take(&pool, OWN_BYTES, &p->chunk) == OK && make_own(p) == OK)
			return p;
		process_drop(p);
		return NULL;
	}
	return NULL;
}

/* Address space and threads first, then the memory that they use. */
static void give_all(struct process *p)
{
	for (struct thread *t = p->threads; t < p->threads + PROCESS_THREADS; t++) {
		if (t->used)
			chunks_give(&pool, t->chunk);
		t->used = false;
	}
	if (p->chunk)
		chunks_give(&pool, p->chunk);
	p->chunk = 0;
	for (struct region *r = p->regions; r < p->regions + REGIONS; r++)
		if (r->end)
			region_put(r);
}

void process_drop(struct process *p)
{
	give_all(p);
	p->use = PROCESS_NONE;
}

void process_end(struct process *p, u64 status)
{
	give_all(p);
	wait_forget(p);
	p->status = status;
	p->use = PROCESS_ENDED;
	for (u32 i = 0; i < PROCESSES; i++) /* its children are the test's */
		if (world->processes[i].parent == number_of(p))
			world->processes[i].parent = 0;
	wait_child_ended(p->parent);
}

i64 process_spawn(const char *name)
{
	struct process *p = process_make(0);
	u64 entry, stack;

	if (!p)
		return -ENOMEM;
	if (load(p, name, &entry, &stack) != OK || thread_make(p, 0) != 0 ||
	    thread_start(thread_cap(p, p->threads),
			 &(struct thread_start){
				 .instruction_pointer = entry, .stack_pointer = stack}) != OK) {
		process_drop(p);
		return -EINVAL;
	}
	return number_of(p);
}
