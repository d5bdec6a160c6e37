/*
 * A client makes a large object and hands an urgent server, the test, its last capability. The server deletes it, and
 * pays no more than for a small object: the rest is taken apart at the client's urgency.
 */
#include "tests/guest/pays/pays.h"

#define SLOTS 4096
#define STEP 64
#define WAITERS 1000
#define TABLE_SLOTS 1024
#define SLICE_MS 10
#define LONG 4000000 /* us: the limit for all of it */

enum what { CNODE, NOTIFICATION, RECEIVERS, SENDERS, THREAD };

static bool waits(enum what what)
{
	return what == NOTIFICATION || what == RECEIVERS || what == SENDERS;
}

static struct {
	enum what what;
	u32 size; /* CNodes, or threads that wait */
	cap_t memory, threads, made, server;
	struct ipcbuf *buffer; /* the client's */
} client;
static volatile bool given, working;
volatile u64 pays_woken;
volatile cap_t pays_never; /* woken threads wait for this */

/* Makes one system call on the capability in rdi, counts its return, and then does nothing. */
extern char wait_once[], receive_once[], send_once[];
__asm__(".text\n"
	"wait_once: movl $6, %eax\n jmp 1f\n"
	"receive_once: movl $3, %eax\n jmp 1f\n"
	"send_once: movl $2, %eax\n"
	"1: syscall\n lock incq pays_woken(%rip)\n"
	"2: movq pays_never(%rip), %rdi\n movl $6, %eax\n syscall\n jmp 2b\n");

/* ---- the client ---- */
static cap_t make(enum cap_type type, u64 size, cap_t cnode, u32 index)
{
	const struct untyped_retype one = {type, size, cnode, index, .count = 1};

	EXPECT(OK, untyped_retype(client.memory, &one));
	return index;
}

static void fill(cap_t cnode)
{
	for (u32 i = 1; i < SLOTS - STEP; i += STEP)
		EXPECT(OK, retype_to(client.memory, CAP_REPLY, cnode, i, STEP));
}

/* Large CNodes, full of objects, in a large CNode. */
static void make_cnodes(cap_t in, u32 count)
{
	cap_t scratch = client.threads + 1;

	make(CAP_CNODE, count ? SLOTS : 64, ROOT_CNODE, in);
	for (u32 c = 1; c <= count; c++) {
		make(CAP_CNODE, SLOTS, ROOT_CNODE, scratch);
		fill(scratch);
		EXPECT(OK, slot_move_to(in, c, scratch));
	}
}

static void make_waiters(const char *how, cap_t on)
{
	cap_t t = client.threads + 1;

	for (u32 i = 1; i <= client.size; i++) {
		make(CAP_THREAD, 0, ROOT_CNODE, t);
		EXPECT(OK, CONFIGURE(t, .cnode = ROOT_CNODE, .address_space = ROOT_SPACE));
		EXPECT(OK, thread_set_priority(t, LESS_URGENT));
		EXPECT(OK, thread_start_at(t, (u64)how, 0x1000, on));
		EXPECT(OK, slot_move_to(client.threads, i, t));
	}
	for (u32 i = 0; i < 4 * client.size; i++)
		kit_yield(); /* they wait now */
}

static void delete_work(u64 slot)
{
	slot_delete(slot);
	for (;;)
		;
}

/* A thread that has just begun to take apart the objects that it ended. */
static void make_busy_thread(cap_t t, u32 size, void (*let_run)(void))
{
	cap_t frame, work = client.threads + 2;
	u8 *stack = kit_page(&frame);

	make_cnodes(work, size);
	make(CAP_THREAD, 0, ROOT_CNODE, t);
	EXPECT(OK, CONFIGURE(t, .cnode = ROOT_CNODE, .address_space = ROOT_SPACE));
	EXPECT(OK, thread_set_priority(t, LESS_URGENT));
	EXPECT(OK, thread_start_at(t, (u64)delete_work, (u64)stack + PAGE_SIZE - 8, work));
	while (type_of(work) != CAP_NULL)
		let_run();
}

/* The Endpoint's slot, through which all wait to send, moves into the CNode that is given away. */
static void make_senders(cap_t to)
{
	cap_t ep = make(CAP_ENDPOINT, 0, ROOT_CNODE, client.threads + 2);

	make(CAP_CNODE, 64, ROOT_CNODE, to);
	make_waiters(send_once, ep);
	EXPECT(OK, slot_move_to(to, 1, ep));
}

static void make_gift(void)
{
	cap_t to = client.made;

	switch (client.what) {
	case CNODE: make_cnodes(to, client.size); break;
	case NOTIFICATION:
		make(CAP_NOTIFICATION, 0, ROOT_CNODE, to);
		make_waiters(wait_once, to);
		break;
	case RECEIVERS:
		make(CAP_ENDPOINT, 0, ROOT_CNODE, to);
		make_waiters(receive_once, to);
		break;
	case SENDERS: make_senders(to); break;
	case THREAD: make_busy_thread(to, client.size, kit_yield); break;
	}
}

static void give(u64 unused)
{
	struct message m = {.tag = TAG(0, 0) | 1ul << TAG_CAPS_SHIFT};

	(void)unused;
	make_gift();
	client.buffer->send_caps[0] = (u32)client.made;
	EXPECT(OK, ipc(SYS_CALL, client.server, &m));
	EXPECT(OK, slot_delete(client.made));
	given = true;
}

/* ---- the server ---- */
static volatile u64 spun;

static void spin(u64 unused)
{
	(void)unused;
	for (;;)
		spun++;
}

/* Makes room for it in `memory`. */
static void prepare(enum what what, u32 size)
{
	u64 bytes = waits(what) ? 4ul << 20 : (2ul + size) << 19;

	given = false;
	pays_woken = 0;
	client.what = what;
	client.size = size;
	client.made = kit_slot();
	client.server = kit_make(CAP_ENDPOINT, 0);
	client.threads = kit_slots(3);
	client.memory = kit_slot();
	if (retype(ROOT_UNTYPED, CAP_UNTYPED, bytes, client.memory, 1) != OK) {
		kit_report("FAIL %s: there are no %lu bytes", kit_test, bytes);
		kit_exit(3);
	}
	EXPECT(OK, retype(kit_untyped(), CAP_CNODE, TABLE_SLOTS, client.threads, 1));
}

/* Receives the last capability from the client. */
static cap_t take(enum what what, u32 size)
{
	cap_t slot = kit_slot();
	struct message m = {0};

	prepare(what, size);
	struct kit_thread t = kit_thread(give, 0, LESS_URGENT - 1);
	EXPECT(OK, thread_suspend(t.thread));
	client.buffer = t.buffer;
	EXPECT(OK, thread_set_priority(t.thread, LESS_URGENT));
	EXPECT(OK, thread_resume(t.thread));
	ipc_buffer->recv_caps[0] = (u32)slot;
	EXPECT(OK, ipc(SYS_RECV, client.server, &m));
	ipc_buffer->recv_caps[0] = 0;
	EXPECT(OK, ipc(SYS_REPLY, 0, &(struct message){0}));
	for (u32 naps = 0; !given && naps < 1000; naps++)
		nap(100);
	CHECK(given);
	EXPECT(OK, slot_delete(t.thread));
	return slot;
}

static u64 one_delete(cap_t slot)
{
	u64 t = now();

	EXPECT(OK, slot_delete(slot));
	return now() - t;
}

static void give_back(void)
{
	EXPECT(OK, slot_revoke(client.memory));
	EXPECT(OK, slot_delete(client.memory));
	EXPECT(OK, slot_delete(client.threads));
}

static void expect_as_idle(u64 took, u64 idle)
{
	kit_report("%s: %lu ticks, idle %lu", kit_test, took, idle);
	if (took > 2 * idle)
		kit_fail(__FILE__, __LINE__, "the delete took %lu, idle %lu", took, idle);
}

static bool is_ended(enum what what, u32 size)
{
	return waits(what) ? pays_woken == size : used_of(client.memory) == 0;
}

/* All of it ends, although a less urgent thread spins for ever; that thread runs only after the end. */
static void expect_end(enum what what, u32 size)
{
	struct kit_thread t = kit_thread(spin, 0, LESS_URGENT - 1);
	u64 until = now() + microseconds(LONG), before;

	while (!is_ended(what, size) && now() < until)
		nap(100);
	CHECK(is_ended(what, size));
	before = spun;
	nap(1000);
	CHECK(spun > before);
	EXPECT(OK, slot_delete(t.thread));
}

static void last_capability(enum what what, u32 size)
{
	u64 idle, took;
	cap_t s = kit_slot();

	pays_never = kit_make(CAP_NOTIFICATION, 0);
	one_delete(take(what, 0));
	nap(1000);
	give_back();
	idle = one_delete(take(what, 0));
	give_back();
	took = one_delete(take(what, size));
	CHECK(!is_ended(what, size));
	expect_as_idle(took, idle);
	expect_end(what, size);
	give_back();
	/* It ends at once if another thread needs the memory. */
	one_delete(take(what, size));
	EXPECT(OK, slot_revoke(client.memory));
	EXPECT_U64(0, used_of(client.memory));
	EXPECT(OK, retype(client.memory, CAP_FRAME, 512, s, 1));
	give_back();
}

/* So many that ending them takes more than a time slice; with more memory there are more. */
static u32 many_cnodes(void)
{
	return 44 + (u32)(kit_info->ram_bytes >> 24);
}

void test_last_of_a_cnode(void)
{
	last_capability(CNODE, many_cnodes());
}

/* Taking it apart takes turns with threads as urgent as the client. */
void test_last_among_equals(void)
{
	u32 many = many_cnodes();
	cap_t s = take(CNODE, many);
	struct kit_thread t = kit_thread(spin, 0, LESS_URGENT);
	u64 before, still = 0, longest = 0, ms = 0;

	one_delete(s);
	for (; !is_ended(CNODE, many) && ms < 1000; ms++) {
		before = spun;
		nap(1000);
		still = spun == before ? still + 1 : 0;
		longest = MAX(longest, still);
	}
	kit_report("%s: %lu ms, at most %lu without the other", kit_test, ms, longest);
	CHECK(is_ended(CNODE, many));
	CHECK(ms > 3 * SLICE_MS);
	CHECK(longest && longest < 2 * SLICE_MS);
	EXPECT(OK, slot_delete(t.thread));
	give_back();
}

static void nap_a_little(void)
{
	nap(10);
}

static u64 end_busy_thread(u32 size)
{
	cap_t t = kit_slot();

	prepare(CNODE, size);
	make_busy_thread(t, size, nap_a_little);
	u64 took = one_delete(t);
	CHECK(!size || !is_ended(CNODE, size));
	expect_end(CNODE, size);
	give_back();
	return took;
}

/* A deletion goes on at the urgency of the thread that was deleting, though the server made all of the objects. */
void test_busy_thread_of_the_server(void)
{
	u64 idle = end_busy_thread(0);

	expect_as_idle(end_busy_thread(many_cnodes()), idle);
}

void test_last_of_a_notification(void)
{
	last_capability(NOTIFICATION, WAITERS);
}

void test_last_of_an_endpoint(void)
{
	last_capability(RECEIVERS, WAITERS);
}

void test_last_with_senders(void)
{
	last_capability(SENDERS, WAITERS);
}

void test_last_of_a_thread(void)
{
	last_capability(THREAD, many_cnodes());
}
