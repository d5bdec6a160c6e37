/* Watched and closed slots, and held callers, which a successor finds by CNODE_DESCRIBE. */
#include "tests/guest/kit/short.h"
#include "tests/guest/kernel/tests.h"

#define URGENT (KIT_PRIORITY + 1) /* runs until it waits before the test goes on */

static volatile u64 status;

static void call(u64 ep)
{
	ipc(SYS_CALL, ep, &(struct message){0});
}

static u64 state_of(cap_t slot)
{
	return kit_describe(slot).rights & ~(u64)RIGHT_ALL;
}

static void receive_and_end(u64 ep)
{
	struct message m = {0};

	status = ipc(SYS_RECV, ep, &m);
}

void test_closed_is_not_lost(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);
	cap_t session = kit_mint(ep, RIGHT_WRITE, 77, MINT_BADGE | MINT_WATCH);
	struct kit_thread server = kit_thread(receive_and_end, ep, URGENT);

	EXPECT_U64(0, state_of(ep));
	EXPECT_U64(DESCRIBE_WATCHED, state_of(session)); /* it was never given out */
	cap_t client = kit_mint(session, RIGHT_ALL, 0, 0);
	EXPECT_U64(DESCRIBE_WATCHED, state_of(session));
	EXPECT_U64(0, state_of(client));
	/* The server receives it, and dies. */
	EXPECT(OK, slot_delete(client));
	KIT_UNTIL(status == ST_CLOSED);
	EXPECT(OK, slot_delete(server.thread));
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, ep, &(struct message){.tag = TAG_NONBLOCK}));
	EXPECT_U64(DESCRIBE_WATCHED | DESCRIBE_CLOSED, state_of(session));
	cap_t moved = kit_slot();
	EXPECT(OK, slot_move(moved, session));
	EXPECT_U64(DESCRIBE_WATCHED | DESCRIBE_CLOSED, state_of(moved));
	/* Given out again, and closed again: now it is queued. */
	client = kit_mint(moved, RIGHT_ALL, 0, 0);
	EXPECT_U64(DESCRIBE_WATCHED, state_of(moved));
	EXPECT(OK, slot_delete(client));
	EXPECT_U64(DESCRIBE_WATCHED | DESCRIBE_CLOSED, state_of(moved));
	EXPECT(ST_CLOSED, ipc(SYS_RECV, ep, &(struct message){.tag = TAG_NONBLOCK}));
	EXPECT_U64(DESCRIBE_WATCHED | DESCRIBE_CLOSED, state_of(moved));
}

void test_held_callers_are_found(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), reply = kit_make(CAP_REPLY, 0);

	EXPECT_U64(0, state_of(reply));
	kit_thread(call, ep, URGENT);
	EXPECT(OK, ipc(SYS_RECV, ep, &(struct message){0}));
	EXPECT_U64(0, state_of(reply));
	EXPECT(OK, cnode_save_caller(ROOT_CNODE, reply));
	EXPECT_U64(DESCRIBE_HOLDS, state_of(reply));
	EXPECT(OK, ipc(SYS_SEND, reply, &(struct message){0}));
	EXPECT_U64(0, state_of(reply));
}
