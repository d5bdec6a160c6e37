/* Faults, log lines, and the numbers of address spaces. */
#include "tests/guest/pays/pays.h"
#include "lib/microk/memory.h"
#include "lib/microk/string.h"

static volatile u64 handled;

/* As urgent as the test: each report takes its time. */
static void handle_faults(u64 ep)
{
	struct message m = {0};

	for (enum microk_status s = ipc(SYS_RECV, ep, &m); s == OK;) {
		handled++;
		for (u64 end = now() + microseconds(20); now() < end;)
			;
		m = (struct message){0}; /* try again */
		s = ipc(SYS_REPLY_RECV, ep, &m);
	}
}

static struct kit_thread faulter(cap_t handler, u8 priority)
{
	struct kit_thread t = kit_thread(fault_for_ever, 0, priority);

	give_fault_endpoint(t.thread, handler);
	return t;
}

static volatile u64 rounds;

static void count_rounds(u64 unused)
{
	(void)unused;
	for (;;)
		rounds++;
}

/* A thread that faults at will, with a handler more urgent than the victim in between: it can fault only when it runs, so
 * while the victim does, there is at most one report. */
void test_faults_steal(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);

	kit_thread(handle_faults, ep, KIT_PRIORITY + 1);
	struct kit_thread victim = kit_thread(count_rounds, 0, 40);
	nap(2000);
	u64 idle = rounds;
	nap(5000);
	idle = rounds - idle;
	struct kit_thread t = faulter(ep, LESS_URGENT);
	EXPECT(OK, thread_suspend(victim.thread));
	nap(1000);
	CHECK(handled > 10);
	EXPECT(OK, thread_resume(victim.thread));
	u64 reports = handled, with = rounds;
	nap(5000);
	CHECK(handled - reports <= 1);
	CHECK((rounds - with) * 2 >= idle);
	EXPECT(OK, slot_delete(t.thread));
	EXPECT(OK, slot_delete(victim.thread));
}

/* ---- the log ---- */
static const char *log_text(void)
{
	return (const char *)kit_info + PAGE_SIZE;
}

/* How often the text is in the log, a ring. */
static u32 count_in_log(const char *text)
{
	size_t length = strlen(text);
	u64 bytes = kit_info->log_bytes < INFO_LOG_BYTES ? kit_info->log_bytes : INFO_LOG_BYTES;
	u32 n = 0;

	for (u64 i = 0; i + length <= bytes; i++)
		n += !memcmp(log_text() + i, text, length);
	return n;
}

static void fault_apart(u64 unused)
{
	(void)unused;
	__asm__ volatile("hlt");
}

#define FAULTS 100
#define BUDGET 8

/* A program that faults all the time gets its few lines, the number of dropped lines is logged, and another program's lines
 * appear. */
void test_log_full(void)
{
	struct kit_thread t = kit_thread(fault_for_ever, 0, KIT_PRIORITY + 1);
	u64 before = kit_info->log_bytes;

	EXPECT(OK, thread_name(t.thread, &(struct thread_name){0x646f6f6c66ul, 0}));
	for (u32 i = 0; i < FAULTS; i++)
		thread_resume(t.thread);
	CHECK(kit_info->log_bytes - before <= (BUDGET + 1) * 256);
	CHECK(count_in_log("[fault] flood ran") <= BUDGET);
	kit_thread_apart(fault_apart, 0, KIT_PRIORITY + 1);
	EXPECT_U64(1,
		   count_in_log("ran a privileged instruction, or used a non-canonical address"));
	/* When the account has earned its next line, the number of dropped lines is printed before it. */
	nap(4100000);
	thread_resume(t.thread);
	EXPECT_U64(1, count_in_log("lines of flood were dropped"));
}

/* ---- the log, by many address spaces ---- */
#define CHILDREN 48

/* A thread in an AddressSpace where nothing is mapped: it faults as soon as it runs. */
static void make_child(cap_t space, cap_t thread)
{
	retype(kit_untyped(), CAP_ADDRESS_SPACE, 0, space, 1);
	retype(kit_untyped(), CAP_THREAD, 0, thread, 1);
	CONFIGURE(thread, .cnode = ROOT_CNODE, .address_space = space);
	thread_name(thread, &(struct thread_name){0x646c696863ul, 0}); /* "child" */
	thread_set_priority(thread, KIT_PRIORITY + 1);
	thread_start_at(thread, 0x1000, 0x2000, 0);
}

static void make_children(u64 first_slot)
{
	for (u32 i = 0; i < CHILDREN; i++)
		make_child(first_slot + 2 * i, first_slot + 2 * i + 1);
}

/* It faults when the test naps. */
static void make_innocent(void)
{
	struct kit_thread t = kit_thread_apart(fault_apart, 0, LESS_URGENT);

	EXPECT(OK, thread_name(t.thread,
			       &(struct thread_name){0x746e65636f6e6e69ul, 0})); /* "innocent" */
}

static void expect_innocent_line(void)
{
	nap(1000);
	EXPECT_U64(1, count_in_log("[fault] innocent ran"));
}

/* A program that makes dozens of AddressSpaces, with a thread that faults in each, has the lines of one program. */
void test_log_full_by_many(void)
{
	cap_t first = kit_slots(2 * CHILDREN);
	u64 before = kit_info->log_bytes;

	kit_thread_apart(make_children, first, KIT_PRIORITY + 1);
	for (u32 i = 1; i < 2 * CHILDREN; i += 2)
		EXPECT_U64(THREAD_STOPPED, kit_state((struct kit_thread){.thread = first + i}));
	CHECK(kit_info->log_bytes - before <= (BUDGET + 1) * 256);
	u32 lines = count_in_log("[fault] child ran");
	CHECK(lines >= 1 && lines <= BUDGET);
	make_innocent();
	expect_innocent_line();
}

/* The same holds for a program that is started again each time it has ended; earlier programs keep their lines. */
void test_log_full_by_restarts(void)
{
	cap_t space = kit_slot(), thread = kit_slot();

	make_innocent();
	u64 before = kit_info->log_bytes;

	for (u32 i = 0; i < CHILDREN; i++) {
		make_child(space, thread);
		EXPECT_U64(THREAD_STOPPED, kit_state((struct kit_thread){.thread = thread}));
		EXPECT(OK, slot_delete(thread));
		EXPECT(OK, slot_delete(space));
	}
	CHECK(kit_info->log_bytes != before);
	CHECK(kit_info->log_bytes - before <= (BUDGET + 1) * 256);
	expect_innocent_line();
}

/* ---- the log, by calls that another program makes wait for themselves ---- */
#define CIRCLES 12
#define ALL_EARNED_US 40000000 /* other tests may have used up the account */

static void wait_for_its_client(u64 endpoints)
{
	ipc(SYS_RECV, endpoints >> 32, &(struct message){0});
	ipc(SYS_CALL, (u32)endpoints, &(struct message){0});
}

static void call_and_fault(u64 endpoints)
{
	ipc(SYS_RECV, (u32)endpoints, &(struct message){0});
	for (u32 i = 0; i < CIRCLES; i++)
		ipc(SYS_CALL, endpoints >> 32, &(struct message){0});
	__asm__ volatile("hlt");
}

/* A server that waits for its client, so that none of the client's calls is taken, does not use up the client's reports. */
void test_log_full_by_circles(void)
{
	cap_t server = kit_make(CAP_ENDPOINT, 0), client = kit_make(CAP_ENDPOINT, 0);
	u64 endpoints = (u64)server << 32 | client;

	nap(ALL_EARNED_US);
	kit_thread_apart(wait_for_its_client, endpoints, LESS_URGENT);
	struct kit_thread t = kit_thread_apart(call_and_fault, endpoints, LESS_URGENT);

	EXPECT(OK,
	       thread_name(t.thread, &(struct thread_name){0x746e65696c63ul, 0})); /* "client" */
	nap(1000);
	EXPECT(OK, ipc(SYS_SEND, server, &(struct message){.tag = TAG_NONBLOCK}));
	EXPECT(OK, ipc(SYS_SEND, client, &(struct message){.tag = TAG_NONBLOCK}));
	nap(100000);
	EXPECT_U64(BUDGET / 2, count_in_log("deadlock: client calls"));
	EXPECT_U64(1, count_in_log("[fault] client ran"));
}

/* ---- address spaces ---- */
#define MANY 5000

/* One program makes thousands (more than a table of 4096 would hold); another can still make its own. */
void test_spaces_run_out(void)
{
	cap_t u = kit_slot(), tables = kit_slots(2);
	u32 n = 0;

	EXPECT(OK, retype(ROOT_UNTYPED, CAP_UNTYPED, 42ul << 20, u, 1));
	for (u32 i = 0; i < 2; i++)
		EXPECT(OK, retype(u, CAP_CNODE, 4000, tables + i, 1));
	while (n < MANY &&
	       retype_to(u, CAP_ADDRESS_SPACE, tables + n / 3999, n % 3999 + 1, 1) == OK)
		n++;
	EXPECT_U64(MANY, n);
	EXPECT(OK, retype(kit_untyped(), CAP_ADDRESS_SPACE, 0, kit_slot(), 1));
	EXPECT(OK, slot_revoke(u));
	EXPECT(OK, slot_delete(u));
}
