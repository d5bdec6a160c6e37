/*
 * Operations that are interrupted, and changes of their slot meanwhile. The interrupted one is much less urgent
 * than the test, so each return from a nap is in the middle of it.
 */
#include "tests/guest/kit/clock.h"
#include "tests/guest/kit/large.h"
#include "tests/guest/sealed/part.h"

static cap_t slot;

static enum microk_status delete_slot(void)
{
	return slot_delete(slot);
}

static enum microk_status revoke_slot(void)
{
	return slot_revoke(slot);
}

static enum microk_status fail_slot(void)
{
	return cnode_fail(ROOT_CNODE, slot);
}

/* Begins to delete a large CNode in `slot`, and returns in the middle of it, when the slot is empty. */
static struct kit_thread begin_delete(void)
{
	struct kit_thread t;

	slot = large_make();
	t = begin(delete_slot);
	for (u32 i = 0; type_of(slot) != CAP_NULL && i < NAPS; i++)
		nap(20);
	CHECK(!done);
	return t;
}

void test_delete_ends_with_what_it_began_with(void)
{
	cap_t other = kit_make(CAP_NOTIFICATION, 0);

	begin_delete();
	EXPECT(OK, slot_copy(slot, other, RIGHT_ALL));
	finish();
	EXPECT(OK, status);
	EXPECT_U64(CAP_NOTIFICATION, type_of(slot));
	EXPECT_U64(object_of(other), object_of(slot));
}

#define CHILDREN 1500

/* Another capability is put into the slot that is being revoked: the children of the new one stay, and the revoke returns an
 * error. */
void test_revoke_ends_with_what_it_began_with(void)
{
	cap_t old = kit_make(CAP_NOTIFICATION, 0), new = kit_make(CAP_NOTIFICATION, 0);
	cap_t children = kit_slots(CHILDREN), others = kit_slots(8);

	slot = kit_slot();
	EXPECT(OK, slot_copy(slot, old, RIGHT_ALL));
	for (u32 i = 0; i < CHILDREN; i++)
		EXPECT(OK, slot_copy(children + i, slot, RIGHT_ALL));
	begin(revoke_slot);
	nap(50);
	while (count_filled(children, CHILDREN) == CHILDREN && !done)
		nap(5);
	CHECK(!done);
	EXPECT(OK, slot_delete(slot));
	EXPECT(OK, slot_copy(slot, new, RIGHT_ALL));
	for (u32 i = 0; i < 8; i++)
		EXPECT(OK, slot_copy(others + i, slot, RIGHT_ALL));
	finish();
	EXPECT(ERR_CAP, status);
	EXPECT_U64(8, count_filled(others, 8));
	EXPECT_U64(object_of(new), object_of(slot));
}

/* A revoke of `slot` is half done, and the slot gets another capability to the same object. Returns how many
 * children of the first one are left: they have come up to its parent. */
static u32 exchange_in_the_middle(cap_t object, cap_t children)
{
	slot = kit_slot();
	EXPECT(OK, slot_copy(slot, object, RIGHT_ALL));
	for (u32 i = 0; i < CHILDREN; i++)
		EXPECT(OK, slot_copy(children + i, slot, RIGHT_ALL));
	begin(revoke_slot);
	while (count_filled(children, CHILDREN) == CHILDREN && !done)
		nap(5);
	CHECK(!done);
	EXPECT(OK, slot_delete(slot));
	EXPECT(OK, slot_copy(slot, object, RIGHT_ALL));
	return count_filled(children, CHILDREN);
}

void test_the_same_again_is_another(void)
{
	cap_t children = kit_slots(CHILDREN), others = kit_slots(8);
	u32 left = exchange_in_the_middle(kit_make(CAP_NOTIFICATION, 0), children);

	for (u32 i = 0; i < 8; i++)
		EXPECT(OK, slot_copy(others + i, slot, RIGHT_ALL));
	finish();
	EXPECT(ERR_CAP, status);
	EXPECT_U64(8, count_filled(others, 8));
	EXPECT_U64(left, count_filled(children, CHILDREN));
}

static enum microk_status second_status;
static volatile bool second_done;

static void second_worker(u64 unused)
{
	(void)unused;
	second_status = revoke_slot();
	second_done = true;
}

/* A second revoke, of the second capability, is half done: the first revoke goes on with that capability, and ends as if
 * it had begun there. Nothing else is touched. */
void test_the_same_again_unfinished(void)
{
	cap_t children = kit_slots(CHILDREN), others = kit_slots(CHILDREN);
	cap_t object = kit_make(CAP_NOTIFICATION, 0);
	u32 left = exchange_in_the_middle(object, children);

	for (u32 i = 0; i < CHILDREN; i++)
		EXPECT(OK, slot_copy(others + i, slot, RIGHT_ALL));
	second_done = false;
	kit_thread(second_worker, 0, LESS_URGENT + 1);
	while (count_filled(others, CHILDREN) == CHILDREN && !second_done)
		nap(5);
	CHECK(!second_done && !done);
	/* The first one's turn, while the second is half done. */
	finish();
	for (u32 i = 0; !second_done && i < NAPS; i++)
		nap(1000);
	EXPECT(OK, status);
	EXPECT(OK, second_status);
	EXPECT_U64(0, count_filled(others, CHILDREN));
	EXPECT_U64(left, count_filled(children, CHILDREN));
	EXPECT_U64(object_of(object), object_of(slot));
	EXPECT_U64(CAP_NOTIFICATION, type_of(object));
}

#define WAITERS 200

static void wait_there(u64 ep)
{
	struct message m = {0};

	ipc(SYS_RECV, ep, &m);
}

/* Likewise for an endpoint whose service is given up. */
void test_fail_ends_with_what_it_began_with(void)
{
	static struct kit_thread waiters[WAITERS];
	cap_t old = kit_make(CAP_ENDPOINT, 0), new = kit_make(CAP_ENDPOINT, 0);
	struct kit_thread bystander;

	slot = kit_slot();
	EXPECT(OK, slot_copy(slot, old, RIGHT_ALL));
	for (u32 i = 0; i < WAITERS; i++)
		waiters[i] = kit_thread(wait_there, old, LESS_URGENT - 1);
	bystander = kit_thread(wait_there, new, LESS_URGENT - 1);
	for (u32 i = 0; kit_state(bystander) != THREAD_RECEIVING && i < NAPS; i++)
		nap(100);
	EXPECT_U64(THREAD_RECEIVING, kit_state(waiters[WAITERS - 1]));
	begin(fail_slot);
	while (kit_state(waiters[0]) == THREAD_RECEIVING && !done)
		nap(2);
	EXPECT_U64(THREAD_RECEIVING, kit_state(waiters[WAITERS - 1])); /* it is half done */
	EXPECT(OK, slot_delete(slot));
	EXPECT(OK, slot_copy(slot, new, RIGHT_ALL));
	finish();
	EXPECT(ERR_CAP, status);
	EXPECT_U64(THREAD_RECEIVING, kit_state(bystander));
}

/* A thread that is started anew deletes the capability that it names then, whatever its interrupted operation was. */
void test_started_anew_it_deletes_anew(void)
{
	cap_t other = kit_make(CAP_NOTIFICATION, 0);
	struct kit_thread t = begin_delete();

	EXPECT(OK, thread_suspend(t.thread));
	EXPECT(OK, slot_copy(slot, other, RIGHT_ALL));
	u8 *stack;
	cap_t frame;
	stack = kit_page(&frame);
	EXPECT(OK, thread_start_at(t.thread, (u64)make_one_call, (u64)stack + PAGE_SIZE - 8,
				   (u64)delete_slot));
	finish();
	EXPECT(OK, status);
	EXPECT_U64(CAP_NULL, type_of(slot));
}

/* A more urgent thread maps the same Frame again and again, while a revoke of its parent unmaps it. */
void test_revoke_ends_beside_mapping(void)
{
	cap_t frame = kit_slot(), never = kit_make(CAP_NOTIFICATION, 0);

	part_prepare(ROOT_SPACE, PART_PLACE);
	slot = part.frame;
	EXPECT(OK, slot_copy(frame, slot, RIGHT_ALL));
	EXPECT(OK, frame_map_at(frame, ROOT_SPACE, PART_PLACE, PART_RW));
	begin(revoke_slot);
	for (u64 sleep = 1; sleep <= 6 && !done; sleep++) {
		u64 end = now() + microseconds(20000);

		while (now() < end && !done) {
			struct message m = {.tag = TAG_DEADLINE};

			ipc_buffer->deadline = now() + microseconds(sleep);
			ipc(SYS_WAIT, never, &m);
			frame_map_at(frame, ROOT_SPACE, PART_PLACE, PART_RW);
		}
	}
	finish();
}

#define CALLER_PRIORITY 50

static void call_again(u64 endpoint)
{
	struct message m = {0};

	while (ipc(SYS_CALL, endpoint, &m) == ERR_GONE)
		m = (struct message){0};
}

/* A more urgent thread calls again through a child each time that the revoke of its parent ends the call. */
void test_revoke_ends_beside_calls(void)
{
	cap_t child = kit_slot();

	slot = kit_make(CAP_ENDPOINT, 0);
	EXPECT(OK, slot_copy(child, slot, RIGHT_ALL));
	kit_thread(call_again, child, CALLER_PRIORITY);
	nap(100);
	begin(revoke_slot);
	for (u32 i = 0; i < 20 && !done; i++)
		nap(1000);
	CHECK(done);
}

static void receive_again(u64 endpoint)
{
	struct message m = {0};

	while (ipc(SYS_RECV, endpoint, &m) == ERR_GONE)
		m = (struct message){0};
}

/* More urgent threads wait at an Endpoint, and wait there again each time that they are turned away. */
static void fail_beside(void (*waits)(u64), u32 count)
{
	slot = kit_make(CAP_ENDPOINT, 0);
	for (u32 i = 0; i < count; i++)
		kit_thread(waits, slot, CALLER_PRIORITY);
	nap(500);
	begin(fail_slot);
	for (u32 i = 0; i < 20 && !done; i++)
		nap(1000);
	CHECK(done);
	EXPECT(OK, status);
	EXPECT(OK, slot_delete(slot));
}

void test_fail_ends_beside_calls(void)
{
	fail_beside(call_again, 1);
	fail_beside(call_again, 20);
}

void test_fail_ends_beside_receivers(void)
{
	fail_beside(receive_again, 1);
	fail_beside(receive_again, 20);
}
