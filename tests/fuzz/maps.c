/*
 * Any bytes are a sequence of mappings in the kernel without a machine (tests/host/kernel/machine.h): Frames of several
 * hundred pages, copies of them, and tables that are there already, in two address spaces, at few addresses, so that they
 * meet. The input chooses the check for an interrupt at which a call is left, and the operations before its thread goes on
 * with it, if it ever does. After each step every entry of the tables and of the TLB stands for a capability that records
 * it, with its rights, and no page is writable and executable in one address space (tests/host/kernel/check_maps.h).
 */
#include "calls.h"
#include "check_maps.h"
#include "mm/space.h"

#define STEPS_MAX 60
#define MEMORY_PAGES 1024
#define BASE 0x40000000ul

/* The slots of the root's CSpace. */
enum {
	F_SPACE = M_FIRST_FREE, /* two */
	F_UPPER = F_SPACE + 2,  /* two for each: of level 3 and 2 */
	F_TABLE = F_UPPER + 4,  /* of level 1: two for each, and two more */
	F_FRAME = F_TABLE + 6,  /* four, and two copies of each */
	F_ROOM = F_FRAME + 12,  /* empty, for more copies */
	F_END = F_ROOM + 4
};
_Static_assert(F_END <= ROOT_SLOTS, "they fit");

struct step {
	u8 what, on, space, at, rights, other, looks, same;
};

/* The Frame and the place of the last mapping. Most steps are about a copy of that Frame, in that place, so that calls meet. */
static struct {
	u64 frame, space, address;
} last;

static bool is_same(const struct step *p)
{
	return p->same % 4 != 0;
}

static u32 looks; /* until an interrupt comes; 0: none does */

static bool interrupt(void)
{
	if (looks > 1)
		looks--;
	else if (looks == 1)
		return true;
	return false;
}

/* ---- the objects that exist from the start ---- */
static void make(u32 type, u64 size, u64 slot, u64 count)
{
	MUST(call_retype(M_UNTYPED, type, size, slot, count) == OK);
}

static void make_space(u64 n)
{
	u64 space = F_SPACE + n, upper = F_UPPER + 2 * n, table = F_TABLE + 2 * n;

	make(CAP_ADDRESS_SPACE, 0, space, 1);
	make(CAP_PAGE_TABLE, 0, upper, 2);
	make(CAP_PAGE_TABLE, 0, table, 2);
	MUST(call_table_map_at(upper, space, BASE, 3) == OK);
	MUST(call_table_map_at(upper + 1, space, BASE, 2) == OK);
	for (u64 i = 0; i < 2; i++)
		MUST(call_table_map_at(table + i, space, BASE + i * LARGE_PAGE, 1) == OK);
}

static void make_all(void)
{
	static const u64 pages[] = {511, 300, 40, 1};

	for (u64 n = 0; n < 2; n++)
		make_space(n);
	make(CAP_PAGE_TABLE, 0, F_TABLE + 4, 2);
	for (u64 i = 0; i < ARRAY_LEN(pages); i++) {
		u64 frame = F_FRAME + 3 * i;

		make(CAP_FRAME, pages[i], frame, 1);
		MUST(call_copy(frame + 1, frame, RIGHT_ALL) == OK);
		MUST(call_copy(frame + 2, frame + 1, RIGHT_ALL) == OK);
	}
}

/* ---- the steps ---- */
static u64 any_frame(u8 byte)
{
	return F_FRAME + byte % (F_END - F_FRAME);
}

static u64 frame_of(const struct step *p)
{
	if (is_same(p) && last.frame < F_ROOM)
		return last.frame - (last.frame - F_FRAME) % 3 + p->on % 3;
	return any_frame(p->on);
}

static u64 table_of(u8 byte)
{
	return F_TABLE + byte % (F_FRAME - F_TABLE);
}

static u64 space_of(const struct step *p)
{
	return is_same(p) ? last.space : F_SPACE + p->space % 2;
}

/* At the beginning of a table, in it, so that a run goes on in the next one, and near its end. */
static u64 address_of(const struct step *p)
{
	static const u64 page[] = {0, 0, 1, 33, 300, 480, 512, 512 + 40};

	return is_same(p) ? last.address : BASE + page[p->at % ARRAY_LEN(page)] * PAGE_SIZE;
}

static u64 rights_of(u8 byte)
{
	static const u64 rights[] = {RIGHT_READ, RIGHT_READ | RIGHT_WRITE, RIGHT_READ | RIGHT_EXEC,
				     RIGHT_READ | RIGHT_WRITE | RIGHT_EXEC};

	return rights[byte % ARRAY_LEN(rights)];
}

static struct thread *thread_of_step(const struct step *p)
{
	return p->what & 0x80 ? machine_b : machine_a;
}

/* One entry of the kernel. If it is interrupted, its thread goes on by a later step, or begins another call. */
static void enter(struct thread *t, u8 until)
{
	looks = until % 24;
	machine_switch(t);
	machine_enter();
	looks = 0;
}

/* The step's thread makes the call, as far as it comes. */
static const struct step *step_now;

static status_t begin(u64 cap, u64 tag, const u64 *words, u32 count)
{
	struct thread *t = thread_of_step(step_now);

	machine_load(t, SYS_CALL, cap, tag, words, count);
	enter(t, step_now->looks);
	return PREEMPTED;
}

/* NULL: it has gone. */
static const struct space *space_in(u64 slot)
{
	const struct slot *s = &machine_root->slots[slot];

	return s->type == CAP_ADDRESS_SPACE ? (const struct space *)s->object : NULL;
}

static void load(const struct space *space)
{
	if (space)
		maps_load(space->root_phys);
}

static void map_frame(const struct step *p)
{
	last.frame = frame_of(p);
	last.space = space_of(p);
	last.address = address_of(p);
	call_frame_map_at(last.frame, last.space, last.address, rights_of(p->rights));
}

/* Puts another table in the place of a mapped one. */
static void exchange_table(u64 slot, u64 at)
{
	const struct space *space = space_in(slot);
	u64 spare = 0;

	for (u64 i = F_TABLE; space && i < F_FRAME; i++) {
		const struct slot *s = &machine_root->slots[i];

		if (s->type != CAP_PAGE_TABLE)
			continue;
		if (s->space == space->ref && s->address == ALIGN_DOWN(at, LARGE_PAGE))
			call_table_unmap(i);
		else if (!s->space)
			spare = i;
	}
	if (spare)
		call_table_map_at(spare, slot, at, 1);
}

/* A call for Frames in slots of the root's CNode: several that follow each other, or one that is replaced. */
static void begin_many(const struct step *p)
{
	u64 first = any_frame(p->on), count = p->other % 8, space = space_of(p);

	switch (p->what % 4) {
	case 0:
		call_frames_map(space, M_CNODE, first, count, address_of(p), rights_of(p->rights));
		break;
	case 1: call_frames_unmap(space, M_CNODE, first, count); break;
	case 2:
		call_untyped_replace_frame(
			M_UNTYPED,
			&(struct untyped_replace_frame){
				.cnode = M_CNODE,
				.index = frame_of(p),
				.address_space = space,
				.rights = rights_of(p->rights)});
		break;
	default: call_frames_protect(space, M_CNODE, first, count, rights_of(p->rights));
	}
}

/* A call by the step's thread. False: the step is not a call. */
static bool begin_call(const struct step *p)
{
	u64 any = F_SPACE + p->on % (F_END - F_SPACE), frame = frame_of(p);

	if ((p->what & 0x70) == 0x70) {
		begin_many(p);
		return true;
	}

	switch (p->what % 16) {
	case 0:
	case 1:
	case 2:
	case 3: map_frame(p); break;
	case 4: call_frame_unmap(frame); break;
	case 5:
	case 6: call_table_map_at(table_of(p->on), space_of(p), address_of(p), 1); break;
	case 7: call_table_unmap(table_of(p->on)); break;
	case 8:
		call_copy(any_frame(p->other), frame,
			  p->rights & 4 ? rights_of(p->rights) : RIGHT_ALL_KERNEL);
		break;
	case 9: call_move(M_CNODE, any_frame(p->other), frame); break;
	case 10: call_cnode_delete(M_CNODE, p->rights & 1 ? any : frame); break;
	case 11: call_cnode_revoke(M_CNODE, frame); break;
	default: return false;
	}
	return true;
}

static void do_step(const struct step *p)
{
	step_now = p;
	machine_method = begin;
	bool began = begin_call(p);
	machine_method = NULL;
	if (began)
		return;
	switch (p->what % 16) {
	case 12: load(space_in(space_of(p))); break;
	case 13:
	case 14: exchange_table(space_of(p), address_of(p)); break;
	default: enter(thread_of_step(p), p->looks); /* it goes on, or does the same again */
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t bytes);
int LLVMFuzzerTestOneInput(const u8 *data, size_t bytes)
{
	struct step p;

	machine_interrupt = interrupt;
	looks = 0;
	last.frame = F_FRAME, last.space = F_SPACE, last.address = BASE;
	machine_begin(bytes);
	machine_root->slots[M_UNTYPED].size = MEMORY_PAGES;
	maps_begin();
	make_all();
	for (u32 n = 0; bytes >= sizeof(p) && n < STEPS_MAX;
	     n++, data += sizeof(p), bytes -= sizeof(p)) {
		memcpy(&p, data, sizeof(p));
		do_step(&p);
		maps_check();
		machine_check();
	}
	/* One revoke ends everything, including the calls that were left in the middle. */
	MUST(call_cnode_revoke(M_CNODE, M_UNTYPED) == OK);
	MUST(maps_check() == 0);
	machine_check();
	MUST(!machine_root->slots[M_UNTYPED].first);
	return 0;
}
