/*
 * Public faults of other kernels, of one kind: a wait ends, or the thread that waits or is waited for, while an operation
 * on it goes on. Each test tries the shape with MicroK's objects, then reads their state: every wait has ended once, and
 * nothing is left over.
 */
#include "tests/guest/kit/catch.h"
#include "tests/guest/known/known.h"
#include "lib/microk/memory.h"

#define LOW 5
#define URGENT 61

static enum microk_status do_ipc(enum microk_syscall op, cap_t cap, u64 tag)
{
	return ipc(op, cap, &(struct message){.tag = tag});
}

/*
 * CVE-2017-11176 (Linux, mq_notify): the operation is retried after its reference was dropped, and looks the descriptor up again,
 * which by then names nothing or something else. Here a receive is retried after eight senders that it had to turn away. The
 * first of them is more urgent, and empties the receiver's slot or puts another Endpoint there.
 */
#define SENDERS 12
#define TURNED_AWAY 8
static cap_t sent_through, received_through, other, gift;
static bool puts_other;
static struct ipcbuf *sender_buffer[SENDERS];
static volatile enum microk_status sender_status[SENDERS], receiver_status;
static volatile u32 sender_ends[SENDERS], receiver_ends;
static volatile u64 received;

static void send_a_capability(u64 i)
{
	sender_buffer[i]->send_caps[0] = gift;
	sender_status[i] = do_ipc(SYS_SEND, sent_through, 1ul << TAG_CAPS_SHIFT);
	sender_ends[i]++;
	if (i)
		return;
	EXPECT(OK, slot_delete(received_through));
	if (puts_other)
		EXPECT(OK, slot_copy(received_through, other, RIGHT_ALL));
}

static void receive_without_a_slot(u64 unused)
{
	struct message m = {0};

	(void)unused;
	receiver_status = ipc(SYS_RECV, received_through, &m);
	received = m.word[0];
	receiver_ends++;
}

static struct kit_thread retry_receive(struct kit_thread *senders)
{
	sent_through = kit_make(CAP_ENDPOINT, 0);
	other = kit_make(CAP_ENDPOINT, 0);
	gift = kit_make(CAP_NOTIFICATION, 0);
	received_through = copy_of(sent_through, RIGHT_ALL);
	receiver_ends = 0;
	for (u32 i = 0; i < SENDERS; i++) {
		sender_ends[i] = 0;
		senders[i] = kit_thread(send_a_capability, i, KIT_PRIORITY - 10);
		sender_buffer[i] = senders[i].buffer;
		nap(100);
		EXPECT_U64(THREAD_SENDING, kit_state(senders[i]));
	}
	struct kit_thread receiver = kit_thread(receive_without_a_slot, 0, LOW);
	nap(1000);
	for (u32 i = 0; i < SENDERS; i++) {
		EXPECT_U64(i < TURNED_AWAY, sender_ends[i]);
		if (i < TURNED_AWAY)
			EXPECT(ERR_TRANSFER, sender_status[i]);
		else
			EXPECT_U64(THREAD_SENDING, kit_state(senders[i]));
	}
	return receiver;
}

/* The senders that were not turned away end with their Endpoint, once; the receiver is not called back to it. */
static void end_senders(void)
{
	EXPECT(OK, slot_delete(sent_through));
	nap(1000);
	for (u32 i = 0; i < SENDERS; i++) {
		EXPECT_U64(1, sender_ends[i]);
		EXPECT(i < TURNED_AWAY ? ERR_TRANSFER : ERR_GONE, sender_status[i]);
	}
}

void test_receive_retried_elsewhere(void)
{
	struct kit_thread senders[SENDERS], receiver;

	puts_other = true;
	receiver = retry_receive(senders);
	EXPECT_U64(THREAD_RECEIVING, kit_state(receiver));
	EXPECT_U64(0, receiver_ends);
	EXPECT_U64(LOW, priority_of(receiver)); /* the senders it has left lend it nothing */
	end_senders();
	EXPECT_U64(0, receiver_ends);
	EXPECT(OK, ipc(SYS_SEND, other,
		       &(struct message){.tag = TAG(0, 1) | TAG_NONBLOCK, .word = {77}}));
	EXPECT(ERR_WOULD_BLOCK, do_ipc(SYS_SEND, other, TAG_NONBLOCK));
	nap(1000);
	EXPECT_U64(1, receiver_ends);
	EXPECT(OK, receiver_status);
	EXPECT_U64(77, received);

	puts_other = false;
	receiver = retry_receive(senders);
	EXPECT_U64(1, receiver_ends);
	EXPECT(ERR_CAP, receiver_status);
	EXPECT_U64(LOW, priority_of(receiver));
	end_senders();
	EXPECT_U64(CAP_NOTIFICATION, type_of(gift));
	EXPECT_U64(0, children_of(gift));
}

/*
 * CVE-2014-3153 (Linux, futex requeue): a waiter that is moved from one queue to another while the owner of the lock dies
 * stays linked to an object that no longer exists, and lends its urgency to it. Here a server dies after it received, while
 * one caller waits for its answer, one in a Reply object, two in the Endpoint's queue, and while it waits itself for a
 * server below, which all of them made urgent. The queued ones are taken over by an heir; their deadlines pass.
 */
static struct client {
	cap_t to;
	struct ipcbuf *buffer;
	u64 microseconds, ends;
	enum microk_status status;
} clients[4];
static cap_t kept, below, lower_waits, heir_waits;
static volatile enum microk_status lower_answered, heir_answered, heir_received;
static volatile u64 heir_took;

static void call_once(u64 i)
{
	struct client *c = &clients[i];
	struct message m = {.tag = TAG(0, 1) | TAG_DEADLINE, .word = {i}};

	c->buffer->deadline = now() + microseconds(c->microseconds);
	c->status = ipc(SYS_CALL, c->to, &m);
	c->ends++;
}

static void begin_client(u64 i, cap_t to, u8 priority, u64 us)
{
	clients[i] = (struct client){.to = to, .microseconds = us};
	clients[i].buffer = kit_thread(call_once, i, priority).buffer;
	nap(100);
	EXPECT_U64(0, clients[i].ends);
}

static void expect_end(u64 i, enum microk_status status)
{
	EXPECT_U64(1, clients[i].ends);
	EXPECT(status, clients[i].status);
}

static void serve_and_die(u64 endpoint)
{
	EXPECT(OK, do_ipc(SYS_RECV, endpoint, 0));
	EXPECT(OK, cnode_save_caller(ROOT_CNODE, kept));
	EXPECT(OK, do_ipc(SYS_RECV, endpoint, 0));
	do_ipc(SYS_CALL, below, 0);
	CHECK(!"the server's call returned");
}

static void serve_below(u64 unused)
{
	(void)unused;
	EXPECT(OK, do_ipc(SYS_RECV, below, 0));
	EXPECT(OK, do_ipc(SYS_WAIT, lower_waits, 0));
	lower_answered = do_ipc(SYS_REPLY, 0, 0);
}

static void inherit_the_queue(u64 endpoint)
{
	struct message m = {0};

	EXPECT(OK, ipc(SYS_RECV, endpoint, &m));
	heir_took = m.word[0];
	EXPECT(OK, do_ipc(SYS_WAIT, heir_waits, 0));
	heir_answered = do_ipc(SYS_REPLY, 0, 0);
	heir_received = do_ipc(SYS_RECV, endpoint, TAG_NONBLOCK);
}

static void wake(cap_t notification)
{
	EXPECT(OK, do_ipc(SYS_SIGNAL, kit_mint(notification, RIGHT_ALL, 1, MINT_BADGE), 0));
	nap(100);
}

void test_owner_dies_between(void)
{
	cap_t endpoint = kit_make(CAP_ENDPOINT, 0);

	kept = kit_make(CAP_REPLY, 0);
	below = kit_make(CAP_ENDPOINT, 0);
	lower_waits = kit_make(CAP_NOTIFICATION, 0);
	heir_waits = kit_make(CAP_NOTIFICATION, 0);
	lower_answered = heir_answered = heir_received = OK;
	struct kit_thread lower = kit_thread(serve_below, 0, LOW - 2);
	struct kit_thread server = kit_thread(serve_and_die, endpoint, LOW);
	nap(100);
	begin_client(0, endpoint, 30, 40000);
	begin_client(1, endpoint, 40, 40000);
	begin_client(2, endpoint, 45, 8000);
	begin_client(3, endpoint, 50, 5000);
	EXPECT_U64(50, priority_of(server));
	EXPECT_U64(50, priority_of(lower));

	EXPECT(OK, slot_delete(server.thread));
	EXPECT_U64(LOW - 2, priority_of(lower));
	nap(100);
	expect_end(1, ERR_PEER_DIED);
	wake(lower_waits);
	EXPECT(ERR_NO_REPLY, lower_answered);

	struct kit_thread heir = kit_thread(inherit_the_queue, endpoint, LOW);
	nap(100);
	EXPECT_U64(3, heir_took);
	EXPECT_U64(50, priority_of(heir));
	EXPECT_U64(0, clients[0].ends + clients[2].ends + clients[3].ends);
	nap(5000);
	expect_end(3, ERR_DEADLINE);
	EXPECT_U64(45, priority_of(heir));
	nap(4000);
	expect_end(2, ERR_DEADLINE);
	EXPECT_U64(LOW, priority_of(heir));
	wake(heir_waits);
	EXPECT(ERR_NO_REPLY, heir_answered);
	EXPECT(ERR_WOULD_BLOCK, heir_received);

	EXPECT_U64(0, clients[0].ends);
	EXPECT(OK, do_ipc(SYS_SEND, kept, 0));
	EXPECT(ERR_NO_REPLY, do_ipc(SYS_SEND, kept, 0));
	nap(100);
	expect_end(0, OK);
}

/*
 * CVE-2017-10661 (Linux, timerfd): a timer's cancelling races with its own expiry and setting, and its entry is in the list twice.
 * Here the deadline of a wait passes a few instructions before, during or after another thread ends that wait by THREAD_CANCEL,
 * by THREAD_SUSPEND, or by a signal. The thread is more urgent, so its deadline interrupts that very call.
 */
#define BELL 4
enum way { BY_CANCEL, BY_SUSPEND, BY_SIGNAL };
static cap_t go, bell;
static struct ipcbuf *racer_buffer;
static volatile u64 racer_ticks, racer_deadline, racer_bits;
static volatile u32 racer_ends, go_ends;
static volatile enum microk_status racer_status, go_status;

static void race(u64 unused)
{
	(void)unused;
	for (;;) {
		struct message m = {.tag = TAG_DEADLINE};

		while ((go_status = do_ipc(SYS_WAIT, go, 0)) != OK)
			go_ends++;
		racer_deadline = racer_buffer->deadline = now() + racer_ticks;
		racer_status = ipc(SYS_WAIT, bell, &m);
		racer_bits = m.badge;
		racer_ends++;
	}
}

static void end_wait(struct kit_thread racer, enum way way, cap_t ring)
{
	if (way == BY_SIGNAL) {
		EXPECT(OK, do_ipc(SYS_SIGNAL, ring, 0));
	} else if (way == BY_CANCEL) {
		EXPECT(OK, thread_cancel(racer.thread));
	} else {
		EXPECT(OK, thread_suspend(racer.thread));
		EXPECT(OK, thread_resume(racer.thread));
	}
}

/* The wait ended once, by the deadline or by the other; that other one is not lost: a signal stays, a cancel met the next wait. */
static void check_race(enum way way, bool late)
{
	struct message left = {.tag = TAG_NONBLOCK};
	enum microk_status bits_left = ipc(SYS_WAIT, bell, &left);

	EXPECT_U64(1, racer_ends);
	if (way == BY_SIGNAL) {
		EXPECT(late ? ERR_DEADLINE : OK, racer_status);
		EXPECT(late ? OK : ERR_WOULD_BLOCK, bits_left);
		EXPECT_U64(BELL, late ? left.badge : racer_bits);
		EXPECT_U64(0, go_ends);
	} else {
		EXPECT(late ? ERR_DEADLINE : ERR_CANCELLED, racer_status);
		EXPECT(ERR_WOULD_BLOCK, bits_left);
		EXPECT_U64(late, go_ends);
	}
}

void test_end_races_with_deadline(void)
{
	struct kit_thread racer;
	u32 early[3] = {0}, late[3] = {0};

	go = kit_make(CAP_NOTIFICATION, 0);
	bell = kit_make(CAP_NOTIFICATION, 0);
	cap_t start = kit_mint(go, RIGHT_ALL, 1, MINT_BADGE),
	      ring = kit_mint(bell, RIGHT_ALL, BELL, MINT_BADGE);
	racer = kit_thread(race, 0, URGENT);
	racer_buffer = racer.buffer;
	for (u32 i = 0; i < 3 * 250; i++) {
		enum way way = i % 3;

		racer_ends = go_ends = 0;
		racer_ticks = i / 3 * 32;
		EXPECT(OK, do_ipc(SYS_SIGNAL, start, 0));
		end_wait(racer, way, ring);
		while (now() < racer_deadline + 3000)
			;
		EXPECT_U64(THREAD_WAITING,
			   kit_state(racer)); /* for the next start, without a deadline */
		bool is_late = racer_status == ERR_DEADLINE;
		check_race(way, is_late);
		late[way] += is_late;
		early[way] += !is_late;
	}
	for (u32 way = 0; way < 3; way++)
		CHECK(early[way] && late[way]);
}

/* ---- memory of a thread, used again ---- */
static volatile u32 reused_ends;
static volatile enum microk_status reused_status;
static volatile u64 reused_bits;

static void receive_there(u64 endpoint)
{
	struct message m = {0};

	reused_status = ipc(SYS_RECV, endpoint, &m);
	reused_bits = m.badge;
	reused_ends++;
	do_ipc(SYS_WAIT, kit_make(CAP_NOTIFICATION, 0), 0);
}

static void call_there(u64 endpoint)
{
	reused_status = do_ipc(SYS_CALL, endpoint, 0);
	reused_ends++;
	do_ipc(SYS_WAIT, kit_make(CAP_NOTIFICATION, 0), 0);
}

/* A thread that is the only object of `memory`; it begins to run with the test's next nap. */
static struct kit_thread thread_in(cap_t memory, cap_t notification, void (*entry)(u64),
				   u64 argument)
{
	struct kit_thread t = {.thread = make_of(memory, CAP_THREAD, 0)};
	void *stack;

	EXPECT(OK, memory_make(1, NULL, &stack));
	EXPECT(OK, CONFIGURE(t.thread, .cnode = ROOT_CNODE, .address_space = ROOT_SPACE,
			     .notification = notification));
	EXPECT(OK, thread_set_priority(t.thread, LOW));
	EXPECT(OK, thread_start_at(t.thread, (u64)entry, (u64)stack + PAGE_SIZE - 8, argument));
	return t;
}

/*
 * CVE-2019-2215 (Linux, binder): a thread ends and is freed while a poll's list still leads to its wait queue. Here a
 * thread ends that receives with a bound Notification, and its memory becomes another thread, that waits elsewhere: the
 * signal must not find it.
 */
void test_bound_thread_is_reused(void)
{
	cap_t memory = sub_untyped(2 * PAGE_SIZE), n = kit_make(CAP_NOTIFICATION, 0);
	cap_t first = kit_make(CAP_ENDPOINT, 0), second = kit_make(CAP_ENDPOINT, 0);
	cap_t ring = kit_mint(n, RIGHT_ALL, BELL, MINT_BADGE);
	struct message m = {.tag = TAG_NONBLOCK};

	reused_ends = 0;
	struct kit_thread t = thread_in(memory, n, receive_there, first);
	nap(100);
	EXPECT_U64(THREAD_RECEIVING, kit_state(t));
	u64 used = used_of(memory), identity = object_of(t.thread);
	EXPECT(OK, slot_delete(t.thread));
	EXPECT_U64(0, used_of(memory));

	t = thread_in(memory, 0, receive_there, second);
	EXPECT_U64(used, used_of(memory)); /* so it is the same memory */
	CHECK(object_of(t.thread) != identity);
	nap(100);
	EXPECT(OK, do_ipc(SYS_SIGNAL, ring, 0));
	EXPECT(ERR_WOULD_BLOCK, do_ipc(SYS_SEND, first, TAG_NONBLOCK));
	nap(100);
	EXPECT_U64(0, reused_ends);
	EXPECT_U64(THREAD_RECEIVING, kit_state(t));
	EXPECT(OK, ipc(SYS_WAIT, n, &m));
	EXPECT_U64(BELL, m.badge);
	EXPECT(OK, slot_delete(t.thread));

	t = thread_in(memory, n, receive_there,
		      second); /* and the Notification is free for another thread */
	nap(100);
	EXPECT(OK, do_ipc(SYS_SIGNAL, ring, 0));
	nap(100);
	EXPECT_U64(1, reused_ends);
	EXPECT(ST_NOTIFIED, reused_status);
	EXPECT_U64(BELL, reused_bits);
	EXPECT(OK, slot_delete(t.thread));
}

/*
 * MINIX 3 before endpoints had generation numbers (its proc.c; Herder, "Towards a true microkernel operating system", 2005): a
 * process table's slot is reused, and the answer for the process that died goes to its successor. Here a caller dies and
 * another caller is made in its memory: neither the Reply object nor the bound Reply of the server may still lead there.
 */
void test_caller_is_reused(void)
{
	cap_t memory = sub_untyped(2 * PAGE_SIZE), reply = kit_make(CAP_REPLY, 0);
	cap_t first = kit_make(CAP_ENDPOINT, 0), second = kit_make(CAP_ENDPOINT, 0);

	for (u32 saved = 0; saved < 2; saved++) {
		reused_ends = 0;
		struct kit_thread t = thread_in(memory, 0, call_there, first);
		nap(100);
		EXPECT(OK, do_ipc(SYS_RECV, first, TAG_NONBLOCK));
		if (saved)
			EXPECT(OK, cnode_save_caller(ROOT_CNODE, reply));
		u64 used = used_of(memory);
		EXPECT(OK, slot_delete(t.thread));

		t = thread_in(memory, 0, call_there, second);
		EXPECT_U64(used, used_of(memory));
		nap(100);
		EXPECT_U64(THREAD_SENDING, kit_state(t));
		EXPECT(ERR_NO_REPLY, saved ? do_ipc(SYS_SEND, reply, 0) : do_ipc(SYS_REPLY, 0, 0));
		nap(100);
		EXPECT_U64(0, reused_ends);
		EXPECT(ERR_WOULD_BLOCK, do_ipc(SYS_RECV, first, TAG_NONBLOCK));
		EXPECT(OK, do_ipc(SYS_RECV, second, TAG_NONBLOCK));
		EXPECT_U64(THREAD_AWAITING, kit_state(t));
		EXPECT(ERR_NO_REPLY, do_ipc(SYS_SEND, reply, 0));
		EXPECT(OK, do_ipc(SYS_REPLY, 0, 0));
		nap(100);
		EXPECT_U64(1, reused_ends);
		EXPECT(OK, reused_status);
		EXPECT(OK, slot_delete(t.thread));
	}
}
