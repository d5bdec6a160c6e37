#include "servers/proc/pieces.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/string.h"
#include "servers/proc/pool.h"

#define TABLE_BYTES (512 * PAGE_SIZE) /* that a page table of level 1 maps */
#define TABLES (PROCESS_TOP / TABLE_BYTES)
#define TOP_PAGE (PROCESS_TOP / PAGE_SIZE)
#define WINDOWS ((TOP_PAGE + WINDOW_PAGES - 1) / WINDOW_PAGES)

/* Made of the records, and not kept: where each window and each table is. Its piece + 1; 0: there is none. */
static u16 window_piece[PROCESSES][ALIGN_UP(WINDOWS, 4)];
static u16 table_piece[PROCESSES][TABLES];

static u64 window_of(u64 address)
{
	return (TOP_PAGE - 1 - address / PAGE_SIZE) / WINDOW_PAGES;
}

struct page_place page_place(const struct process *p, u64 address)
{
	u64 window = window_of(address);
	u32 piece = window_piece[process_index(p)][window];
	u64 from_end = (TOP_PAGE - 1 - address / PAGE_SIZE) % WINDOW_PAGES; /* pages above it */

	return (struct page_place){
		.cnode = piece ? KEPT_PIECES + piece - 1 : 0,
		.index = WINDOW_PAGES - from_end,
		.run = from_end + 1};
}

bool pieces_is_first_table(u64 address)
{
	u64 table = address / TABLE_BYTES;

	return table == PIECES_FIRST_LOW / TABLE_BYTES || table == TABLES - 1;
}

void pieces_recount(void)
{
	memset(window_piece, 0, sizeof(window_piece));
	memset(table_piece, 0, sizeof(table_piece));
	for (u32 i = 0; i < PIECES; i++) {
		const struct piece *e = &world->pieces[i];

		if (e->kind == PIECE_TABLE)
			table_piece[e->process][e->number] = (u16)(i + 1);
		else if (e->kind == PIECE_WINDOW)
			window_piece[e->process][e->number] = (u16)(i + 1);
	}
}

/* A record and a chunk for it. */
static enum microk_status take(const struct process *p, enum piece_kind kind, u32 number, u64 bytes,
			       const struct piece **out)
{
	static u32 hint;

	for (u32 n = 0; n < PIECES; n++) {
		const struct piece *e = &world->pieces[(hint + n) % PIECES];
		struct piece made = {
			.kind = (u16)kind, .process = (u16)process_index(p), .number = number};

		if (e->kind != PIECE_NONE)
			continue;
		hint = (hint + n + 1) % PIECES;
		enum microk_status status = pool_take(p, bytes, &made.chunk);
		if (status == OK)
			world_write(e, &made, sizeof(made));
		*out = e;
		return status;
	}
	return ERR_LIMIT;
}

static enum microk_status make(const struct piece *e, u64 type, u64 size)
{
	return untyped_retype(
		e->chunk,
		&(struct untyped_retype){
			.type = type,
			.size = size,
			.cnode = SLOT_CNODE,
			.index = KEPT_PIECES + (u64)(e - world->pieces),
			.count = 1});
}

static enum microk_status make_table(const struct process *p, u64 number)
{
	const struct piece *e;
	enum microk_status status = take(p, PIECE_TABLE, (u32)number, PAGE_SIZE, &e);

	if (status == OK)
		status = make(e, CAP_PAGE_TABLE, 0);
	if (status == OK)
		status = table_map(
			KEPT_PIECES + (u64)(e - world->pieces),
			&(struct table_map){.address_space = process_own(p, OWN_SPACE),
					    .address = number * TABLE_BYTES,
					    .level = 1});
	if (status == OK)
		table_piece[process_index(p)][number] = (u16)(e - world->pieces + 1);
	return status;
}

static enum microk_status make_window(const struct process *p, u64 number)
{
	const struct piece *e;
	enum microk_status status = take(p, PIECE_WINDOW, (u32)number, WINDOW_CHUNK, &e);

	if (status == OK)
		status = make(e, CAP_CNODE, WINDOW_PAGES + 1);
	if (status == OK)
		window_piece[process_index(p)][number] = (u16)(e - world->pieces + 1);
	return status;
}

enum microk_status pieces_make(const struct process *p, u64 address, u64 pages)
{
	u64 last = address + (pages - 1) * PAGE_SIZE;
	enum microk_status status = OK;

	for (u64 n = address / TABLE_BYTES; n <= last / TABLE_BYTES && status == OK; n++)
		if (!table_piece[process_index(p)][n] && !pieces_is_first_table(n * TABLE_BYTES))
			status = make_table(p, n);
	for (u64 n = window_of(last); n <= window_of(address) && status == OK; n++)
		if (!window_piece[process_index(p)][n])
			status = make_window(p, n);
	return status;
}

static u32 count_of(const u16 *piece, u64 count)
{
	u32 found = 0;

	for (u64 n = 0; n < count; n += 4) {
		u64 four;

		memcpy(&four, &piece[n], sizeof(four));
		for (; four; four >>= 16)
			found += (four & 0xffff) != 0;
	}
	return found;
}

u32 pieces_count(const struct process *p)
{
	return count_of(table_piece[process_index(p)], TABLES) +
	       count_of(window_piece[process_index(p)], ALIGN_UP(WINDOWS, 4));
}

u64 pieces_bytes(const struct process *p)
{
	return count_of(table_piece[process_index(p)], TABLES) * PAGE_SIZE +
	       count_of(window_piece[process_index(p)], ALIGN_UP(WINDOWS, 4)) * WINDOW_CHUNK;
}

/* Most places are empty, so four are looked at together. */
static void give_all(const struct process *p, u16 *piece, u64 count)
{
	for (u64 n = 0; n < count; n += 4) {
		u64 four;

		memcpy(&four, &piece[n], sizeof(four));
		for (u64 i = n; four && i < n + 4; i++) {
			if (!piece[i])
				continue;
			const struct piece *e = &world->pieces[piece[i] - 1];
			pool_give(p, e->chunk, 0);
			WORLD_PUT(e->kind, PIECE_NONE);
			piece[i] = 0;
		}
	}
}

void pieces_give(const struct process *p)
{
	u32 index = process_index(p);

	give_all(p, table_piece[index], TABLES);
	give_all(p, window_piece[index], ALIGN_UP(WINDOWS, 4));
}
