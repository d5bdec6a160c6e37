/* Faults, log lines, and the numbers of address spaces. */
#include "tests/guest/pays/pays.h"
#include "user/lib/memory.h"
#include "user/lib/string.h"

static void fault_for_ever(u64 unused)
{
	(void)unused;
	for (;;)
		__asm__ volatile("ud2");
}

static volatile u64 handled;

/* As urgent as the test: each report takes its time. */
static void handle_faults(u64 ep)
{
	struct message m = {0};

	for (enum microk_status s = ipc(SYS_RECV, ep, &m); s == OK;) {
		handled++;
		for (u64 end = now() + us(20); now() < end;)
			;
		m = (struct message){0}; /* try again */
		s = ipc(SYS_REPLY_RECV, ep, &m);
	}
}

static struct kit_thread faulter(cap_t handler, u8 priority)
{
	struct kit_thread t = kit_thread(fault_for_ever, 0, priority);

	EXPECT(OK, METHOD(t.thread, THREAD_SUSPEND));
	EXPECT(OK, METHOD(t.thread, THREAD_CONFIGURE, 0, 0, handler, 0, 0));
	EXPECT(OK, METHOD(t.thread, THREAD_RESUME));
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
	EXPECT(OK, METHOD(victim.thread, THREAD_SUSPEND));
	nap(1000);
	CHECK(handled > 10);
	EXPECT(OK, METHOD(victim.thread, THREAD_RESUME));
	u64 reports = handled, with = rounds;
	nap(5000);
	CHECK(handled - reports <= 1);
	CHECK((rounds - with) * 2 >= idle);
	EXPECT(OK, METHOD(ROOT_CNODE, CNODE_DELETE, t.thread));
	EXPECT(OK, METHOD(ROOT_CNODE, CNODE_DELETE, victim.thread));
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

/* A program that faults all the time has its few lines; the number of the others is logged; and another program's are there. */
void test_log_full(void)
{
	struct kit_thread t = kit_thread(fault_for_ever, 0, KIT_PRIORITY + 1);
	u64 before = kit_info->log_bytes;

	EXPECT(OK, METHOD(t.thread, THREAD_NAME, 0x646f6f6c66ul, 0));
	for (u32 i = 0; i < FAULTS; i++)
		METHOD(t.thread, THREAD_RESUME);
	CHECK(kit_info->log_bytes - before <= (BUDGET + 1) * 256);
	CHECK(count_in_log("[fault] flood ran") <= BUDGET);
	kit_thread_apart(fault_apart, 0, KIT_PRIORITY + 1);
	EXPECT_U64(1, count_in_log("did something that user code may not do"));
	/* Before its next line, when it has earned one, is the number of those dropped. */
	nap(4100000);
	METHOD(t.thread, THREAD_RESUME);
	EXPECT_U64(1, count_in_log("lines of flood were dropped"));
}

/* ---- address spaces ---- */
#define MANY 5000

/* One program makes thousands (more than a table of 4096 would hold); another makes its own all the same. */
void test_spaces_run_out(void)
{
	cap_t u = kit_slot(), tables = kit_slots(2);
	u32 n = 0;

	EXPECT(OK, RETYPE(ROOT_UNTYPED, CAP_UNTYPED, 42ul << 20, u, 1));
	for (u32 i = 0; i < 2; i++)
		EXPECT(OK, RETYPE(u, CAP_CNODE, 4000, tables + i, 1));
	while (n < MANY && METHOD(u, UNTYPED_RETYPE, CAP_ADDRESS_SPACE, 0, tables + n / 3999,
				  n % 3999 + 1, 1) == OK)
		n++;
	EXPECT_U64(MANY, n);
	EXPECT(OK, METHOD(kit_untyped(), UNTYPED_RETYPE, CAP_ADDRESS_SPACE, 0, ROOT_CNODE,
			  kit_slot(), 1));
	EXPECT(OK, REVOKE(u));
	EXPECT(OK, DELETE(u));
}
