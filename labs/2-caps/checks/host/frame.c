/* Exercise 2.7, stop an attack: Frames and an address space; its tables are made here. */
#include "mm/frame.h"
#include "x86/pte.h"
#include "x86/layout.h"
#include "mm/space.h"
#include "sched/thread.h"
#include "gen/kernel/methods.h"
#include "frame_fakes.h"
#include "unit.h"

#define SPACE 1
#define EMPTY 2
#define OTHER 3
#define SECOND 4 /* another address space */
#define VA 0x400000ul
#define PHYS 0x3456000ul
#define REF 0x5001
#define SECOND_REF 0x6001

static struct thread *caller;
static struct slot *caps; /* its CSpace */
static struct space *space, *second;
static ASKED struct slot frame;
static ASKED struct invocation inv;
static u64 *level1, *second_level1;

static u64 *new_table(void)
{
	return unit_object(PAGE_SIZE, PAGE_SIZE);
}

static struct space *new_space(u64 ref, u64 **entries)
{
	struct space *s = unit_object(64, sizeof(*s));
	u64 *level4 = new_table(), *level3 = new_table(), *level2 = new_table();

	s->header.type = CAP_ADDRESS_SPACE;
	s->root = level4;
	s->ref = ref;
	*entries = new_table();
	level4[0] = virt_to_phys(level3) | PTE_PRESENT | PTE_WRITE | PTE_USER;
	level3[0] = virt_to_phys(level2) | PTE_PRESENT | PTE_WRITE | PTE_USER;
	level2[VA >> 21] = virt_to_phys(*entries) | PTE_PRESENT | PTE_WRITE | PTE_USER;
	return s;
}

static void begin(u8 rights, u32 pages)
{
	caller = unit_object(THREAD_BYTES, THREAD_BYTES);
	space = new_space(REF, &level1);
	second = new_space(SECOND_REF, &second_level1);
	spaces[0] = space, refs[0] = REF;
	spaces[1] = second, refs[1] = SECOND_REF;
	caps = caller->caps = unit_object(64, 5 * sizeof(struct slot));
	caller->caps_count = 5;
	caps[SPACE] = (struct slot){
		.type = CAP_ADDRESS_SPACE,
		.rights = RIGHT_READ | RIGHT_WRITE,
		.object = &space->header};
	caps[SECOND] = (struct slot){
		.type = CAP_ADDRESS_SPACE,
		.rights = RIGHT_READ | RIGHT_WRITE,
		.object = &second->header};
	caps[OTHER] = (struct slot){
		.type = CAP_THREAD, .rights = RIGHT_READ | RIGHT_WRITE, .object = &space->header};
	frame = (struct slot){.type = CAP_FRAME, .rights = rights, .size = pages, .base = PHYS};
}

static status_t map_in(u64 to, u64 va, u64 rights, u64 attributes)
{
	inv = (struct invocation){
		.caller = caller,
		.slot = &frame,
		.label = FRAME_MAP,
		.word = {to, va, rights, attributes}};
	return frame_map_method(&inv);
}

static status_t map(u64 va, u64 rights)
{
	return map_in(SPACE, va, rights, 0);
}

static void want_nothing(const char *what)
{
	for (u32 i = 0; i < 512; i++)
		WANT(!level1[i], "check everything before changing anything",
		     text("%s: nothing is mapped", what), text("entry %u is 0x%lx", i, level1[i]));
	WANT(!frame.aux && !frame.badge, "the slot records where the Frame is mapped",
	     text("%s: the slot records no mapping", what), "it records one");
}

static void allowed(void)
{
	begin(RIGHT_READ | RIGHT_WRITE, 3);
	WANT_STATUS("map 3 pages, to read and write", OK, map(VA, RIGHT_READ | RIGHT_WRITE), NULL);
	for (u32 i = 0; i < 3; i++)
		WANT_U64(text("the entry of page %u", i),
			 (PHYS + i * PAGE_SIZE) | PTE_PRESENT | PTE_USER | PTE_WRITE | PTE_NX,
			 level1[i], NULL);
	WANT(frame.aux == REF && frame.badge == VA, "or a delete could not undo the mapping",
	     "the slot records where it is mapped",
	     text("space 0x%lx, address 0x%lx", frame.aux, frame.badge));
	begin(RIGHT_READ | RIGHT_WRITE | RIGHT_EXEC, 1);
	WANT_STATUS("map to read, with a capability to all", OK, map(VA, RIGHT_READ),
		    "fewer rights than the capability has may always be asked for");
	WANT(!(level1[0] & PTE_WRITE) && (level1[0] & PTE_NX), NULL, "it is mapped to read only",
	     text("entry 0x%lx", level1[0]));
}

static void amplified(void)
{
	static const struct {
		u8 has;
		u32 asks;
	} no[] = {{RIGHT_READ, RIGHT_READ | RIGHT_WRITE},
		  {RIGHT_READ, RIGHT_READ | RIGHT_EXEC},
		  {RIGHT_READ | RIGHT_WRITE, RIGHT_READ | RIGHT_EXEC},
		  {RIGHT_READ | RIGHT_EXEC, RIGHT_READ | RIGHT_WRITE},
		  {RIGHT_READ | RIGHT_GRANT, RIGHT_READ | RIGHT_WRITE}};

	for (u32 i = 0; i < ARRAY_LEN(no); i++) {
		begin(no[i].has, 1);
		const char *what = text(
			"a Frame with rights 0x%x, mapped with rights 0x%x", no[i].has, no[i].asks);
		WANT_STATUS(what, ERR_RIGHTS, map(VA, no[i].asks),
			    "every right that is asked for must be one that the capability has");
		want_nothing(what);
	}
	begin(RIGHT_READ | RIGHT_WRITE, 1);
	WANT_STATUS("rights with bits beyond 32", ERR_RIGHTS, map(VA, RIGHT_READ | 1ul << 33),
		    "all 64 bits of the argument count");
	WANT_STATUS("a protocol right", ERR_RIGHTS, map(VA, RIGHT_READ | RIGHT_PROT(0)),
		    "the capability does not have that right either");
	frame.prot = 0xff;
	WANT_STATUS("a protocol right, with a capability that has them all", ERR_RIGHTS,
		    map(VA, RIGHT_READ | RIGHT_WRITE | RIGHT_PROT(0)),
		    "protocol rights are a server's and no pages': only the kernel's rights count "
		    "here");
	want_nothing("refused");
}

static void not_mine(void)
{
	begin(RIGHT_READ | RIGHT_WRITE, 1);
	caps[SPACE].rights = RIGHT_READ | RIGHT_EXEC | RIGHT_GRANT;
	WANT_STATUS("map into an address space without RIGHT_WRITE to it", ERR_RIGHTS,
		    map(VA, RIGHT_READ),
		    "a capability to read an address space does not allow to put pages into it");
	want_nothing("refused");
	WANT_STATUS("map into an empty slot", ERR_CAP, map_in(EMPTY, VA, RIGHT_READ, 0), NULL);
	WANT_STATUS("map into a thread", ERR_TYPE, map_in(OTHER, VA, RIGHT_READ, 0),
		    "the capability's object is read as a struct space: it must be one");
	want_nothing("refused");
}

static void twice(void)
{
	begin(RIGHT_READ | RIGHT_WRITE, 1);
	WANT_STATUS("map", OK, map(VA, RIGHT_READ), NULL);
	WANT_STATUS(
		"map once more, elsewhere", ERR_STATE, map(VA + 16 * PAGE_SIZE, RIGHT_READ),
		"a slot remembers one place; a mapping that it forgets is never taken out again");
	WANT(!level1[16] && frame.badge == VA, "check everything before changing anything",
	     "the second is refused, and the first stays",
	     "the second is mapped, or the first forgotten");
	WANT_STATUS("map once more, at the same address of another address space", ERR_STATE,
		    map_in(SECOND, VA, RIGHT_READ, 0),
		    "a place is an address space and an address; a mapping that the slot forgets "
		    "is never taken out again");
	WANT(!second_level1[0] && frame.aux == REF, "check everything before changing anything",
	     "that is refused, and the first stays",
	     "it is mapped there as well, or the first forgotten");
	frame_unmap(&frame);
	WANT(!level1[0], NULL, "unmapped, it is gone", text("entry 0x%lx", level1[0]));
	WANT_STATUS("map again, after unmapping", OK, map(VA + 16 * PAGE_SIZE, RIGHT_READ),
		    "then it is not mapped");
}

static void arguments(void)
{
	static const u64 range[] = {
		USER_TOP,  USER_TOP - PAGE_SIZE, 0x800000000000ul, 0xffff800000000000ul, ~0ul << 12,
		~0ul << 13};

	begin(RIGHT_READ | RIGHT_WRITE, 2);
	WANT_STATUS("an address in the middle of a page", ERR_ALIGN, map(VA + 8, RIGHT_READ), NULL);
	for (u32 i = 0; i < ARRAY_LEN(range); i++)
		WANT_STATUS(
			text("2 pages at 0x%lx", range[i]), ERR_RANGE, map(range[i], RIGHT_READ),
			"compare without adding: the sum may overflow");
	frame.flags = SLOT_DEVICE; /* memory has no attributes: frame_map_method */
	WANT_STATUS("an attribute beyond 32 bits", ERR_ARG,
		    map_in(SPACE, VA, RIGHT_READ, 1ul << 40), "all 64 bits of the argument count");
	WANT_STATUS("an attribute that does not exist", ERR_ARG, map_in(SPACE, VA, RIGHT_READ, 8),
		    "map_flags");
	WANT_STATUS("writable and executable", ERR_RIGHTS,
		    (frame.rights |= RIGHT_EXEC, map(VA, RIGHT_READ | RIGHT_WRITE | RIGHT_EXEC)),
		    "map_flags");
	WANT_STATUS("where no table is", ERR_TABLE, map(0x40000000000ul, RIGHT_READ), "map_run");
	want_nothing("refused");
	level1[1] = 0x777000 | PTE_PRESENT;
	WANT_STATUS("2 pages, the second of which is mapped", ERR_OCCUPIED, map(VA, RIGHT_READ),
		    "map_run");
	WANT(!level1[0] && !frame.aux, NULL, "and the first is not mapped then", "it is");
}

static const struct unit_check checks[] = {
	{"2.7.a", amplified}, {"2.7.b", not_mine},  {"2.7.c", twice},
	{"2.7.d", allowed},   {"2.7.e", arguments},
};
UNIT_MAIN(checks)
