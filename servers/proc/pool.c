#include "servers/proc/pool.h"
#include "gen/lib/microk/methods.h"
#include "lib/chunks/chunks.h"
#include "lib/microk/memory.h"
#include "servers/proc/jobs.h"

#define LEVELS_MAX 14u                                        /* 32 MiB */
#define CHANGES (REGIONS_EACH + PIECES + PROCESS_THREADS + 2) /* chunks of one transaction */

static struct chunks pool = {.cnode = SLOT_CNODE, .first = KEPT_POOL, .least = PAGE_SIZE};

/* Of the transaction under way. */
static u32 taken[CHANGES], given[CHANGES];
static u32 taken_count, given_count;

/* init puts the memory into the CSpace's last slot, once; it stays in the pool's first from then on. */
static enum microk_status find_memory(u64 *bytes)
{
	struct cnode_describe_result own, memory;
	struct untyped_info_result info;
	enum microk_status status = cnode_describe(SLOT_CNODE, SLOT_CNODE, &own);

	if (status == OK)
		status = cnode_describe(SLOT_CNODE, KEPT_POOL, &memory);
	if (status == OK && memory.type == CAP_NULL)
		status = cnode_move(SLOT_CNODE, &(struct cnode_move){.index = KEPT_POOL,
								     .source_cnode = SLOT_CNODE,
								     .source_index = own.size - 1});
	if (status == OK)
		status = untyped_info(KEPT_POOL, &info);
	*bytes = status == OK ? info.bytes : 0;
	if (status == OK && own.size - 1 < KEPT_POOL + chunks_slots(1))
		status = ERR_LIMIT;
	/* As many sizes as there are slots for. */
	for (pool.levels = 1;
	     status == OK && pool.levels < LEVELS_MAX && PAGE_SIZE << pool.levels <= *bytes &&
	     KEPT_POOL + chunks_slots(pool.levels + 1) < own.size;)
		pool.levels++;
	return status;
}

/* Each chunk that a record names. */
static enum microk_status keep_all(void)
{
	enum microk_status status = OK;

	for (u32 i = 0; i < PROCESSES && status == OK; i++)
		if (world->processes[i].use != PROCESS_NONE && world->processes[i].chunk)
			status = chunks_keep(&pool, world->processes[i].chunk);
	for (u32 i = 0; i < PROCESSES && status == OK; i++)
		if (world->processes[i].use != PROCESS_NONE && world->processes[i].cspace)
			status = chunks_keep(&pool, world->processes[i].cspace);
	for (u32 i = 0; i < THREADS && status == OK; i++)
		if (world->threads[i].used)
			status = chunks_keep(&pool, world->threads[i].chunk);
	for (u32 i = 0; i < REGIONS && status == OK; i++)
		if (world->regions[i].pages && world->regions[i].chunk)
			status = chunks_keep(&pool, world->regions[i].chunk);
	for (u32 i = 0; i < PIECES && status == OK; i++)
		if (world->pieces[i].kind != PIECE_NONE)
			status = chunks_keep(&pool, world->pieces[i].chunk);
	return status;
}

static void settle(bool committed)
{
	const u32 *gone = committed ? given : taken;
	u32 count = committed ? given_count : taken_count;

	for (u32 i = 0; i < count; i++)
		chunks_give(&pool, gone[i]);
	taken_count = given_count = 0;
}

enum microk_status pool_open(void)
{
	u64 bytes;
	void *state;
	enum microk_status status = find_memory(&bytes);

	if (status == OK)
		status = memory_make(
			ALIGN_UP(chunks_slots(pool.levels), PAGE_SIZE) / PAGE_SIZE, NULL, &state);
	if (status != OK)
		return status;
	pool.state = state;
	world_settled = settle;
	status = chunks_find(&pool);
	if (status == OK)
		status = keep_all();
	return status == OK ? chunks_settle(&pool) : status;
}

enum microk_status pool_charge(const struct process *p, u64 bytes)
{
	if (!job_has_room(p, bytes))
		return ERR_MEMORY;
	job_charge(p, bytes);
	WORLD_PUT(p->taken, p->taken + bytes);
	return OK;
}

void pool_credit(const struct process *p, u64 bytes)
{
	WORLD_PUT(p->taken, p->taken - bytes);
	job_credit(p, bytes);
}

enum microk_status pool_take(const struct process *p, u64 bytes, u32 *chunk)
{
	cap_t slot;

	if (taken_count == CHANGES || !job_has_room(p, bytes))
		return ERR_MEMORY;
	enum microk_status status = chunks_take(&pool, bytes, &slot);
	if (status != OK)
		return status;
	job_charge(p, bytes);
	*chunk = (u32)slot;
	taken[taken_count++] = (u32)slot;
	WORLD_PUT(p->taken, p->taken + bytes);
	return OK;
}

void pool_give(const struct process *p, u32 chunk, u64 bytes)
{
	given[given_count++] = chunk;
	if (bytes)
		pool_credit(p, bytes);
}

u64 pool_bytes(void)
{
	return PAGE_SIZE << (pool.levels - 1);
}

u64 pool_free(void)
{
	return chunks_free(&pool);
}
