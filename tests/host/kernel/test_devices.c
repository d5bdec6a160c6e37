/*
 * Random maps for two devices, at few addresses, so that they meet, with interrupts at random: a unit, which remembers all that
 * it could ever have read from the tables until it is made to forget, never has a page that no mapped Frame of that requester
 * covers at that address, nor a table that is not a mapped PageTable.
 *   test_devices SEED STEPS
 */
#include "calls.h"
#include "machine_vtd.h"
#include "mm/frame.h"
#include "mm/io_space.h"
#include "pc/vtd_context.h"
#include "tests/random.h"
#include "x86/pte.h"

#define REQUESTERS 2
#define FIRST_REQUESTER 8
#define LARGE 0x200000ul
#define WINDOW 1024 /* pages: two tables of level 1 */
#define NEAR 12     /* pages on both sides of the middle are used */
#define MOST_SLOTS 30

enum { ROOT_IO = M_FIRST_FREE, IO, IO_END = IO + 3, OWN = IO_END, OWN_END = OWN + MOST_SLOTS };

static unsigned long state;
static u64 remembered[256][WINDOW]; /* by domain: entries that the unit may have */
static u32 mapped, refused;

static u64 below(u64 limit)
{
	return random_next(&state) % limit;
}

static struct slot *slot(u64 index)
{
	return &machine_root->slots[index];
}

static void forget(u32 domain)
{
	memset(remembered[domain], 0, sizeof(remembered[domain]));
}

static u64 any(u32 type)
{
	for (u32 i = 0; i < 40; i++) {
		u64 at = OWN + below(MOST_SLOTS);
		if (slot(at)->type == type)
			return at;
	}
	return 0;
}

/* One that is not mapped, mostly. */
static u64 any_unmapped(u32 type)
{
	u64 at = 0;

	for (u32 i = 0; i < 8; i++) {
		at = any(type);
		if (!at || !slot(at)->space || below(16) == 0)
			break;
	}
	return at;
}

static u64 any_iospace(void)
{
	return IO + below(IO_END - IO);
}

static u64 any_address(void)
{
	return LARGE + below(2 * NEAR) * PAGE_SIZE - NEAR * PAGE_SIZE;
}

static void make(void)
{
	u64 at = OWN + below(MOST_SLOTS), frame = any(CAP_FRAME);

	if (slot(at)->type != CAP_NULL)
		return;
	if (frame && below(3) == 0)
		call_copy(at, frame, RIGHT_ALL);
	else if (below(2))
		call_retype(M_UNTYPED, CAP_FRAME, 1 + below(6), at, 1);
	else
		call_retype(M_UNTYPED, CAP_PAGE_TABLE, 0, at, 1);
}

static void map_frame(void)
{
	u64 frame = any_unmapped(CAP_FRAME);

	if (!frame)
		return;
	const struct iospace_map args = {
		.frame = frame,
		.address = any_address(),
		.rights = below(2) ? RIGHT_READ : RIGHT_READ | RIGHT_WRITE};
	struct slot before = *slot(frame);
	status_t status = call_iospace_map(any_iospace(), &args, NULL);

	if (status == OK)
		mapped++;
	else
		refused++;
	/* A mapping that met an obstacle has been taken back. */
	MUST(status == OK ? frame_mapped_pages(slot(frame)) == slot(frame)->pages
			  : slot(frame)->space == before.space);
}

static void map_table(void)
{
	u64 iospace = any_iospace(), address = any_address();

	for (u64 level = io_levels(); level; level--) {
		u64 table = any_unmapped(CAP_PAGE_TABLE);
		if (table)
			call_table_map_at(table, iospace, address, below(8) ? level : below(5));
	}
}

/* The capability through which tables were bound goes, or another to the same requester. */
static void renew_iospace(void)
{
	u64 at = any_iospace();

	call_cnode_delete(M_CNODE, at);
	MUST(call_iospace_narrow(
		     ROOT_IO, &(struct iospace_narrow){.first = FIRST_REQUESTER + below(REQUESTERS),
						       .count = 1,
						       .cnode = M_CNODE,
						       .index = at}) == OK);
}

static void step(void)
{
	u64 of_a_type = any(below(2) ? CAP_FRAME : CAP_PAGE_TABLE);

	switch (below(16)) {
	case 0:
		if (below(4) == 0)
			call_cnode_delete(M_CNODE, of_a_type ? of_a_type : OWN);
		return;
	case 1:
		if (below(8) == 0)
			call_table_unmap(any(CAP_PAGE_TABLE));
		return;
	case 2:
	case 3: call_frame_unmap(any(CAP_FRAME)); return;
	case 4:
		if (below(16) == 0)
			renew_iospace();
		return;
	case 5:
		if (below(100) == 0)
			call_cnode_revoke(M_CNODE, M_UNTYPED);
		return;
	case 6:
	case 7:
	case 8: make(); return;
	case 9:
	case 10:
	case 11: map_table(); return;
	default: map_frame(); return;
	}
}

/* Whether a mapped Frame has this page there. */
static bool is_covered(u64 ref, u64 address, u64 entry)
{
	for (u64 i = OWN; i < OWN_END; i++) {
		const struct slot *s = slot(i);
		u64 offset = address - frame_address(s);

		if (s->type != CAP_FRAME || s->space != ref || address < frame_address(s) ||
		    offset >= frame_mapped_pages(s) * PAGE_SIZE)
			continue;
		if ((entry & PTE_ADDRESS) == s->phys + offset &&
		    (!(entry & PTE_WRITE) || (s->rights & RIGHT_WRITE)))
			return true;
	}
	return false;
}

static bool is_table(u64 ref, u64 phys, u32 level)
{
	for (u64 i = OWN; i < OWN_END; i++)
		if (slot(i)->type == CAP_PAGE_TABLE && slot(i)->space == ref &&
		    slot(i)->phys == phys && slot(i)->level == level)
			return true;
	return false;
}

/* The unit reads all that it can. */
static void read_tables(const struct io_space *io, u64 top)
{
	MUST(is_table(io->ref, top, io_levels()));
	for (u64 page = 0; page < WINDOW; page++) {
		u64 address = page * PAGE_SIZE;
		const u64 *entry = io_entry(io, address, 1);

		for (u32 level = 2; level <= io_levels(); level++) {
			const u64 *above = io_entry(io, address, level);
			if (above && (*above & PTE_PRESENT))
				MUST(is_table(io->ref, *above & PTE_ADDRESS, level - 1));
		}
		if (entry && (*entry & PTE_PRESENT))
			remembered[io->domain][page] = *entry;
	}
}

static void check(void)
{
	for (u64 requester = FIRST_REQUESTER; requester < FIRST_REQUESTER + REQUESTERS;
	     requester++) {
		struct io_space io;
		struct vtd_context c;

		if (!io_space_of(requester, &io))
			continue;
		MUST(vtd_context_find((u32)requester, &c));
		read_tables(&io, c.table);
		for (u64 page = 0; page < WINDOW; page++)
			if (remembered[io.domain][page])
				MUST(is_covered(
					io.ref, page * PAGE_SIZE, remembered[io.domain][page]));
	}
}

/* A domain that no requester has is remembered by nothing. */
static void check_unused(void)
{
	bool is_used[256] = {0};
	struct io_space io;

	for (u64 requester = 0; requester < VTD_REQUESTERS; requester++)
		if (io_space_of(requester, &io))
			is_used[io.domain] = true;
	for (u32 domain = 0; domain < 256; domain++)
		for (u64 page = 0; page < WINDOW && !is_used[domain]; page++)
			MUST(!remembered[domain][page]);
}

static void run(u64 seed, u64 steps, u32 levels)
{
	machine_begin(seed);
	machine_vtd_start(levels);
	machine_vtd_forget = forget;
	memset(remembered, 0, sizeof(remembered));
	*slot(ROOT_IO) = (struct slot){
		.type = CAP_IOSPACE, .rights = RIGHT_ALL_KERNEL, .count = VTD_REQUESTERS};
	for (u32 i = 0; i < IO_END - IO; i++)
		renew_iospace();
	for (u64 i = 0; i < steps; i++) {
		step();
		check();
		if (i % 256 == 0)
			check_unused();
	}
	machine_check();
	machine_check_memory();
	machine_vtd_forget = NULL;
}

int main(int count, char **words)
{
	MUST(count == 3);
	state = strtoul(words[1], NULL, 0) | 1;
	for (u32 levels = 3; levels <= 4; levels++)
		run(state, strtoul(words[2], NULL, 0), levels);
	printf("devices: %u frames mapped, %u refused\n", mapped, refused);
	MUST(mapped > 300);
}
