/*
 * A thread takes apart what it ended before its next system call. The kernel once returned to user mode when an interrupt was
 * due in the middle of that; where the interrupt was late, the thread's next call came first, and the thread waited in an
 * Endpoint's queue and stood in the ready queue, by the same links. It needs a timer that is late, so the clock is the host's.
 */
#include "lib/microk/start.h"
#include "tests/guest/kit/clock.h"
#include "tests/guest/kit/short.h"
#include "tests/guest/kernel/tests.h"
#include "microk/syscall.h"

#define CNODES 6
#define SLOTS 4096
#define STEP 64
#define THEIRS 20
#define SLEEPS 4000

static cap_t victim, inbox, never;
static volatile u64 began, received;
static volatile bool stop;

/* It ends the CNode by taking it from a stopped thread, and then receives: two system calls with as few instructions between
 * them as can be. */
static void end_and_receive(u64 unused)
{
	register u64 next_cap __asm__("r14") = inbox;
	register u64 next __asm__("r15") = SYS_RECV;
	u64 tag = TAG(THREAD_CONFIGURE, 1) | SYS_CALL, cap = victim, word = ROOT_CNODE;

	(void)unused;
	began = now();
	__asm__ volatile("syscall; movq %3, %%rdi; movq %4, %%rax; syscall"
			 : "+a"(tag), "+D"(cap), "+S"(word)
			 : "r"(next_cap), "r"(next)
			 : "rdx", "r8", "r9", "r10", "rbx", "r12", "r13", "rcx", "r11", "memory");
	received = tag;
}

static void sleep_for(u64 n_microseconds)
{
	struct message m = {.tag = TAG_DEADLINE};

	ipc_buffer->deadline = now() + microseconds(n_microseconds);
	EXPECT(ERR_DEADLINE, ipc(SYS_WAIT, never, &m));
}

static void compute(u64 unused)
{
	(void)unused;
	while (!stop)
		;
}

/* CNodes full of Replies in a CNode, which is the CSpace of a stopped thread and nothing else. */
static void make_victim(void)
{
	cap_t memory = sub_untyped(4ul << 20), large = make_of(memory, CAP_CNODE, SLOTS);

	for (u32 c = 1; c <= CNODES; c++) {
		cap_t in = make_of(memory, CAP_CNODE, SLOTS);

		for (u32 i = 1; i < SLOTS - STEP; i += STEP)
			EXPECT(OK, retype_to(memory, CAP_REPLY, in, i, STEP));
		EXPECT(OK, slot_move_to(large, c, in));
	}
	victim = kit_thread(compute, 0, 1).thread;
	EXPECT(OK, thread_suspend(victim));
	EXPECT(OK, CONFIGURE(victim, .cnode = large));
	EXPECT(OK, slot_delete(large));
}

void test_ends_before_it_receives(void)
{
	make_victim();
	inbox = kit_make(CAP_ENDPOINT, 0);
	never = kit_make(CAP_NOTIFICATION, 0);
	stop = false;
	began = received = 0;
	struct kit_thread t = kit_thread(end_and_receive, 0, THEIRS);
	struct kit_thread innocent = kit_thread(compute, 0, THEIRS);
	u64 unfinished = 0;

	for (u32 i = 0; i < SLEEPS && kit_state(t) != THREAD_RECEIVING; i++, unfinished++)
		sleep_for(100);
	CHECK(unfinished > 5); /* it was interrupted often enough */
	/* One message is its own; the innocent thread gets none. */
	struct message m = {.tag = TAG_NONBLOCK};
	EXPECT(OK, ipc(SYS_SEND, inbox, &m));
	m = (struct message){.tag = TAG_NONBLOCK};
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_SEND, inbox, &m));
	EXPECT_U64(THREAD_READY, kit_state(innocent));
	u64 before = ticks_of(t.thread);
	sleep_for(20000);
	/* All is taken apart by then: it ends at once. */
	CHECK(ticks_of(t.thread) - before < microseconds(1000));
	EXPECT_U64(OK, TAG_STATUS(received));
	stop = true;
	sleep_for(30000);
	EXPECT_U64(THREAD_STOPPED, kit_state(innocent));
}
