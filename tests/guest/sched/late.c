/* Others' ends: a less urgent thread's revoke or delete is interrupted for a more urgent one, which does none
 * of its work; and half-done work is ended though its thread does not come back to it. Times are instructions
 * (tests/test_guest.py). */
#include "tests/guest/sched/sched.h"
#include "lib/microk/memory.h"

#define AT_MOST 20000 /* how long a timer waits, or a small delete takes */
#define STACKS_AT_ONCE 256

static u8 *stacks;
static u32 stacks_left;

static cap_t made_of(cap_t untyped, enum cap_type type, u64 size)
{
	cap_t slot = kit_slot();

	EXPECT(OK, retype(untyped, type, size, slot, 1));
	return slot;
}

static void begin(void)
{
	never = kit_make(CAP_NOTIFICATION, 0);
	stacks_left = 0; /* threads of other tests are gone */
}

/* Like sleep_us, but makes no object, because that would take apart dying objects. */
static void sleep_only(u64 us)
{
	EXPECT(ERR_DEADLINE, until(SYS_WAIT, never, ipc_buffer, now() + microseconds(us)));
}

/* A thread in memory of an Untyped that is not the kit's; it must not return. */
static cap_t thread_of(cap_t untyped, void (*entry)(u64), u64 argument, u64 priority, cap_t handler)
{
	cap_t t = made_of(untyped, CAP_THREAD, 0);

	if (!stacks_left) {
		EXPECT(OK, memory_make(STACKS_AT_ONCE, NULL, (void **)&stacks));
		stacks_left = STACKS_AT_ONCE;
	}
	u64 sp = (u64)stacks + stacks_left-- * PAGE_SIZE - 8;
	EXPECT(OK, CONFIGURE(t, .cnode = ROOT_CNODE, .address_space = ROOT_SPACE,
			     .fault_endpoint = handler));
	EXPECT(OK, thread_set_priority(t, priority));
	EXPECT(OK, thread_start_at(t, (u64)entry, sp, argument));
	return t;
}

static void set_priority(u64 priority)
{
	EXPECT(OK, kit_run_at(priority));
}

static void wait_for_ever(void)
{
	for (;;)
		ipc(SYS_WAIT, never, &(struct message){0});
}

/* ---- a revoke of threads with as many waiting callers as can be ---- */
#define DYING 16
#define FAULTED 31 /* a chain of faulted threads */
#define SERVERS 16 /* a chain of servers, each of which waits for the next */

static cap_t server_at[SERVERS];

static void server(u64 i)
{
	ipc(SYS_RECV, server_at[i], &(struct message){0});
	if (i + 1 < SERVERS)
		ipc(SYS_CALL, server_at[i + 1], &(struct message){0});
	wait_for_ever();
}

static void client(u64 unused)
{
	(void)unused;
	ipc(SYS_CALL, server_at[0], &(struct message){0});
	wait_for_ever();
}

static void handle_and_fault(u64 ep)
{
	if (ep)
		ipc(SYS_RECV, ep, &(struct message){0});
	__asm__ volatile("ud2");
}

static void handle_and_call(u64 ep)
{
	ipc(SYS_RECV, ep, &(struct message){0});
	client(0);
}

/* Each owes an answer to a chain of faulted threads, and waits in the queue of a chain of servers, to which each
 * lends another urgency. */
static void make_dying(cap_t untyped, cap_t *dying)
{
	for (u64 i = 0; i < SERVERS; i++)
		server_at[i] = kit_make(CAP_ENDPOINT, 0);
	for (u64 i = 0; i < SERVERS; i++)
		thread_of(kit_untyped(), server, i, 31, 0);
	thread_of(kit_untyped(), client, 0, 31, 0);
	for (u32 i = 0; i < DYING; i++) {
		cap_t last = 0;
		for (u32 k = 0; k < FAULTED; k++) {
			cap_t faults = kit_make(CAP_ENDPOINT, 0);
			thread_of(kit_untyped(), handle_and_fault, last, 31, faults);
			last = faults;
		}
		dying[i] = thread_of(untyped, handle_and_call, last, 60 - i, 0);
		EXPECT_U64(THREAD_SENDING, kit_state((struct kit_thread){.thread = dying[i]}));
	}
}

static volatile bool done;

static void revoke(u64 untyped)
{
	EXPECT(OK, slot_revoke(untyped));
	done = true;
	wait_for_ever();
}

/* A timer that fires while it goes on fires in time. */
void test_revoke_lets_others_in(void)
{
	cap_t untyped = kit_make(CAP_UNTYPED, 64 << 10), dying[DYING];
	u64 latest = 0;
	u32 woken = 0;

	begin();
	done = false;
	set_priority(30);
	make_dying(untyped, dying);
	thread_of(kit_untyped(), revoke, untyped, 25, 0);
	set_priority(PRIORITIES - 1);
	for (; !done && woken < 1000; woken++) {
		u64 deadline = now() + 5000;
		EXPECT(ERR_DEADLINE, until(SYS_WAIT, never, ipc_buffer, deadline));
		latest = MAX(latest, now() - deadline);
	}
	set_priority(KIT_PRIORITY);
	CHECK(done && woken > 3); /* else it was all one stretch */
	if (latest > AT_MOST)
		kit_fail(__FILE__, __LINE__, "a timer was late by %lu", latest);
}

/* ---- a delete while another is at a large one ---- */
#define CAPABILITIES 4096
#define CNODES 4

static void delete_it(u64 slot)
{
	slot_delete(slot);
	done = true;
	wait_for_ever();
}

/* A CNode of CNodes full of copies. */
static cap_t large_of(cap_t ep)
{
	cap_t outer = kit_make(CAP_CNODE, 16);

	for (u32 k = 1; k <= CNODES; k++) {
		cap_t inner = kit_make(CAP_CNODE, CAPABILITIES);
		for (u64 i = 1; i < CAPABILITIES; i++)
			EXPECT(OK, slot_copy_to(inner, i, ep, RIGHT_ALL));
		EXPECT(OK, slot_move_to(outer, k, inner));
	}
	return outer;
}

/* Deleting one of several capabilities ends no object, so the thread does not pay for objects that another thread ended. */
void test_delete_ends_what_is_its_own(void)
{
	begin();
	done = false;
	cap_t ep = kit_make(CAP_ENDPOINT, 0), large = large_of(ep),
	      copy = kit_mint(ep, RIGHT_ALL, 0, 0);
	thread_of(kit_untyped(), delete_it, large, LOW, 0);
	sleep_only(100);
	EXPECT_U64(CAP_NULL, type_of(large));
	u64 start = now();
	EXPECT(OK, slot_delete(copy));
	u64 took = now() - start;
	CHECK(!done); /* its work was half done */
	if (took > AT_MOST)
		kit_fail(__FILE__, __LINE__, "to delete a copy took %lu", took);
}

/* ---- an end that is interrupted half-way ---- */
static volatile u64 result;

static void receive_once(u64 ep)
{
	result = 999;
	result = ipc(SYS_RECV, ep, &(struct message){0});
}

static void revoke_own(u64 untyped)
{
	for (;;)
		slot_revoke(untyped);
}

/* A thread revokes the memory it lies in, and is interrupted: that thread cannot go on with it, and the
 * processor is never idle. Threads that wait at an Endpoint of that memory still wake. */
void test_ended_while_others_spin(void)
{
	cap_t untyped = kit_make(CAP_UNTYPED, 5ul << 20);

	begin();
	middle_may_stop = false;
	kit_thread(middle, 0, LOW);
	cap_t ep = made_of(untyped, CAP_ENDPOINT, 0);
	kit_thread(receive_once, kit_mint(ep, RIGHT_ALL, 0, 0), URGENT);
	EXPECT_U64(999, result);
	cap_t revoker = thread_of(untyped, revoke_own, untyped, HIGH, 0);
	for (u32 i = 0; i < 8; i++)
		made_of(untyped, CAP_CNODE, 4000);
	sleep_only(150);
	EXPECT_U64(CAP_NULL, type_of(revoker));
	sleep_only(1000);
	EXPECT(ERR_GONE, (enum microk_status)result);
	middle_may_stop = true;
	sleep_us(1000);
	steps = 0;
}
