/* CNodes: deriving, moving, deleting and revoking, over every shape of tree. */
#include "tests/guest/kit/short.h"
#include "tests/guest/kernel/tests.h"
#include "lib/microk/memory.h"

#define DEEP 300
#define WIDE 400

static enum microk_status copy_between(cap_t to, u64 index, cap_t from, u64 source_index)
{
	return cnode_copy(to, &(struct cnode_copy){index, from, source_index, RIGHT_ALL});
}

void test_slot_arguments(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), table = kit_make(CAP_CNODE, 16), free = kit_slot();
	cap_t weak = copy_of(table, RIGHT_READ), blind = copy_of(table, RIGHT_WRITE);
	cap_t frame = kit_make(CAP_FRAME, 1);

	EXPECT(ERR_RANGE, slot_copy_to(table, 0, ep, RIGHT_ALL));
	EXPECT(ERR_RANGE, slot_copy_to(table, 16, ep, RIGHT_ALL));
	EXPECT(ERR_RANGE, slot_copy_to(table, ~0ul, ep, RIGHT_ALL));
	EXPECT(ERR_CAP, copy_between(table, 1, free, ep));
	EXPECT(ERR_TYPE, copy_between(table, 1, ep, 1));
	EXPECT(ERR_RIGHTS, copy_between(table, 1, weak, 2));
	EXPECT(ERR_RIGHTS, slot_copy_to(weak, 1, ep, RIGHT_ALL));
	EXPECT(ERR_RANGE, slot_copy_to(table, 1, 0, RIGHT_ALL));
	EXPECT(ERR_RANGE, slot_copy_to(table, 1, ROOT_CNODE_SLOTS, RIGHT_ALL));
	EXPECT(ERR_CAP, slot_copy_to(table, 1, free, RIGHT_ALL));
	EXPECT(ERR_OCCUPIED, slot_copy(table, ep, RIGHT_ALL));
	EXPECT(ERR_OCCUPIED, slot_move(ep, ep));
	EXPECT(ERR_CAP, slot_move(free, free));
	EXPECT(ERR_ARG, slot_mint(free, ep, RIGHT_ALL, 0, 4));
	EXPECT(ERR_ARG, slot_mint(free, ep, RIGHT_ALL, 0, ~0ul));
	EXPECT(ERR_TYPE, slot_mint(free, frame, RIGHT_ALL, 5, MINT_BADGE));
	EXPECT(ERR_TYPE, slot_mint(free, frame, RIGHT_ALL, 0, MINT_WATCH));
	EXPECT(ERR_DERIVED, slot_copy(free, kit_make(CAP_PAGE_TABLE, 0), RIGHT_ALL));
	EXPECT(ERR_CAP, slot_revoke(free));
	EXPECT(OK, slot_delete(free)); /* empty already */
	EXPECT(ERR_RANGE, slot_delete(0));
	EXPECT(ERR_RANGE, slot_delete(ROOT_CNODE_SLOTS));
	EXPECT(ERR_RANGE, slot_revoke(~0ul));
	EXPECT(ERR_RIGHTS, cnode_delete(weak, 1));
	EXPECT(ERR_RIGHTS, cnode_describe(blind, 1, NULL));
	EXPECT(ERR_RIGHTS, cnode_next(blind, 1, NULL));
	EXPECT(ERR_RANGE, cnode_next(table, 0, NULL));
	EXPECT(ERR_CAP, cnode_fail(ROOT_CNODE, free));
	EXPECT(ERR_TYPE, cnode_fail(ROOT_CNODE, table));
	EXPECT(ERR_RIGHTS, cnode_fail(ROOT_CNODE, copy_of(ep, RIGHT_WRITE)));
	EXPECT(ERR_CAP, cnode_save_caller(ROOT_CNODE, free));
	EXPECT(ERR_TYPE, cnode_save_caller(ROOT_CNODE, ep));
	EXPECT(ERR_METHOD, RAW_METHOD(ROOT_CNODE, 0));
	EXPECT(ERR_METHOD, RAW_METHOD(ROOT_CNODE, last_method(CAP_CNODE) + 1u));
	EXPECT(ERR_METHOD, RAW_METHOD(weak, 0xffff));
	/* The refused calls left the table empty. */
	EXPECT_U64(CAP_NULL, type_in(table, 1));
	EXPECT_U64(CAP_NULL, type_of(free));
}

static void expect_next(u64 wanted, cap_t table, u64 from)
{
	struct cnode_next_result next = {.index = ~0ul};

	EXPECT(OK, cnode_next(table, from, &next));
	EXPECT_U64(wanted, next.index);
}

/* The search finds the first used slot from any place, however far it is, and 0 after the last. */
void test_next_slot(void)
{
	cap_t table = kit_make(CAP_CNODE, CNODE_MAX_SLOTS), ep = kit_make(CAP_ENDPOINT, 0);
	static const u32 used[] = {1, 2, 63, 64, 1000, CNODE_MAX_SLOTS - 1};

	expect_next(0, table, 1);
	expect_next(0, table, CNODE_MAX_SLOTS - 1);
	EXPECT(ERR_RANGE, cnode_next(table, CNODE_MAX_SLOTS, NULL));
	for (u32 i = 0; i < ARRAY_LEN(used); i++)
		EXPECT(OK, slot_copy_to(table, used[i], ep, RIGHT_ALL));
	for (u32 from = 1, i = 0; from < CNODE_MAX_SLOTS; from += from > 1001 ? 101 : 1) {
		i += from > used[i];
		expect_next(used[i], table, from);
	}
	EXPECT(OK, cnode_delete(table, CNODE_MAX_SLOTS - 1));
	expect_next(0, table, 1001);
}

static struct cnode_copy_slots usual_copy;
static u64 slots_done;

static enum microk_status copy_slots(cap_t to, struct cnode_copy_slots args)
{
	struct cnode_copy_slots_result result = {.done = ~0ul};
	enum microk_status status = cnode_copy_slots(to, &args, &result);

	slots_done = result.done;
	return status;
}

/* The usual call with one word changed is refused, and nothing is copied. */
#define REFUSED(wanted, ...)                                                                       \
	do {                                                                                       \
		struct cnode_copy_slots args = usual_copy;                                         \
		__VA_ARGS__;                                                                       \
		EXPECT((wanted), copy_slots(to, args));                                            \
		expect_next(0, to, 1);                                                             \
	} while (0)

/* Those that are used are copied, with the rights that are named, and the first that cannot be ends it. */
void test_copy_slots(void)
{
	enum { SLOTS = 64 };
	cap_t from = kit_make(CAP_CNODE, SLOTS), to = kit_make(CAP_CNODE, SLOTS),
	      ep = kit_make(CAP_ENDPOINT, 0), frame = kit_make(CAP_FRAME, 1);

	usual_copy = (struct cnode_copy_slots){
		.index = 1,
		.source_cnode = from,
		.source_index = 1,
		.count = SLOTS - 1,
		.rights = RIGHT_READ};
	EXPECT(OK, copy_slots(to, usual_copy));
	EXPECT_U64(SLOTS - 1, slots_done); /* all are empty */
	for (u64 slot = 2; slot < SLOTS; slot += 3)
		EXPECT(OK, slot_copy_to(from, slot, frame, RIGHT_READ | RIGHT_WRITE));
	REFUSED(ERR_CAP, args.source_cnode = kit_slot());
	REFUSED(ERR_TYPE, args.source_cnode = ep);
	REFUSED(ERR_RIGHTS, args.source_cnode = copy_of(from, RIGHT_READ));
	REFUSED(ERR_ARG, args.count = 0);
	REFUSED(ERR_RANGE, args.count = SLOTS);
	REFUSED(ERR_RANGE, args.count = ~0ul);
	REFUSED(ERR_RANGE, args.index = 0);
	REFUSED(ERR_RANGE, args.index = 2);
	REFUSED(ERR_RANGE, args.index = SLOTS, args.count = 1);
	REFUSED(ERR_RANGE, args.index = ~0ul, args.count = 2);
	REFUSED(ERR_RANGE, args.source_index = 0);
	REFUSED(ERR_RANGE, args.source_index = 2);
	REFUSED(ERR_RANGE, args.source_index = 5, args.count = ~0ul - 2); /* the sum is slot 2 */
	EXPECT(ERR_RIGHTS, copy_slots(copy_of(to, RIGHT_READ), usual_copy));
	EXPECT(OK, copy_slots(to, usual_copy));
	EXPECT_U64(SLOTS - 1, slots_done);
	for (u64 slot = 1; slot < SLOTS; slot++) {
		struct cnode_describe_result copy = {0}, source = {0};

		EXPECT(OK, cnode_describe(to, slot, &copy));
		EXPECT(OK, cnode_describe(from, slot, &source));
		EXPECT_U64(slot % 3 == 2 ? CAP_FRAME : CAP_NULL, copy.type);
		if (copy.type) {
			EXPECT_U64(RIGHT_READ, copy.rights);
			EXPECT_U64(source.slot_identity, copy.parent_identity);
			EXPECT_U64(1, source.children);
		}
	}
	/* An obstacle after others, which are done, and at first. */
	EXPECT(OK, copy_slots(to, usual_copy));
	EXPECT_U64(1, slots_done);
	usual_copy.index = usual_copy.source_index = 2;
	usual_copy.count--;
	EXPECT(ERR_OCCUPIED, copy_slots(to, usual_copy));
	EXPECT(OK, cnode_delete(to, 2));
	EXPECT(OK, copy_slots(to, usual_copy));
	EXPECT_U64(3, slots_done);
	EXPECT(OK, slot_move_to(from, 1, sub_untyped(PAGE_SIZE)));
	usual_copy.index = usual_copy.source_index = 1;
	EXPECT(ERR_DERIVED, copy_slots(to, usual_copy));
	/* Within one CNode. */
	usual_copy.source_cnode = to;
	usual_copy.index = 3;
	usual_copy.source_index = 2;
	usual_copy.count = 1;
	EXPECT(OK, copy_slots(to, usual_copy));
	EXPECT_U64(1, slots_done);
}
#undef REFUSED

/* It returns the same of a slot as CNODE_DESCRIBE. */
static void expect_described(cap_t table, u64 index)
{
	struct cnode_describe_result all = {0};
	struct cnode_next_result next = {0};

	EXPECT(OK, cnode_describe(table, index, &all));
	EXPECT(OK, cnode_next(table, index, &next));
	EXPECT_U64(index, next.index);
	EXPECT_U64(all.type, next.type);
	EXPECT_U64(all.rights, next.rights);
	EXPECT_U64(all.value, next.value);
	EXPECT_U64(all.size, next.size);
	EXPECT_U64(all.children, next.children);
}

void test_next_slots_content(void)
{
	cap_t table = kit_make(CAP_CNODE, CNODE_MIN_SLOTS), ep = kit_make(CAP_ENDPOINT, 0);
	cap_t frame = kit_make(CAP_FRAME, 3), memory = sub_untyped(4 * PAGE_SIZE);
	cap_t children = kit_slots(70);
	void *at = NULL;

	EXPECT(OK, cnode_mint(table, &(struct cnode_mint){.index = 1,
							  .source_cnode = ROOT_CNODE,
							  .source_index = ep,
							  .rights = RIGHT_ALL,
							  .badge = 77,
							  .flags = MINT_BADGE | MINT_WATCH}));
	EXPECT(OK, window_map(frame, 3, RIGHT_READ, 0, &at));
	EXPECT(OK, retype(memory, CAP_ENDPOINT, 0, kit_slot(), 1));
	expect_described(table, 1);
	for (u64 i = 0; i < 70; i++) {
		EXPECT(OK, slot_copy(children + i, frame, RIGHT_READ));
		expect_described(ROOT_CNODE, frame);
	}
	expect_described(ROOT_CNODE, memory);
	expect_described(ROOT_CNODE, ROOT_CNODE);
	expect_described(ROOT_CNODE, children);
}

#define LARGE_BYTES (5ul << 20)

static void signal_by_last(u64 unused)
{
	(void)unused;
	ipc(SYS_SIGNAL, CNODE_MAX_SLOTS - 1, &(struct message){0});
	for (;;)
		kit_yield();
}

/* A thread's look-up reaches the last slot of the largest CNode, which then ends with all that it holds. */
void test_large_cnode(void)
{
	cap_t memory = sub_untyped(LARGE_BYTES),
	      table = make_of(memory, CAP_CNODE, CNODE_MAX_SLOTS);
	cap_t n = kit_make(CAP_NOTIFICATION, 0), badged = kit_mint(n, RIGHT_ALL, 5, MINT_BADGE);
	struct kit_thread t = kit_thread(signal_by_last, 0, KIT_PRIORITY - 1);
	struct message m = {0};

	EXPECT(ERR_ARG, retype(memory, CAP_CNODE, CNODE_MAX_SLOTS + 1, kit_slot(), 1));
	EXPECT_U64(CNODE_MAX_SLOTS, kit_describe(table).size);
	EXPECT(OK, slot_copy_to(table, CNODE_MAX_SLOTS - 1, badged, RIGHT_ALL));
	EXPECT(ERR_RANGE, slot_copy_to(table, CNODE_MAX_SLOTS, badged, RIGHT_ALL));
	for (u64 i = 1; i < CNODE_MAX_SLOTS - 1; i += 500)
		EXPECT(OK, slot_copy_to(table, i, badged, RIGHT_ALL));
	EXPECT(OK, thread_suspend(t.thread));
	EXPECT(OK, CONFIGURE(t.thread, .cnode = table));
	EXPECT(OK, thread_resume(t.thread));
	EXPECT(OK, ipc(SYS_WAIT, n, &m));
	EXPECT_U64(5, m.badge);
	EXPECT(OK, slot_delete(t.thread));
	EXPECT(OK, slot_delete(table));
	EXPECT_U64(0, children_of(badged));
	EXPECT_U64(0, used_of(memory));
	make_of(memory, CAP_CNODE, CNODE_MAX_SLOTS);
}

void test_rights_shrink(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), at = kit_slot();

	for (u32 given = 0; given <= RIGHT_ALL_KERNEL; given++)
		for (u32 asked = 0; asked <= RIGHT_ALL_KERNEL; asked++) {
			u32 prot = given << 9 & 0xff00;
			cap_t a = copy_of(ep, given | prot);
			EXPECT(OK, slot_copy(at, a, asked | 0xff00));
			EXPECT_U64((given & asked) | prot, rights_of(at));
			EXPECT(OK, slot_delete(at));
			EXPECT(OK, slot_copy(at, a, ~0u));
			EXPECT_U64(given | prot, rights_of(at));
			EXPECT(OK, slot_delete(at));
			EXPECT(OK, slot_delete(a));
		}
}

void test_badges(void)
{
	cap_t n = kit_make(CAP_NOTIFICATION, 0), zero = kit_mint(n, RIGHT_ALL, 0, MINT_BADGE);
	cap_t seven = kit_mint(zero, RIGHT_ALL, 7, MINT_BADGE), heir = copy_of(seven, RIGHT_ALL),
	      free = kit_slot();
	struct message m = {0};

	EXPECT_U64(7, badge_of(heir));
	EXPECT(ERR_STATE, slot_mint(free, seven, RIGHT_ALL, 8, MINT_BADGE));
	EXPECT(ERR_STATE, slot_mint(free, heir, RIGHT_ALL, 7, MINT_BADGE));
	/* Without the flag the badge is inherited, and the argument ignored. */
	EXPECT(OK, slot_mint(free, seven, RIGHT_ALL, 99, 0));
	EXPECT_U64(7, badge_of(free));
	EXPECT(OK, slot_move(kit_slot(), free));
	EXPECT(OK, ipc(SYS_SIGNAL, heir, &m));
	EXPECT(OK, ipc(SYS_WAIT, n, &m));
	EXPECT_U64(7, m.badge);
}

void test_deep_tree(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), row = kit_slots(DEEP);

	EXPECT(OK, slot_copy(row, ep, RIGHT_ALL));
	for (u32 i = 1; i < DEEP; i++)
		EXPECT(OK, slot_copy(row + i, row + i - 1, RIGHT_ALL));
	for (u32 i = 1; i < DEEP; i++)
		EXPECT_U64(self_of(row + i - 1), parent_of(row + i));
	/* One out of the middle: its child goes to its parent. */
	EXPECT(OK, slot_delete(row + 100));
	EXPECT_U64(self_of(row + 99), parent_of(row + 101));
	/* Moved: its children and its parent stay the same. */
	EXPECT(OK, slot_move(row + 100, row + 150));
	EXPECT_U64(self_of(row + 149), parent_of(row + 100));
	EXPECT_U64(self_of(row + 100), parent_of(row + 151));
	EXPECT(OK, slot_revoke(row + 200));
	for (u32 i = 201; i < DEEP; i++)
		EXPECT_U64(CAP_NULL, type_of(row + i));
	EXPECT_U64(CAP_ENDPOINT, type_of(row + 200));
	EXPECT(OK, slot_revoke(ep));
	for (u32 i = 0; i < DEEP; i++)
		EXPECT_U64(CAP_NULL, type_of(row + i));
	EXPECT_U64(0, children_of(ep));
}

void test_wide_tree(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), row = kit_slots(WIDE);

	for (u32 i = 0; i < WIDE; i++)
		EXPECT(OK, slot_copy(row + i, ep, RIGHT_ALL));
	for (u32 i = 0; i < WIDE; i++)
		EXPECT_U64(self_of(ep), parent_of(row + i));
	EXPECT(OK, slot_revoke(row + 7)); /* childless: nothing */
	/* First, last and some between. */
	EXPECT(OK, slot_delete(row));
	EXPECT(OK, slot_delete(row + WIDE - 1));
	for (u32 i = 1; i < WIDE - 1; i += 3)
		EXPECT(OK, slot_delete(row + i));
	for (u32 i = 2; i < WIDE - 1; i++)
		if (i % 3 != 1)
			EXPECT_U64(self_of(ep), parent_of(row + i));
	EXPECT(OK, slot_revoke(ep));
	for (u32 i = 0; i < WIDE; i++)
		EXPECT_U64(CAP_NULL, type_of(row + i));
}

/* A tree of three levels, eight children each: the middle level goes, then all. */
void test_bushy_tree(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), row = kit_slots(8 + 64);

	for (u32 i = 0; i < 8; i++) {
		EXPECT(OK, slot_copy(row + i, ep, RIGHT_ALL));
		for (u32 j = 0; j < 8; j++)
			EXPECT(OK, slot_copy(row + 8 + 8 * i + j, row + i, RIGHT_ALL));
	}
	EXPECT_U64(8, children_of(ep));
	EXPECT_U64(8, children_of(row + 3));
	for (u32 i = 0; i < 8; i++)
		EXPECT(OK, slot_delete(row + i));
	EXPECT_U64(64, children_of(ep));
	for (u32 i = 0; i < 64; i++)
		EXPECT_U64(self_of(ep), parent_of(row + 8 + i));
	EXPECT(OK, slot_revoke(ep));
	EXPECT_U64(0, children_of(ep));
	EXPECT_U64(CAP_NULL, type_of(row + 8));
}

/* A CNode that holds its own last capability is out of reach, but not out of its Untyped's. */
void test_cnode_in_itself(void)
{
	cap_t u = sub_untyped(64 << 10), c = make_of(u, CAP_CNODE, 32);

	EXPECT(OK, slot_copy_to(c, 5, c, RIGHT_ALL));
	EXPECT(OK, copy_between(c, 6, c, 5));
	EXPECT(OK, slot_delete(c));
	CHECK(used_of(u) != 0);
	EXPECT(OK, slot_revoke(u));
	EXPECT_U64(0, used_of(u));
	/* Two that hold each other. */
	cap_t a = make_of(u, CAP_CNODE, 32), b = make_of(u, CAP_CNODE, 32);
	EXPECT(OK, slot_move_to(a, 1, b));
	EXPECT(OK, slot_copy_to(a, 2, a, RIGHT_ALL));
	EXPECT(OK, slot_delete(a));
	EXPECT(OK, slot_revoke(u));
	EXPECT_U64(0, used_of(u));
	/* Moved into itself. */
	c = make_of(u, CAP_CNODE, 32);
	EXPECT(OK, slot_move_to(c, 3, c));
	EXPECT_U64(CAP_NULL, type_of(c));
	EXPECT(OK, slot_revoke(u));
	EXPECT_U64(0, used_of(u));
}

static volatile u64 wait_status;

static void call_and_note(u64 ep)
{
	wait_status = 999;
	wait_status = ipc(SYS_CALL, ep, &(struct message){0});
}

/* When a CNode ends, so do the objects that only it held, including CNodes in CNodes. */
void test_cnode_dies_with_its_slots(void)
{
	cap_t u = sub_untyped(256 << 10), outer = make_of(u, CAP_CNODE, 64),
	      inner = make_of(u, CAP_CNODE, 64);
	cap_t ep = make_of(u, CAP_ENDPOINT, 0), sub = make_of(u, CAP_UNTYPED, PAGE_SIZE);
	cap_t child = make_of(sub, CAP_REPLY, 0);
	struct kit_thread t = kit_thread(call_and_note, ep, 61);

	EXPECT_U64(999, wait_status);
	EXPECT_U64(THREAD_SENDING, kit_state(t));
	EXPECT(OK, slot_move_to(inner, 9, ep));
	EXPECT(OK, slot_move_to(inner, 63, sub));
	EXPECT(OK, slot_move_to(outer, 1, inner));
	EXPECT_U64(999, wait_status);
	EXPECT(OK, slot_delete(outer));
	KIT_UNTIL(wait_status == ERR_GONE);
	/* The Untyped's child went to the Untyped's parent. */
	EXPECT_U64(self_of(u), parent_of(child));
	EXPECT(OK, slot_revoke(u));
	EXPECT_U64(0, used_of(u));
}

/* A thread whose CSpace is revoked under it stops, and cannot be resumed without one. */
void test_own_cspace_goes(void)
{
	cap_t c = kit_make(CAP_CNODE, 32), t = kit_make(CAP_THREAD, 0),
	      ep = kit_make(CAP_ENDPOINT, 0);
	void *stack;
	struct message m = {0};

	EXPECT(OK, slot_copy_to(c, 1, ep, RIGHT_ALL));
	EXPECT(OK, slot_copy_to(c, 2, t, RIGHT_ALL));
	EXPECT(OK, slot_copy_to(c, 3, c, RIGHT_ALL));
	EXPECT(OK, memory_make(1, NULL, &stack));
	EXPECT(OK, CONFIGURE(t, .cnode = c, .address_space = ROOT_SPACE));
	EXPECT(OK, thread_set_priority(t, 61));
	EXPECT(OK, thread_start_at(t, (u64)call_and_note, (u64)stack + PAGE_SIZE - 8, 1));
	EXPECT_U64(THREAD_SENDING, kit_state((struct kit_thread){t, NULL}));
	EXPECT(OK, slot_revoke(c));
	EXPECT_U64(THREAD_STOPPED, kit_state((struct kit_thread){t, NULL}));
	m.tag = TAG_NONBLOCK;
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, ep, &m));
	EXPECT(ERR_STATE, thread_resume(t));
	EXPECT(ERR_STATE, thread_start_at(t, (u64)call_and_note, (u64)stack + PAGE_SIZE - 8, 1));
	/* Besides the thread's, the only capability to the CNode is in the CNode itself: it ends with the thread. */
	EXPECT(OK, slot_copy_to(c, 4, c, RIGHT_ALL));
	EXPECT(OK, CONFIGURE(t, .cnode = c));
	EXPECT(OK, slot_delete(c));
	EXPECT(OK, slot_delete(t));
}

static void delete_self(u64 thread)
{
	slot_delete(thread);
	wait_status = 1; /* never gets here */
}

void test_thread_deletes_itself(void)
{
	struct kit_thread t = kit_thread(delete_self, 0, 60);

	wait_status = 0;
	EXPECT(OK, thread_suspend(t.thread));
	struct thread_registers_result registers = {0};
	EXPECT(OK, thread_registers(t.thread, &registers));
	EXPECT(OK, thread_start_at(t.thread, (u64)delete_self, registers.sp, t.thread));
	for (u32 i = 0; i < 10; i++)
		kit_yield();
	EXPECT_U64(CAP_NULL, type_of(t.thread));
	EXPECT_U64(0, wait_status);
}
