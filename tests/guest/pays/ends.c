/* Deletions: the thread that ends objects takes them apart, at its own priority; others do only what they need. */
#include "tests/guest/pays/pays.h"

#define SLOTS 4096
#define STEP 64
#define AT_MOST 20000 /* a retype of a page or two, when nothing dies */

static cap_t large, memory;
static volatile bool done, deletion_began;

static void delete_large(u64 unused)
{
	(void)unused;
	deletion_began = true;
	slot_delete(large);
	done = true;
	for (;;)
		;
}

/* A CNode with `cnodes` others in it, each full of objects to which it has the only capability. */
static void make_large(u32 cnodes)
{
	done = false;
	memory = kit_slot();
	EXPECT(OK, retype(ROOT_UNTYPED, CAP_UNTYPED, (u64)cnodes << 20, memory, 1));
	large = kit_slot();
	EXPECT(OK, retype(memory, CAP_CNODE, 64, large, 1));
	for (u32 c = 1; c <= cnodes; c++) {
		cap_t in = kit_slot();
		EXPECT(OK, retype(memory, CAP_CNODE, SLOTS, in, 1));
		for (u32 i = 1; i < SLOTS - STEP; i += STEP)
			EXPECT(OK, retype_to(memory, CAP_REPLY, in, i, STEP));
		EXPECT(OK, slot_move_to(large, c, in));
	}
}

static void give_back(void)
{
	EXPECT(OK, slot_revoke(memory));
	EXPECT(OK, slot_delete(memory));
}

static u64 one_retype(cap_t untyped)
{
	cap_t s = kit_slot();
	u64 t = now();

	EXPECT(OK, retype(untyped, CAP_ENDPOINT, 0, s, 1));
	return now() - t;
}

/* An urgent thread makes and deletes an object while a less urgent one is in the middle of ending many: it takes no longer
 * than otherwise, however many there are. */
void test_others_pay(void)
{
	static const u32 sizes[] = {1, 4, 16};
	cap_t untyped = kit_make(CAP_UNTYPED, 64ul << 10);

	one_retype(untyped);
	u64 idle = one_retype(untyped);
	for (u32 i = 0; i < ARRAY_LEN(sizes); i++) {
		make_large(sizes[i]);
		struct kit_thread t = kit_thread(delete_large, 0, LESS_URGENT);
		nap(100);
		EXPECT_U64(CAP_NULL, type_of(large));
		u64 took = one_retype(untyped);
		if (took > 2 * idle)
			kit_fail(__FILE__, __LINE__, "a retype took %lu, idle %lu", took, idle);
		cap_t ep = kit_make(CAP_ENDPOINT, 0);
		took = now();
		EXPECT(OK, slot_delete(ep));
		took = now() - took;
		CHECK(took <= AT_MOST);
		CHECK(!done);
		for (u32 naps = 0; !done && naps < 1000; naps++)
			nap(1000);
		CHECK(done);
		EXPECT(OK, slot_delete(t.thread));
		give_back();
	}
}

/* Objects in memory that is used again are first taken apart, by the thread that wants the memory. */
void test_own_memory_is_paid_for(void)
{
	cap_t in, s = kit_slot();

	make_large(1);
	kit_thread(delete_large, 0, LESS_URGENT);
	nap(100);
	CHECK(!done);
	in = memory;
	EXPECT(OK, retype(in, CAP_FRAME, 64, s, 1));
	CHECK(!done); /* the other has not even returned */
	nap(20000);
	CHECK(done);
	EXPECT(OK, slot_delete(s));
	give_back();
}

/* A thread that is stopped in the middle of a deletion first completes it, and then stops. */
void test_stopped_in_the_middle(void)
{
	make_large(1);
	struct kit_thread t = kit_thread(delete_large, 0, LESS_URGENT);
	nap(100);
	EXPECT(OK, thread_suspend(t.thread));
	EXPECT_U64(THREAD_STOPPED, kit_state(t));
	nap(50000);
	CHECK(!done);
	u64 took = one_retype(memory); /* nothing is left to be taken apart */
	CHECK(took <= 2 * AT_MOST);
	EXPECT(OK, thread_resume(t.thread));
	nap(1000);
	CHECK(done);
	give_back();
}

/* A thread is stopped in the middle of a deletion, and then others need the memory: it still stops. */
void test_stopped_with_nothing_left(void)
{
	make_large(1);
	struct kit_thread t = kit_thread(delete_large, 0, LESS_URGENT);
	nap(100);
	EXPECT(OK, thread_suspend(t.thread));
	EXPECT(OK, slot_revoke(memory));
	EXPECT(OK, retype(memory, CAP_FRAME, 64, kit_slot(), 1));
	nap(1000);
	CHECK(!done);
	EXPECT_U64(THREAD_STOPPED, kit_state(t));
	give_back();
}

static void revoke_own(u64 untyped)
{
	slot_revoke(untyped);
	done = true; /* never reached: the thread ends first */
	for (;;)
		;
}

static void spin(u64 unused)
{
	(void)unused;
	for (;;)
		;
}

/* A thread that revokes the memory it lies in takes everything there apart, itself last, although it is dead, and only when
 * no more urgent thread runs. */
void test_ended_in_the_middle(void)
{
	cap_t t = kit_slot(), frame;
	u8 *stack = kit_page(&frame);

	make_large(1);
	EXPECT(OK, retype(memory, CAP_THREAD, 0, t, 1));
	EXPECT(OK, CONFIGURE(t, .cnode = ROOT_CNODE, .address_space = ROOT_SPACE));
	EXPECT(OK, thread_set_priority(t, LESS_URGENT));
	EXPECT(OK, thread_start_at(t, (u64)revoke_own, (u64)stack + PAGE_SIZE - 8, memory));
	for (u32 i = 0; type_of(t) != CAP_NULL && i < 10000; i++)
		nap(10);
	EXPECT_U64(CAP_NULL, type_of(t));
	struct kit_thread between = kit_thread(spin, 0, LESS_URGENT + 1);
	u64 idle = one_retype(kit_untyped());
	nap(1000);
	u64 took = one_retype(kit_untyped());
	CHECK(took <= 2 * idle);
	EXPECT(OK, slot_delete(between.thread));
	nap(50000);
	took = one_retype(memory);
	CHECK(took <= 2 * AT_MOST);
	CHECK(!done);
	give_back();
}

/* A thread that ends another in the middle of a deletion does not have to finish it: the work goes on at the dead thread's
 * urgency. */
void test_killer_goes_on(void)
{
	make_large(1);
	struct kit_thread t = kit_thread(delete_large, 0, LESS_URGENT);
	nap(100);
	CHECK(!done);
	u64 took = now();
	EXPECT(OK, slot_delete(t.thread));
	took = now() - took;
	CHECK(took <= AT_MOST);
	CHECK(used_of(memory) != 0);
	for (u32 naps = 0; used_of(memory) && naps < 1000; naps++)
		nap(1000);
	EXPECT_U64(0, used_of(memory));
	give_back();
}

static cap_t home;

static void revoke_home(u64 unused)
{
	(void)unused;
	EXPECT(OK, slot_revoke(home));
	done = true;
}

static cap_t make_full(cap_t untyped)
{
	cap_t cnode = kit_slot();

	EXPECT(OK, retype(untyped, CAP_CNODE, SLOTS, cnode, 1));
	for (u32 i = 1; i < SLOTS - STEP; i += STEP)
		EXPECT(OK, retype_to(untyped, CAP_REPLY, cnode, i, STEP));
	return cnode;
}

/* A thread is in the middle of a deletion, of a CNode that holds the last capability to itself. Another one needs the CNode's
 * memory, and so ends the thread; and then the memory of the thread, which has still something to take apart. */
void test_ended_by_its_own_work(void)
{
	cap_t t = kit_slot(), frame;
	u8 *stack = kit_page(&frame);

	done = false;
	memory = kit_slot();
	home = kit_slot();
	large = kit_slot();
	EXPECT(OK, retype(ROOT_UNTYPED, CAP_UNTYPED, 1ul << 20, memory, 1));
	EXPECT(OK, retype(ROOT_UNTYPED, CAP_UNTYPED, 1ul << 20, home, 1));
	EXPECT(OK, retype(memory, CAP_CNODE, 64, large, 1));
	EXPECT(OK, retype(home, CAP_THREAD, 0, t, 1));
	EXPECT(OK, CONFIGURE(t, .cnode = ROOT_CNODE, .address_space = ROOT_SPACE));
	EXPECT(OK, thread_set_priority(t, LESS_URGENT));
	EXPECT(OK, thread_start_at(t, (u64)delete_large, (u64)stack + PAGE_SIZE - 8, 0));
	/* A CNode is emptied from its end. */
	EXPECT(OK, slot_move_to(large, 3, make_full(memory)));
	EXPECT(OK, slot_move_to(large, 2, t));
	EXPECT(OK, slot_move_to(large, 1, make_full(home)));
	for (u32 i = 0; type_of(large) != CAP_NULL && i < 10000; i++)
		nap(10);
	EXPECT_U64(CAP_NULL, type_of(large));
	CHECK(!done);
	EXPECT(OK, slot_revoke(memory));
	kit_thread(revoke_home, 0, LESS_URGENT + 1);
	for (u32 naps = 0; !done && naps < 100; naps++)
		nap(1000);
	CHECK(done);
	EXPECT_U64(0, used_of(home));
	EXPECT(OK, slot_delete(home));
	give_back();
}

#define SAVED 1024
static cap_t saved_ep, saved_in, saver;

/* A caller without a stack and an IPC buffer, of which there are many. It starts with the capability in rdi and rax 0: SYS_CALL. */
__asm__(".globl call_once_bare\ncall_once_bare: syscall\n1: pause\n jmp 1b\n");
void call_once_bare(void);

static void save_all_and_end(u64 unused)
{
	(void)unused;
	for (u32 i = 1; i <= SAVED; i++) {
		ipc(SYS_RECV, saved_ep, &(struct message){0});
		cnode_save_caller(saved_in, i);
	}
	done = true;
	slot_delete(saver);
}

/* A thread that owes many callers an answer and ends itself: an urgent thread wakes in time meanwhile. */
void test_ended_with_saved_callers(void)
{
	cap_t threads_in, m = sub_untyped(4ul << 20);

	done = false;
	saved_ep = kit_make(CAP_ENDPOINT, 0);
	saved_in = make_of(m, CAP_CNODE, SAVED + 2);
	threads_in = make_of(m, CAP_CNODE, SAVED + 2);
	for (u32 i = 1; i <= SAVED; i += 64)
		EXPECT(OK, retype_to(m, CAP_REPLY, saved_in, i, 64));
	cap_t t = kit_slot();
	for (u32 i = 1; i <= SAVED; i++) {
		EXPECT(OK, retype(m, CAP_THREAD, 0, t, 1));
		EXPECT(OK, CONFIGURE(t, .cnode = ROOT_CNODE, .address_space = ROOT_SPACE));
		EXPECT(OK, thread_set_priority(t, LESS_URGENT + 1));
		EXPECT(OK, thread_start_at(t, (u64)call_once_bare, 0, saved_ep));
		EXPECT(OK, slot_move_to(threads_in, i, t));
	}
	u64 idle = worst_wake(50), worst = 0;
	struct kit_thread s = kit_thread(save_all_and_end, 0, LESS_URGENT);
	saver = s.thread;
	for (u32 i = 0; i < 20000 && type_of(s.thread) != CAP_NULL; i++) {
		u64 at = now() + microseconds(20);
		nap_until(at);
		worst = MAX(worst, now() - at);
	}
	for (u32 i = 0; i < 50; i++) {
		u64 at = now() + microseconds(20);
		nap_until(at);
		worst = MAX(worst, now() - at);
	}
	CHECK(done);
	EXPECT_U64(CAP_NULL, type_of(s.thread));
	CHECK(worst <= 2 * idle + AT_MOST_OFF);
	EXPECT(OK, slot_revoke(m));
}

#define SLICE_MS 10 /* kernel/sched/schedule.c */
static cap_t turns_ep;
static volatile u64 turns;

static void serve_a_deletion(u64 unused)
{
	(void)unused;
	ipc(SYS_RECV, turns_ep, &(struct message){0});
	delete_large(0);
}

static void call_for_it(u64 unused)
{
	(void)unused;
	ipc(SYS_CALL, turns_ep, &(struct message){0});
}

static void count_turns(u64 unused)
{
	(void)unused;
	for (;;)
		turns++;
}

/* A server that takes objects apart while it serves a client takes turns with threads as urgent. */
void test_server_takes_turns(void)
{
	u64 still = 0, longest = 0, ms = 0;

	make_large(32);
	turns_ep = kit_make(CAP_ENDPOINT, 0);
	deletion_began = false;
	struct kit_thread other = kit_thread(count_turns, 0, LESS_URGENT);
	struct kit_thread server = kit_thread(serve_a_deletion, 0, LESS_URGENT);
	struct kit_thread client = kit_thread(call_for_it, 0, LESS_URGENT);

	while (!deletion_began)
		nap(20);
	for (; !done && ms < 2000; ms++) {
		u64 before = turns;

		nap(1000);
		still = turns == before ? still + 1 : 0;
		longest = MAX(longest, still);
	}
	CHECK(done && ms > 2 * SLICE_MS);
	CHECK(longest <= SLICE_MS + 2);
	EXPECT(OK, slot_delete(other.thread));
	EXPECT(OK, slot_delete(server.thread));
	EXPECT(OK, slot_delete(client.thread));
	give_back();
}
