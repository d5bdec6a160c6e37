/*
 * Random maps in few address spaces, at few addresses, so that they meet: no entry outlives its capability, neither in the
 * tables nor in the TLB.
 *   test_maps SEED SEQUENCES LENGTH
 */
#include "sequences.h"
#include "calls.h"
#include "check_maps.h"
#include "mm/frame.h"
#include "mm/space.h"
#include "mm/wx.h"

#define MEMORY_PAGES 1024 /* for pages of 2 MiB */
#define NESTED 16         /* slots of the CNodes that are made */
#define OF_A_TYPE 18      /* slots, that something is left for the others */
#define SPACES_MADE 3
#define UNTYPEDS_MADE 5

enum {
	RETYPE,
	MAP_TABLE,
	MAP_FRAME,
	UNMAP_TABLE,
	UNMAP_FRAME,
	COPY,
	MOVE,
	DELETE,
	REVOKE,
	LOAD,
	GIVE_UP,
	GO_ON,
	MAP_MANY,
	UNMAP_MANY,
	PROTECT_MANY,
	NARROW,
	MAKE_MAPPED,
	REPLACE,
	OPS
};
static const char *const names[OPS] = {
	"retype",   "map table",  "map frame",    "unmap table", "unmap frame", "copy",
	"move",     "delete",     "revoke",       "load",        "give up",     "go on",
	"map many", "unmap many", "protect many", "narrow",      "make mapped", "replace"};
#define LEAVES OPS /* of the tallies */
#define PARTS (OPS + 1)
#define MIXED (OPS + 2)
#define MAPPED (OPS + 3)

/* One that is not mapped, mostly. */
static u64 any_unmapped(u32 type)
{
	u64 slot = 0;

	for (u32 i = 0; i < 6; i++) {
		slot = any_of(type);
		if (!slot || !machine_root->slots[slot].aux || dice() % 16 == 0)
			break;
	}
	return slot;
}

static u32 count_of(u32 type)
{
	u32 count = 0;

	for (u32 i = M_FIRST_FREE; i < ROOT_SLOTS; i++)
		count += machine_root->slots[i].type == type;
	return count;
}

static u64 any_address(void)
{
	static const u64 base[] = {0, 0x40000000, 0x8000000000, 0x7fff80000000, 0x7fffffc00000};

	return base[dice() % 2 ? 0 : dice() % ARRAY_LEN(base)] + dice() % 3 * LARGE_PAGE +
	       (dice() % 4 ? 0 : dice() % 512 * PAGE_SIZE);
}

/* Where a table is, mostly. */
static u64 any_covered(void)
{
	const struct slot *table = &machine_root->slots[any_of(CAP_PAGE_TABLE)];

	if (table->type != CAP_PAGE_TABLE || !table->aux || dice() % 4 == 0)
		return any_address();
	return table->badge + (dice() % 2 ? 0 : dice() % 512 * PAGE_SIZE);
}

/* New memory keeps no part of a page that a call began to copy there and gave up. */
static void check_zero(const struct slot *frame)
{
	const u64 *words = phys_to_virt(frame->phys);

	for (u64 i = 0; i < frame->pages * PAGE_SIZE / sizeof(u64); i++)
		MUST(words[i] == 0);
}

/* ---- the operations: true when done ---- */
static bool retype(void)
{
	static const struct {
		u32 type, most;
		u64 size;
	} kind[] = {
		{CAP_FRAME, OF_A_TYPE, 1},
		{CAP_FRAME, OF_A_TYPE, 3},
		{CAP_FRAME, OF_A_TYPE, 40},
		{CAP_FRAME, OF_A_TYPE, 512},
		{CAP_PAGE_TABLE, OF_A_TYPE, 0},
		{CAP_PAGE_TABLE, OF_A_TYPE, 0},
		{CAP_PAGE_TABLE, OF_A_TYPE, 0},
		{CAP_ADDRESS_SPACE, SPACES_MADE, 0},
		{CAP_UNTYPED, UNTYPEDS_MADE, 0x40000},
		{CAP_UNTYPED, UNTYPEDS_MADE, LARGE_PAGE},
		{CAP_CNODE, OF_A_TYPE, NESTED}};
	u64 which = dice() % ARRAY_LEN(kind), to = any_of(CAP_NULL);
	u64 from = dice() % 2 ? any_of(CAP_UNTYPED) : 0;

	if (!to || count_of(kind[which].type) >= kind[which].most ||
	    call_retype(from ? from : M_UNTYPED, kind[which].type, kind[which].size, to, 1) != OK)
		return false;
	if (kind[which].type == CAP_FRAME)
		check_zero(&machine_root->slots[to]);
	return true;
}

/* Finds the tables of all levels at an address, as far as they exist. */
static bool map_tables(void)
{
	u64 space = any_of(CAP_ADDRESS_SPACE), at = any_address(), table;
	bool done = false;

	for (u64 level = 3; space && level; level--)
		if ((table = any_unmapped(CAP_PAGE_TABLE)))
			done |= call_table_map_at(
					table, space, at, dice() % 8 ? level : dice() % 5) == OK;
	return done;
}

static bool map_frames(void)
{
	u64 space = any_of(CAP_ADDRESS_SPACE), frame;
	bool done = false;

	for (u32 i = 0; space && i < 4; i++)
		if ((frame = any_unmapped(CAP_FRAME)))
			done |= call_frame_map_at(
					frame, space, any_covered(),
					dice() % 4 ? 1 + 2 * (dice() % 2) : dice() % 16) == OK;
	return done;
}

/* CNodes stay in the root's CNode, so that their capabilities can be found. */
static bool move(void)
{
	u64 from = M_FIRST_FREE + dice() % (ROOT_SLOTS - M_FIRST_FREE), nested = any_of(CAP_CNODE);

	if (nested && machine_root->slots[from].type != CAP_CNODE && dice() % 4 == 0)
		return call_move(nested, 1 + dice() % (NESTED - 1), from) == OK;
	return call_move(M_CNODE, any_of(CAP_NULL), from) == OK;
}

/* A call of one entry of the kernel. PREEMPTED: it was interrupted, and is never begun again. */
static status_t begin(u64 cap, u64 tag, const u64 *words, u32 count)
{
	machine_load(machine_a, SYS_CALL, cap, tag, words, count);
	machine_switch(machine_a);
	return machine_enter() ? TAG_STATUS(machine_a->regs.rax) : PREEMPTED;
}

/* Chooses a long Frame, if there is one. */
static u64 any_run(void)
{
	u64 frame = 0;

	for (u32 i = 0; i < 8; i++) {
		frame = any_of(CAP_FRAME);
		if (machine_root->slots[frame].pages > 3)
			break;
	}
	return frame;
}

/* It is mapped, unmapped or deleted, and its thread is stopped in the middle, which leaves a Frame with fewer mapped
 * pages. */
static bool give_up_one(u64 frame, u64 space)
{
	const struct slot *s = &machine_root->slots[frame];
	u64 at = s->space && dice() % 4 ? frame_address(s) : any_covered();
	u32 rights = (const u32[]){1, 3, 5}[dice() % 3];
	status_t status;

	machine_method = begin;
	switch (dice() % 6) {
	case 0: status = call_cnode_delete(M_CNODE, frame); break;
	case 1: status = call_frame_unmap(frame); break;
	default: status = call_frame_map_at(frame, space, at, rights);
	}
	machine_method = NULL;
	bool done = status != PREEMPTED;
	u32 mapped = frame_mapped_pages(s);
	tally[PARTS] += !done && mapped && mapped < s->pages;
	return !done;
}

static bool give_up(void)
{
	u64 space = any_of(CAP_ADDRESS_SPACE), frame;
	bool done = false;

	for (u32 i = 0; space && i < 4; i++)
		if ((frame = any_run()))
			done |= give_up_one(frame, space);
	return done;
}

/* Whichever thread makes the call for the rest of a part, with the same rights or others. */
static bool go_on(void)
{
	u64 start = dice() % ROOT_SLOTS;

	for (u64 i = 0; i < ROOT_SLOTS; i++) {
		u64 frame = (start + i) % ROOT_SLOTS;
		const struct slot *s = &machine_root->slots[frame];

		if (frame < M_FIRST_FREE || s->type != CAP_FRAME || !s->space ||
		    frame_mapped_pages(s) == s->pages)
			continue;
		for (u64 space = M_FIRST_FREE; space < ROOT_SLOTS; space++)
			if (machine_root->slots[space].type == CAP_ADDRESS_SPACE &&
			    ((struct space *)machine_root->slots[space].object)->ref == s->space)
				return call_frame_map_at(frame, space, frame_address(s),
							 (const u64[]){1, 3, 5}[dice() % 3]) == OK;
	}
	return false;
}

/* ---- Frames in slots of a CNode, the root's or one in it ---- */
static u64 many_cnode, many_index, many_count;

static void choose_many(void)
{
	u64 nested = dice() % 3 ? 0 : any_of(CAP_CNODE), frame = any_of(CAP_FRAME);

	many_cnode = nested ? nested : M_CNODE;
	many_index = nested ? 1 + dice() % (NESTED - 1) : dice() % 4 ? frame : dice() % ROOT_SLOTS;
	many_count = dice() % 16 ? 1 + dice() % 5 : dice();
}

static bool map_many(u64 space)
{
	u64 rights = dice() % 4 ? (const u64[]){1, 3, 5}[dice() % 3] : dice() % 16;

	return call_space_map_frames(
		       space,
		       &(struct space_map_frames){
			       .cnode = many_cnode,
			       .index = many_index,
			       .count = many_count,
			       .address = any_covered(),
			       .rights = rights,
			       .attributes = dice() % 2 ? MAP_SPARSE : 0},
		       NULL) == OK;
}

static bool unmap_many(u64 space)
{
	return call_frames_unmap(space, many_cnode, many_index, many_count) == OK;
}

/* The call may be given up in the middle; a run then has old rights and new ones. */
static bool protect_many(u64 space)
{
	u64 rights = dice() % 8 ? (const u64[]){1, 3, 5}[dice() % 3] : dice() % 16;

	machine_method = dice() % 2 ? begin : NULL;
	status_t status = call_frames_protect(space, many_cnode, many_index, many_count, rights);
	machine_method = NULL;
	tally[MIXED] += status == PREEMPTED;
	return status == OK;
}

static bool many(u32 op)
{
	u64 space = any_of(CAP_ADDRESS_SPACE);

	choose_many();
	return op == MAP_MANY     ? map_many(space)
	       : op == UNMAP_MANY ? unmap_many(space)
				  : protect_many(space);
}

static bool narrow(void)
{
	u64 frame = any_of(CAP_FRAME), pages = machine_root->slots[frame].pages;
	u64 first = pages ? dice() % pages : 0;

	return call_frame_narrow(
		       frame,
		       &(struct frame_narrow){
			       .first = first,
			       .count = 1 + dice() % 4,
			       .cnode = M_CNODE,
			       .index = any_of(CAP_NULL),
			       .rights = dice() % 3 ? RIGHT_ALL_KERNEL : dice() % 16}) == OK;
}

/* It may be given up in the middle. */
static bool make_mapped(void)
{
	static const u64 pages[] = {1, 1, 3, 40, 512};
	struct untyped_map_frame args = {
		.pages = pages[dice() % ARRAY_LEN(pages)],
		.cnode = M_CNODE,
		.index = dice() % 8 ? any_of(CAP_NULL) : any_of(CAP_FRAME),
		.made = dice() % 8 == 0,
		.address_space = any_of(CAP_ADDRESS_SPACE),
		.address = any_covered(),
		.rights = dice() % 4 ? 1 + 2 * (dice() % 2) : dice() % 16};

	if (!args.index || (!args.made && count_of(CAP_FRAME) >= OF_A_TYPE))
		return false;
	machine_method = dice() % 3 ? NULL : begin;
	status_t status =
		call_untyped_map_frame(dice() % 2 ? M_UNTYPED : any_of(CAP_UNTYPED), &args);
	machine_method = NULL;
	return status == OK;
}

/* A single page that is mapped, if there is one, or any Frame. */
static u64 any_mapped_page(void)
{
	u64 frame = 0;

	for (u32 i = 0; i < 12; i++) {
		frame = any_of(CAP_FRAME);
		if (machine_root->slots[frame].pages == 1 && machine_root->slots[frame].space)
			break;
	}
	return frame;
}

/* Where it is mapped, mostly. */
static u64 space_of_page(u64 frame)
{
	for (u64 space = M_FIRST_FREE; dice() % 8 && space < ROOT_SLOTS; space++)
		if (machine_root->slots[space].type == CAP_ADDRESS_SPACE &&
		    ((struct space *)machine_root->slots[space].object)->ref ==
			    machine_root->slots[frame].space)
			return space;
	return any_of(CAP_ADDRESS_SPACE);
}

/* Its bytes are the old one's, and it is mapped if that was. The call may be given up in the middle: nothing has changed then. */
static bool replace(void)
{
	static u8 bytes[PAGE_SIZE];
	u64 frame = any_mapped_page(), untyped = dice() % 2 ? M_UNTYPED : any_of(CAP_UNTYPED);
	const struct slot *s = &machine_root->slots[frame];
	struct slot old = *s;
	struct untyped_replace_frame args = {
		.cnode = M_CNODE,
		.index = frame,
		.address_space = space_of_page(frame),
		.rights = dice() % 4 ? 1 + 2 * (dice() % 2) : dice() % 16};

	if (old.type == CAP_FRAME && old.pages == 1) {
		for (u32 i = 0; i < PAGE_SIZE; i++)
			bytes[i] = (u8)dice();
		memcpy(phys_to_virt(old.phys), bytes, PAGE_SIZE);
	}
	machine_method = dice() % 3 ? NULL : begin;
	status_t status = call_untyped_replace_frame(untyped, &args);
	machine_method = NULL;
	if (status != OK) {
		MUST(memcmp(s, &old, offsetof(struct slot, prev)) == 0);
		return false;
	}
	MUST(s->type == CAP_FRAME && s->pages == 1 && s->phys != old.phys &&
	     slot_rights(s) == RIGHT_ALL);
	MUST(s->space == old.space && s->address == old.address);
	MUST(memcmp(phys_to_virt(s->phys), bytes, PAGE_SIZE) == 0);
	tally[MAPPED] += s->space != 0;
	return true;
}

static bool load(void)
{
	u64 space = any_of(CAP_ADDRESS_SPACE);

	if (space)
		maps_load(((struct space *)machine_root->slots[space].object)->root_phys);
	return space;
}

static bool operation(u32 op)
{
	u64 slot = M_FIRST_FREE + dice() % (ROOT_SLOTS - M_FIRST_FREE);

	switch (op) {
	case RETYPE: return retype();
	case MAP_TABLE: return map_tables();
	case MAP_FRAME: return map_frames();
	case UNMAP_TABLE: return call_table_unmap(any_of(CAP_PAGE_TABLE)) == OK;
	case UNMAP_FRAME: return call_frame_unmap(any_of(CAP_FRAME)) == OK;
	case COPY:
		return call_copy(any_of(CAP_NULL), any_of(CAP_FRAME),
				 dice() % 3 ? RIGHT_ALL_KERNEL : dice() % 16) == OK;
	case MOVE: return move();
	case DELETE: return call_cnode_delete(M_CNODE, slot) == OK;
	case REVOKE: return call_cnode_revoke(M_CNODE, dice() % 10 ? slot : M_UNTYPED) == OK;
	case LOAD: return load();
	case GO_ON: return go_on();
	case MAP_MANY:
	case UNMAP_MANY:
	case PROTECT_MANY: return many(op);
	case NARROW: return narrow();
	case MAKE_MAPPED: return make_mapped();
	case REPLACE: return replace();
	default: return give_up();
	}
}

static u32 any_operation(void)
{
	static const u8 often[OPS] = {
		[RETYPE] = 6,      [MAP_TABLE] = 9,  [MAP_FRAME] = 9,    [UNMAP_TABLE] = 1,
		[UNMAP_FRAME] = 3, [COPY] = 3,       [MOVE] = 1,         [DELETE] = 2,
		[REVOKE] = 1,      [LOAD] = 1,       [GIVE_UP] = 12,     [GO_ON] = 4,
		[MAP_MANY] = 6,    [UNMAP_MANY] = 2, [PROTECT_MANY] = 8, [NARROW] = 3,
		[MAKE_MAPPED] = 5, [REPLACE] = 5};
	u64 left = dice() % 81;
	u32 op = 0;

	for (; left >= often[op]; op++)
		left -= often[op];
	return op;
}

static void run(u64 seed, u32 length)
{
	(void)seed;
	machine_root->slots[M_UNTYPED].size = MEMORY_PAGES;
	maps_begin();
	for (u32 i = 0; i < length; i++) {
		u32 op = any_operation();
		tally[op] += operation(op);
		tally[LEAVES] += maps_check();
		machine_check();
		if (op == RETYPE || op == MAKE_MAPPED || op == REPLACE)
			machine_check_memory();
	}
}

static u32 looks; /* until an interrupt comes; 0: none does */

static bool interrupt(void)
{
	return looks && --looks == 0;
}

/* Memory is cleared ahead, and the call is given up; then a copy begins there, and is given up, too. */
static void check_half_copied(void)
{
	enum { PAGE = M_FIRST_FREE, RUN };
	struct untyped_replace_frame args = {
		.cnode = M_CNODE, .index = PAGE, .address_space = M_SPACE, .rights = RIGHT_READ};

	machine_begin(1);
	MUST(call_retype(M_UNTYPED, CAP_FRAME, 1, PAGE, 1) == OK);
	memset(phys_to_virt(machine_root->slots[PAGE].phys), 0x77, PAGE_SIZE);
	machine_interrupt = interrupt;
	machine_method = begin;
	looks = 10;
	MUST(call_retype(M_UNTYPED, CAP_FRAME, 4, RUN, 1) == PREEMPTED);
	looks = 3;
	MUST(call_untyped_replace_frame(M_UNTYPED, &args) == PREEMPTED);
	machine_method = NULL;
	MUST(call_retype(M_UNTYPED, CAP_FRAME, 4, RUN, 1) == OK);
	check_zero(&machine_root->slots[RUN]);
	machine_interrupt = NULL;
}

/* Device memory needs no record, and cannot be executed. Memory without one cannot be mapped. */
static void check_without_record(void)
{
	struct slot device = {
		.type = CAP_FRAME, .pages = 1, .phys = 1ul << 40, .flags = SLOT_DEVICE};
	struct slot memory = {.type = CAP_FRAME, .pages = 1, .phys = 1ul << 40};

	MUST(wx_allows(&device, 1, RIGHT_READ | RIGHT_WRITE));
	MUST(!wx_allows(&device, 1, RIGHT_READ | RIGHT_EXEC));
	MUST(!wx_allows(&memory, 1, RIGHT_READ) && !wx_allows(&memory, 1, RIGHT_EXEC));
}

int main(int argc, char **argv)
{
	check_without_record();
	check_half_copied();
	if (!sequences(argc, argv, run))
		return 1;
	for (u32 i = 0; i < OPS; i++) {
		printf("%s: %lu\n", names[i], tally[i]);
		MUST(tally[i]); /* else this case is not tested */
	}
	printf("pages looked at: %lu; runs of which a part was left: %lu; changes of rights: %lu\n",
	       tally[LEAVES], tally[PARTS], tally[MIXED]);
	printf("replaced where they were mapped: %lu\n", tally[MAPPED]);
	MUST(tally[PARTS] && tally[MIXED] && tally[MAPPED]);
	return 0;
}
