#include "servers/proc/programs.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/string.h"
#include "servers/proc/pieces.h"
#include "servers/proc/process.h"
#include "servers/proc/regions.h"
#include "servers/proc/resting.h"

static u32 number_of(const struct program *g)
{
	return (u32)(g - world->programs) + 1;
}

static cap_t file_slot(const struct program *g)
{
	return KEPT_RUNNING + number_of(g) - 1;
}

static bool is_run(const struct program *g)
{
	for (const struct process *p = world->processes; p < world->processes + PROCESSES; p++)
		if (p->use != PROCESS_NONE && p->program == number_of(g))
			return true;
	return false;
}

/* Its pages are wanted: also by a process that has ended, and will rest, or has rested, and is loaded. */
static bool is_used(const struct program *g)
{
	for (const struct process *p = world->processes; p < world->processes + PROCESSES; p++)
		if (p->use != PROCESS_NONE && p->use != PROCESS_RESTS &&
		    (p->program == number_of(g) || p->rests == number_of(g)))
			return true;
	return false;
}

const struct process *program_pages(const struct program *g)
{
	return g->place ? &world->processes[g->place - 1] : NULL;
}

const struct program *program_find(const struct program_key *key)
{
	for (const struct program *g = world->programs; g < world->programs + PROGRAMS; g++)
		if (g->used && g->ready && key->version && memcmp(&g->key, key, sizeof(*key)) == 0)
			return g;
	return NULL;
}

/* ---- Ends ---- */

/* A successor drops pages that no program names. */
void program_drop_pages(const struct program *g)
{
	const struct process *pages = program_pages(g), *resting;

	while ((resting = resting_with(number_of(g))))
		process_unmake(resting);
	if (!pages)
		return;
	world_begin();
	WORLD_PUT(g->ready, 0);
	WORLD_PUT(g->place, 0);
	world_commit();
	process_unmake(pages);
}

void program_drop(const struct program *g)
{
	program_drop_pages(g);
	cnode_delete(SLOT_CNODE, file_slot(g));
	world_begin();
	WORLD_PUT(g->used, 0);
	world_commit();
}

void program_left(u32 number)
{
	const struct program *g = number ? &world->programs[number - 1] : NULL;

	if (!g || !g->used || is_run(g))
		return;
	if (g->ready)
		cnode_delete(SLOT_CNODE, file_slot(g));
	else
		program_drop(g);
}

bool programs_give_way(enum microk_status status)
{
	const struct process *resting;
	bool gave = false;

	while (status == ERR_MEMORY && (resting = resting_surplus(true))) {
		process_unmake(resting);
		gave = true;
	}
	for (const struct program *g = world->programs; g < world->programs + PROGRAMS; g++) {
		if (status != ERR_MEMORY || !g->used || !g->ready || is_used(g))
			continue;
		program_drop(g);
		gave = true;
	}
	return gave;
}

u64 programs_bytes(void)
{
	u64 bytes = resting_bytes();

	for (const struct program *g = world->programs; g < world->programs + PROGRAMS; g++) {
		const struct process *pages = program_pages(g);
		if (g->used && g->ready && pages && !is_used(g))
			bytes += pages->taken;
	}
	return bytes;
}

void programs_take_over(void)
{
	for (const struct program *g = world->programs; g < world->programs + PROGRAMS; g++)
		if (g->used && !is_run(g)) {
			if (g->ready)
				cnode_delete(SLOT_CNODE, file_slot(g));
			else
				program_drop(g);
		}
	for (u32 i = 0; i < PROCESSES; i++) {
		bool named = false;

		for (u32 n = 0; n < PROGRAMS; n++)
			named |= world->programs[n].used && world->programs[n].place == i + 1;
		if (world->processes[i].use == PROCESS_PROGRAM && !named)
			process_unmake(&world->processes[i]);
	}
}

/* ---- Making ---- */

/* The one that was run the longest time ago, and is not now. `with_pages`: of those with pages. */
static const struct program *oldest(void)
{
	const struct program *found = NULL;

	for (const struct program *g = world->programs; g < world->programs + PROGRAMS; g++)
		if (g->used && g->ready && !is_used(g) && (!found || g->stamp < found->stamp))
			found = g;
	return found;
}

static const struct program *find_record(void)
{
	for (const struct program *g = world->programs; g < world->programs + PROGRAMS; g++)
		if (!g->used)
			return g;
	return NULL;
}

static const struct process *make_pages(void)
{
	const struct process *pages;

	world_begin();
	if (process_make_program(&pages) == OK && world_commit() == OK)
		return pages;
	world_abort();
	pieces_recount();
	return NULL;
}

const struct program *program_make(const struct program_key *key)
{
	const struct program *g = find_record(), *old = oldest();
	const struct process *pages = NULL;

	if (!g && old) {
		program_drop(old);
		g = find_record();
		old = oldest();
	}
	if (!g)
		return NULL;
	if (key->version && !(pages = make_pages()) && old) {
		program_drop(old);
		pages = make_pages();
	}
	const struct program made = {
		.used = 1, .place = pages ? process_index(pages) + 1 : 0, .key = *key};
	world_begin();
	world_write(g, &made, sizeof(made));
	world_commit();
	return g;
}

void program_ready(const struct program *g, const struct image *image)
{
	world_write(&g->image, image, sizeof(*image));
	WORLD_PUT(g->ready, 1);
}

/* ---- Pages of processes ---- */

/* Since an earlier process (resting.h). */
static bool has_read_pages(const struct program *g, const struct process *p)
{
	return p->rests == number_of(g);
}

enum microk_status program_give_memory(const struct program *g, const struct process *p)
{
	enum microk_status status = p->rests && !has_read_pages(g, p) ? resting_strip(p) : OK;

	for (u32 i = 0; i < g->image.count && status == OK; i++) {
		const struct image_part *part = &g->image.parts[i];
		if (!part->write && has_read_pages(g, p))
			continue;
		u64 start = image_part_start(part),
		    pages = (image_part_end(part) - start) / PAGE_SIZE;

		status = part->write
				 ? regions_add(p, start, pages, RIGHT_READ | RIGHT_WRITE)
				 : regions_add_common(p, start, pages,
						      RIGHT_READ | (part->exec ? RIGHT_EXEC : 0));
	}
	WORLD_PUT(p->shares, p->shares | SHARES_PROGRAM);
	return status;
}

/* Capabilities to the pages in one window, mapped to be read. */
static enum microk_status give_run(const struct process *p, const struct process *pages,
				   u64 address, u64 count, u64 rights)
{
	struct page_place from = page_place(pages, address), to = page_place(p, address);
	struct cnode_copy_slots_result copied = {0};
	struct space_map_frames_result mapped = {0};
	enum microk_status status = cnode_copy_slots(
		to.cnode,
		&(struct cnode_copy_slots){
			.index = to.index,
			.source_cnode = from.cnode,
			.source_index = from.index,
			.count = count,
			.rights = RIGHT_READ | RIGHT_EXEC},
		&copied);

	if (status == OK)
		status = space_map_frames(
			process_own(p, OWN_SPACE),
			&(struct space_map_frames){
				.cnode = to.cnode,
				.index = to.index,
				.count = count,
				.address = address,
				.rights = rights},
			&mapped);
	return status == OK && (copied.done < count || mapped.done < count) ? ERR_STATE : status;
}

/* Of a part that is written, those with bytes of the file: the others are zeroes, and are made when they are touched. */
static enum microk_status give_part(const struct process *p, const struct process *pages,
				    const struct image_part *part)
{
	u64 address = image_part_start(part);
	u64 end = part->write ? ALIGN_UP(part->address + part->file_bytes, PAGE_SIZE)
			      : image_part_end(part);
	enum microk_status status = OK;

	if (part->write && !part->file_bytes)
		return OK;
	while (address < end && status == OK) {
		u64 count = MIN((end - address) / PAGE_SIZE, page_place(p, address).run);

		status = give_run(
			p, pages, address, count, RIGHT_READ | (part->exec ? RIGHT_EXEC : 0));
		address += count * PAGE_SIZE;
	}
	return status;
}

enum microk_status program_give_pages(const struct program *g, const struct process *p)
{
	enum microk_status status = OK;

	for (u32 i = 0; i < g->image.count && status == OK; i++)
		if (g->image.parts[i].write || !has_read_pages(g, p))
			status = give_part(p, program_pages(g), &g->image.parts[i]);
	/* From now on the program's pages do not give way. */
	world_begin();
	WORLD_PUT(p->rests, status == OK ? number_of(g) : 0);
	world_commit();
	return status;
}

void program_run(const struct program *g, const struct process *p)
{
	u32 stamp = 0;

	for (u32 i = 0; i < PROGRAMS; i++)
		stamp = MAX(stamp, world->programs[i].stamp);
	WORLD_PUT(g->stamp, stamp + 1);
	WORLD_PUT(p->program, number_of(g));
	WORLD_PUT(p->rests, 0);
}

bool program_hold(const struct program *g, cap_t file)
{
	return cnode_move(SLOT_CNODE, &(struct cnode_move){.index = file_slot(g),
							   .source_cnode = SLOT_CNODE,
							   .source_index = file}) == OK;
}
