/* Queues: the most urgent first, first come first served among equals. */
#include "tests/guest/sched/sched.h"

#define QUEUED 8

static cap_t queue;

static void send_letter(u64 letter)
{
	struct message m = {.tag = TAG(0, 1), .word = {letter}};

	ipc(SYS_SEND, queue, &m);
}

static void receive_letter(u64 letter)
{
	if (ipc(SYS_RECV, queue, &(struct message){0}) == OK)
		step((char)letter);
}

static void wait_letter(u64 letter)
{
	if (ipc(SYS_WAIT, queue, &(struct message){0}) == OK)
		step((char)letter);
}

/* The order of the threads, and the urgency of each. */
static const struct {
	char letter;
	u8 priority;
} comers[QUEUED] = {
	{'a', 20}, {'b', 40}, {'c', 20}, {'d', 10}, {'e', 40}, {'f', 30}, {'g', 40}, {'h', 10}};
#define BY_URGENCY "begfacdh"

static void all_come(struct kit_thread *t, void (*entry)(u64), enum thread_state state)
{
	steps = 0;
	for (u32 i = 0; i < QUEUED; i++)
		t[i] = waiting(entry, (u64)comers[i].letter, comers[i].priority, state);
}

/* Takes all that are queued. */
static void take_letters(void)
{
	struct message m = {.tag = TAG_NONBLOCK};

	while (ipc(SYS_RECV, queue, &m) == OK) {
		step((char)m.word[0]);
		m = (struct message){.tag = TAG_NONBLOCK};
	}
}

void test_served_by_urgency(void)
{
	struct kit_thread t[QUEUED];

	queue = kit_make(CAP_ENDPOINT, 0);
	all_come(t, send_letter, THREAD_SENDING);
	take_letters();
	expect_order(BY_URGENCY);
	/* Threads leave from all places of a group, and others are added. */
	all_come(t, send_letter, THREAD_SENDING);
	EXPECT(OK, thread_cancel(t[4].thread)); /* e, in the middle of the first group */
	EXPECT(OK, thread_cancel(t[1].thread)); /* b, the first */
	EXPECT(OK, thread_cancel(t[0].thread)); /* a, the first of another */
	EXPECT(OK, thread_cancel(t[7].thread)); /* h, the last of all */
	waiting(send_letter, 'i', 50, THREAD_SENDING);
	waiting(send_letter, 'k', 10, THREAD_SENDING);
	waiting(send_letter, 'l', 40, THREAD_SENDING);
	take_letters();
	expect_order("iglfcdk");
}

void test_receivers_by_urgency(void)
{
	struct kit_thread t[QUEUED];

	queue = kit_make(CAP_ENDPOINT, 0);
	all_come(t, receive_letter, THREAD_RECEIVING);
	for (u32 i = 0; i < QUEUED; i++) {
		EXPECT(OK, ipc(SYS_SEND, queue, &(struct message){0}));
		sleep_us(1000);
	}
	expect_order(BY_URGENCY);
}

void test_waiters_by_urgency(void)
{
	struct kit_thread t[QUEUED];

	queue = kit_make(CAP_NOTIFICATION, 0);
	cap_t signal = kit_mint(queue, RIGHT_WRITE, 1, MINT_BADGE);
	all_come(t, wait_letter, THREAD_WAITING);
	for (u32 i = 0; i < QUEUED; i++) {
		EXPECT(OK, ipc(SYS_SIGNAL, signal, &(struct message){0}));
		sleep_us(1000);
	}
	expect_order(BY_URGENCY);
}

/* A thread whose priority changes while it waits goes after those that are as urgent. */
void test_urgency_moves_in_the_queue(void)
{
	struct kit_thread t[QUEUED];

	queue = kit_make(CAP_ENDPOINT, 0);
	all_come(t, send_letter, THREAD_SENDING);
	EXPECT(OK, thread_set_priority(t[3].thread, 40)); /* d */
	EXPECT(OK, thread_set_priority(t[1].thread, 20)); /* b */
	EXPECT(OK, thread_set_priority(t[7].thread, 50)); /* h */
	EXPECT(OK, thread_set_priority(t[6].thread, 5));  /* g */
	take_letters();
	expect_order("hedfacbg");
}

#define MANY 200
#define AT_MOST 2000

/* An urgent thread is queued and served in a bounded number of instructions, however many threads wait. */
void test_many_in_the_queue(void)
{
	queue = kit_make(CAP_ENDPOINT, 0);
	for (u32 i = 0; i < MANY; i++)
		kit_thread(send_letter, 'x', (u8)(1 + i % 50));
	sleep_us(50000);
	struct kit_thread last = waiting(send_letter, 'y', 50, THREAD_SENDING);
	struct kit_thread urgent = kit_thread(send_letter, 'z', URGENT);
	EXPECT_U64(THREAD_SENDING, kit_state(urgent));
	struct message m = {.tag = TAG_NONBLOCK};
	u64 start = now();
	EXPECT(OK, ipc(SYS_RECV, queue, &m));
	CHECK(now() - start < AT_MOST);
	EXPECT_U64('z', m.word[0]);
	start = now();
	EXPECT(OK, thread_set_priority(last.thread, 1));
	EXPECT(OK, thread_set_priority(last.thread, 55));
	CHECK(now() - start < 2 * AT_MOST);
	m = (struct message){.tag = TAG_NONBLOCK};
	EXPECT(OK, ipc(SYS_RECV, queue, &m));
	EXPECT_U64('y', m.word[0]);
}
