/* CNodes: deriving, moving, deleting and revoking, over every shape of tree. */
#include "tests/guest/kernel/short.h"
#include "tests/guest/kernel/tests.h"
#include "lib/microk/memory.h"

#define DEEP 300
#define WIDE 400

void test_slot_arguments(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), table = kit_make(CAP_CNODE, 16), free = kit_slot();
	cap_t weak = copy_of(table, RIGHT_READ), blind = copy_of(table, RIGHT_WRITE);
	cap_t frame = kit_make(CAP_FRAME, 1);
	struct message m = {0};

	EXPECT(ERR_RANGE, METHOD(table, CNODE_COPY, 0, ROOT_CNODE, ep, RIGHT_ALL));
	EXPECT(ERR_RANGE, METHOD(table, CNODE_COPY, 16, ROOT_CNODE, ep, RIGHT_ALL));
	EXPECT(ERR_RANGE, METHOD(table, CNODE_COPY, ~0ul, ROOT_CNODE, ep, RIGHT_ALL));
	EXPECT(ERR_CAP, METHOD(table, CNODE_COPY, 1, free, ep, RIGHT_ALL));
	EXPECT(ERR_TYPE, METHOD(table, CNODE_COPY, 1, ep, 1, RIGHT_ALL));
	EXPECT(ERR_RIGHTS, METHOD(table, CNODE_COPY, 1, weak, 2, RIGHT_ALL));
	EXPECT(ERR_RIGHTS, METHOD(weak, CNODE_COPY, 1, ROOT_CNODE, ep, RIGHT_ALL));
	EXPECT(ERR_RANGE, METHOD(table, CNODE_COPY, 1, ROOT_CNODE, 0, RIGHT_ALL));
	EXPECT(ERR_RANGE, METHOD(table, CNODE_COPY, 1, ROOT_CNODE, ROOT_CNODE_SLOTS, RIGHT_ALL));
	EXPECT(ERR_CAP, METHOD(table, CNODE_COPY, 1, ROOT_CNODE, free, RIGHT_ALL));
	EXPECT(ERR_OCCUPIED, COPY(table, ep, RIGHT_ALL));
	EXPECT(ERR_OCCUPIED, MOVE(ep, ep));
	EXPECT(ERR_CAP, MOVE(free, free));
	EXPECT(ERR_ARG, MINT(free, ep, RIGHT_ALL, 0, 4));
	EXPECT(ERR_ARG, MINT(free, ep, RIGHT_ALL, 0, ~0ul));
	EXPECT(ERR_TYPE, MINT(free, frame, RIGHT_ALL, 5, MINT_BADGE));
	EXPECT(ERR_TYPE, MINT(free, frame, RIGHT_ALL, 0, MINT_WATCH));
	EXPECT(ERR_DERIVED, COPY(free, kit_make(CAP_PAGE_TABLE, 0), RIGHT_ALL));
	EXPECT(ERR_CAP, REVOKE(free));
	EXPECT(OK, DELETE(free)); /* empty already */
	EXPECT(ERR_RANGE, DELETE(0));
	EXPECT(ERR_RANGE, DELETE(ROOT_CNODE_SLOTS));
	EXPECT(ERR_RANGE, REVOKE(~0ul));
	EXPECT(ERR_RIGHTS, METHOD(weak, CNODE_DELETE, 1));
	EXPECT(ERR_RIGHTS, METHOD(blind, CNODE_DESCRIBE, 1));
	EXPECT(ERR_CAP, METHOD(ROOT_CNODE, CNODE_FAIL, free));
	EXPECT(ERR_TYPE, METHOD(ROOT_CNODE, CNODE_FAIL, table));
	EXPECT(ERR_RIGHTS, METHOD(ROOT_CNODE, CNODE_FAIL, copy_of(ep, RIGHT_WRITE)));
	EXPECT(ERR_CAP, METHOD(ROOT_CNODE, CNODE_SAVE_CALLER, free));
	EXPECT(ERR_TYPE, METHOD(ROOT_CNODE, CNODE_SAVE_CALLER, ep));
	EXPECT(ERR_METHOD, METHOD(ROOT_CNODE, 0));
	EXPECT(ERR_METHOD, METHOD(ROOT_CNODE, last_method(CAP_CNODE) + 1u));
	EXPECT(ERR_METHOD, METHOD(weak, 0xffff));
	/* The refused calls left the table empty. */
	EXPECT(OK, METHOD_RESULT(&m, table, CNODE_DESCRIBE, 1));
	EXPECT_U64(CAP_NULL, m.word[0]);
	EXPECT_U64(CAP_NULL, type_of(free));
}

void test_rights_shrink(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), at = kit_slot();

	for (u32 given = 0; given <= RIGHT_ALL_KERNEL; given++)
		for (u32 asked = 0; asked <= RIGHT_ALL_KERNEL; asked++) {
			u32 prot = given << 9 & 0xff00;
			cap_t a = copy_of(ep, given | prot);
			EXPECT(OK, COPY(at, a, asked | 0xff00));
			EXPECT_U64((given & asked) | prot, rights_of(at));
			EXPECT(OK, DELETE(at));
			EXPECT(OK, COPY(at, a, ~0u));
			EXPECT_U64(given | prot, rights_of(at));
			EXPECT(OK, DELETE(at));
			EXPECT(OK, DELETE(a));
		}
}

void test_badges(void)
{
	cap_t n = kit_make(CAP_NOTIFICATION, 0), zero = kit_mint(n, RIGHT_ALL, 0, MINT_BADGE);
	cap_t seven = kit_mint(zero, RIGHT_ALL, 7, MINT_BADGE), heir = copy_of(seven, RIGHT_ALL),
	      free = kit_slot();
	struct message m = {0};

	EXPECT_U64(7, kit_describe(heir).word[2]);
	EXPECT(ERR_STATE, MINT(free, seven, RIGHT_ALL, 8, MINT_BADGE));
	EXPECT(ERR_STATE, MINT(free, heir, RIGHT_ALL, 7, MINT_BADGE));
	/* Without the flag the badge is inherited, and the argument ignored. */
	EXPECT(OK, MINT(free, seven, RIGHT_ALL, 99, 0));
	EXPECT_U64(7, kit_describe(free).word[2]);
	EXPECT(OK, MOVE(kit_slot(), free));
	EXPECT(OK, ipc(SYS_SIGNAL, heir, &m));
	EXPECT(OK, ipc(SYS_WAIT, n, &m));
	EXPECT_U64(7, m.badge);
}

void test_deep_tree(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), row = kit_slots(DEEP);

	EXPECT(OK, COPY(row, ep, RIGHT_ALL));
	for (u32 i = 1; i < DEEP; i++)
		EXPECT(OK, COPY(row + i, row + i - 1, RIGHT_ALL));
	for (u32 i = 1; i < DEEP; i++)
		EXPECT_U64(self_of(row + i - 1), parent_of(row + i));
	/* One out of the middle: its child goes to its parent. */
	EXPECT(OK, DELETE(row + 100));
	EXPECT_U64(self_of(row + 99), parent_of(row + 101));
	/* Moved: its children and its parent stay the same. */
	EXPECT(OK, MOVE(row + 100, row + 150));
	EXPECT_U64(self_of(row + 149), parent_of(row + 100));
	EXPECT_U64(self_of(row + 100), parent_of(row + 151));
	EXPECT(OK, REVOKE(row + 200));
	for (u32 i = 201; i < DEEP; i++)
		EXPECT_U64(CAP_NULL, type_of(row + i));
	EXPECT_U64(CAP_ENDPOINT, type_of(row + 200));
	EXPECT(OK, REVOKE(ep));
	for (u32 i = 0; i < DEEP; i++)
		EXPECT_U64(CAP_NULL, type_of(row + i));
	EXPECT_U64(0, children_of(ep));
}

void test_wide_tree(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), row = kit_slots(WIDE);

	for (u32 i = 0; i < WIDE; i++)
		EXPECT(OK, COPY(row + i, ep, RIGHT_ALL));
	for (u32 i = 0; i < WIDE; i++)
		EXPECT_U64(self_of(ep), parent_of(row + i));
	EXPECT(OK, REVOKE(row + 7)); /* childless: nothing */
	/* First, last and some between. */
	EXPECT(OK, DELETE(row));
	EXPECT(OK, DELETE(row + WIDE - 1));
	for (u32 i = 1; i < WIDE - 1; i += 3)
		EXPECT(OK, DELETE(row + i));
	for (u32 i = 2; i < WIDE - 1; i++)
		if (i % 3 != 1)
			EXPECT_U64(self_of(ep), parent_of(row + i));
	EXPECT(OK, REVOKE(ep));
	for (u32 i = 0; i < WIDE; i++)
		EXPECT_U64(CAP_NULL, type_of(row + i));
}

/* A tree of three levels, eight children each: the middle level goes, then all. */
void test_bushy_tree(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), row = kit_slots(8 + 64);

	for (u32 i = 0; i < 8; i++) {
		EXPECT(OK, COPY(row + i, ep, RIGHT_ALL));
		for (u32 j = 0; j < 8; j++)
			EXPECT(OK, COPY(row + 8 + 8 * i + j, row + i, RIGHT_ALL));
	}
	EXPECT_U64(8, children_of(ep));
	EXPECT_U64(8, children_of(row + 3));
	for (u32 i = 0; i < 8; i++)
		EXPECT(OK, DELETE(row + i));
	EXPECT_U64(64, children_of(ep));
	for (u32 i = 0; i < 64; i++)
		EXPECT_U64(self_of(ep), parent_of(row + 8 + i));
	EXPECT(OK, REVOKE(ep));
	EXPECT_U64(0, children_of(ep));
	EXPECT_U64(CAP_NULL, type_of(row + 8));
}

/* A CNode that holds its own last capability is out of reach, but not out of its Untyped's. */
void test_cnode_in_itself(void)
{
	cap_t u = sub_untyped(64 << 10), c = make_of(u, CAP_CNODE, 32);

	EXPECT(OK, METHOD(c, CNODE_COPY, 5, ROOT_CNODE, c, RIGHT_ALL));
	EXPECT(OK, METHOD(c, CNODE_COPY, 6, c, 5, RIGHT_ALL));
	EXPECT(OK, DELETE(c));
	CHECK(used_of(u) != 0);
	EXPECT(OK, REVOKE(u));
	EXPECT_U64(0, used_of(u));
	/* Two that hold each other. */
	cap_t a = make_of(u, CAP_CNODE, 32), b = make_of(u, CAP_CNODE, 32);
	EXPECT(OK, METHOD(a, CNODE_MOVE, 1, ROOT_CNODE, b));
	EXPECT(OK, METHOD(a, CNODE_COPY, 2, ROOT_CNODE, a, RIGHT_ALL));
	EXPECT(OK, DELETE(a));
	EXPECT(OK, REVOKE(u));
	EXPECT_U64(0, used_of(u));
	/* Moved into itself. */
	c = make_of(u, CAP_CNODE, 32);
	EXPECT(OK, METHOD(c, CNODE_MOVE, 3, ROOT_CNODE, c));
	EXPECT_U64(CAP_NULL, type_of(c));
	EXPECT(OK, REVOKE(u));
	EXPECT_U64(0, used_of(u));
}

static volatile u64 wait_status;

static void call_and_note(u64 ep)
{
	wait_status = 999;
	wait_status = ipc(SYS_CALL, ep, &(struct message){0});
}

/* A CNode's end is the end of what only it held, CNodes in CNodes included. */
void test_cnode_dies_with_its_slots(void)
{
	cap_t u = sub_untyped(256 << 10), outer = make_of(u, CAP_CNODE, 64),
	      inner = make_of(u, CAP_CNODE, 64);
	cap_t ep = make_of(u, CAP_ENDPOINT, 0), sub = make_of(u, CAP_UNTYPED, PAGE_SIZE);
	cap_t child = make_of(sub, CAP_REPLY, 0);
	struct kit_thread t = kit_thread(call_and_note, ep, 61);

	EXPECT_U64(999, wait_status);
	EXPECT_U64(THREAD_SENDING, kit_state(t));
	EXPECT(OK, METHOD(inner, CNODE_MOVE, 9, ROOT_CNODE, ep));
	EXPECT(OK, METHOD(inner, CNODE_MOVE, 63, ROOT_CNODE, sub));
	EXPECT(OK, METHOD(outer, CNODE_MOVE, 1, ROOT_CNODE, inner));
	EXPECT_U64(999, wait_status);
	EXPECT(OK, DELETE(outer));
	KIT_UNTIL(wait_status == ERR_GONE);
	/* The Untyped's child went to the Untyped's parent. */
	EXPECT_U64(self_of(u), parent_of(child));
	EXPECT(OK, REVOKE(u));
	EXPECT_U64(0, used_of(u));
}

/* A thread whose CSpace is revoked under it stops, and cannot be resumed without one. */
void test_own_cspace_goes(void)
{
	cap_t c = kit_make(CAP_CNODE, 32), t = kit_make(CAP_THREAD, 0),
	      ep = kit_make(CAP_ENDPOINT, 0);
	void *stack;
	struct message m = {0};

	EXPECT(OK, METHOD(c, CNODE_COPY, 1, ROOT_CNODE, ep, RIGHT_ALL));
	EXPECT(OK, METHOD(c, CNODE_COPY, 2, ROOT_CNODE, t, RIGHT_ALL));
	EXPECT(OK, METHOD(c, CNODE_COPY, 3, ROOT_CNODE, c, RIGHT_ALL));
	EXPECT(OK, memory_make(1, NULL, &stack));
	EXPECT(OK, METHOD(t, THREAD_CONFIGURE, c, ROOT_SPACE, 0, 0, 0));
	EXPECT(OK, METHOD(t, THREAD_PRIORITY, 61));
	EXPECT(OK, METHOD(t, THREAD_START, (u64)call_and_note, (u64)stack + PAGE_SIZE - 8, 1));
	EXPECT_U64(THREAD_SENDING, kit_state((struct kit_thread){t, NULL}));
	EXPECT(OK, REVOKE(c));
	EXPECT_U64(THREAD_STOPPED, kit_state((struct kit_thread){t, NULL}));
	m.tag = TAG_NONBLOCK;
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, ep, &m));
	EXPECT(ERR_STATE, METHOD(t, THREAD_RESUME));
	EXPECT(ERR_STATE,
	       METHOD(t, THREAD_START, (u64)call_and_note, (u64)stack + PAGE_SIZE - 8, 1));
	/* The only capability to the CNode is its own last: gone with the thread's. */
	EXPECT(OK, METHOD(c, CNODE_COPY, 4, ROOT_CNODE, c, RIGHT_ALL));
	EXPECT(OK, METHOD(t, THREAD_CONFIGURE, c, 0, 0, 0, 0));
	EXPECT(OK, DELETE(c));
	EXPECT(OK, DELETE(t));
}

static void delete_self(u64 thread)
{
	METHOD(ROOT_CNODE, CNODE_DELETE, thread);
	wait_status = 1; /* never gets here */
}

void test_thread_deletes_itself(void)
{
	struct kit_thread t = kit_thread(delete_self, 0, 60);

	wait_status = 0;
	EXPECT(OK, METHOD(t.thread, THREAD_SUSPEND));
	struct message m = {0};
	EXPECT(OK, METHOD_RESULT(&m, t.thread, THREAD_REGISTERS));
	EXPECT(OK, METHOD(t.thread, THREAD_START, (u64)delete_self, m.word[1], t.thread));
	for (u32 i = 0; i < 10; i++)
		kit_yield();
	EXPECT_U64(CAP_NULL, type_of(t.thread));
	EXPECT_U64(0, wait_status);
}
