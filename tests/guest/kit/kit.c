/* The test kit: objects, threads and the report, for a test that runs as the root task. */
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/apart.h"
#include "tests/guest/kit/short.h"
#include "lib/microk/memory.h"
#include "lib/microk/slots.h"
#include "lib/microk/start.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/microk/thread.h"

#define REPORT_PORT 0x2f8
#define EXIT_PORT 0xf4
#define KIT_FIRST_SLOT 160
#define KIT_LAST_SLOT 4095
#define TEST_MEMORY (8ul << 20)
#define SLOT_OF_TEST_UNTYPED 150
#define STACK_PAGES 4

const struct microk_info *kit_info = (const struct microk_info *)ROOT_INFO_ADDRESS;
const char *kit_test = "?";
u32 kit_failures;
static u32 failures_here;
/* Made by this test; those past the end are not stopped by stop_threads. */
static cap_t threads[256];
static u32 threads_made;

static void put(char c)
{
	ioport_write(ROOT_IOPORT, REPORT_PORT, 1, c);
}

void kit_report(const char *fmt, ...)
{
	char line[256];
	va_list args;

	va_start(args, fmt);
	vformat(line, sizeof(line), fmt, args);
	va_end(args);
	for (const char *p = line; *p; p++)
		put(*p);
	put('\n');
}

void kit_fail(const char *file, int line, const char *fmt, ...)
{
	char text[200];
	va_list args;

	va_start(args, fmt);
	vformat(text, sizeof(text), fmt, args);
	va_end(args);
	failures_here++;
	if (failures_here <= 10)
		kit_report("FAIL %s: %s:%d: %s", kit_test, file, line, text);
}

u32 kit_failures_here(void)
{
	return failures_here;
}

_Noreturn void kit_exit(u8 code)
{
	ioport_write(ROOT_IOPORT, EXIT_PORT, 1, code);
	for (;;)
		thread_suspend(ROOT_THREAD);
}

void kit_yield(void)
{
	ipc(SYS_YIELD, 0, &(struct message){0});
}

cap_t kit_untyped(void)
{
	return SLOT_OF_TEST_UNTYPED;
}

cap_t kit_slot(void)
{
	cap_t s = slot_alloc();

	if (!s) {
		kit_report("FAIL %s: the test kit has no slot left", kit_test);
		kit_exit(3);
	}
	return s;
}

/* The allocator returns the lowest free slot, so slots that are taken one after the other are adjacent. */
cap_t kit_slots(u32 count)
{
	cap_t first = kit_slot();

	for (u32 i = 1; i < count; i++) {
		cap_t next = kit_slot();
		if (next != first + i) {
			kit_report("FAIL %s: slots are fragmented; take rows first", kit_test);
			kit_exit(3);
		}
	}
	return first;
}

static void remember_thread(cap_t slot)
{
	if (threads_made < ARRAY_LEN(threads))
		threads[threads_made++] = slot;
}

cap_t kit_make(enum cap_type type, u64 size)
{
	cap_t slot = kit_slot();
	enum microk_status s = retype(kit_untyped(), type, size, slot, 1);

	if (s != OK) {
		kit_report("FAIL %s: the test kit cannot make an object of type %u: %s", kit_test,
			   type, status_name(s));
		kit_exit(3);
	}
	if (type == CAP_THREAD)
		remember_thread(slot);
	return slot;
}

cap_t kit_mint(cap_t from, u32 rights, u64 badge, u64 flags)
{
	cap_t slot = kit_slot();

	EXPECT(OK, slot_mint(slot, from, rights, badge, flags));
	return slot;
}

struct cnode_describe_result kit_describe(cap_t slot)
{
	struct cnode_describe_result described = {0};

	EXPECT(OK, cnode_describe(ROOT_CNODE, slot, &described));
	return described;
}

void *kit_page(cap_t *frame)
{
	void *address;
	enum microk_status s = memory_make(1, frame, &address);

	if (s != OK) {
		kit_report("FAIL %s: the test kit cannot map a page: %s", kit_test, status_name(s));
		kit_exit(3);
	}
	return address;
}

struct kit_thread kit_thread(void (*entry)(u64), u64 argument, u8 priority)
{
	struct thread_begun begun;
	enum microk_status s = thread_begin(
		&(struct thread_plan){.entry = entry,
				      .argument = argument,
				      .stack_pages = STACK_PAGES,
				      .priority = priority},
		&begun);

	if (s != OK) {
		kit_report("FAIL %s: the test kit cannot start a thread: %s", kit_test,
			   status_name(s));
		kit_exit(3);
	}
	remember_thread(begun.thread);
	return (struct kit_thread){.thread = begun.thread, .buffer = begun.buffer};
}

u64 kit_state(struct kit_thread t)
{
	struct thread_info_result info = {0};

	EXPECT(OK, thread_info(t.thread, &info));
	return info.state;
}

void give_fault_endpoint(cap_t thread, cap_t endpoint)
{
	EXPECT(OK, thread_suspend(thread));
	EXPECT(OK, CONFIGURE(thread, .fault_endpoint = endpoint));
	EXPECT(OK, thread_resume(thread));
}

/* A thread whose endpoint or Notification has gone returns from its call at once, again and again. If it were more urgent
 * than the kit, the test would never end, so all threads stop before the test's objects end. */
static void stop_threads(void)
{
	for (u32 i = 0; i < threads_made; i++)
		if (type_of(threads[i]) == CAP_THREAD)
			thread_suspend(threads[i]);
	threads_made = 0;
}

static void clean_up(void)
{
	stop_threads();
	if (slot_revoke(SLOT_OF_TEST_UNTYPED) != OK)
		kit_report("FAIL %s: revoking the test's memory failed", kit_test);
	for (cap_t s = KIT_FIRST_SLOT; s <= KIT_LAST_SLOT; s++)
		slot_delete(s);
	slot_delete(SLOT_OF_TEST_UNTYPED);
}

static u64 memory_used(void)
{
	struct untyped_info_result info = {0};

	untyped_info(ROOT_UNTYPED, &info);
	return info.bytes_used;
}

static void run_test(const struct kit_test *t)
{
	u64 used = memory_used();

	kit_test = t->name;
	failures_here = 0;
	slots_init(KIT_FIRST_SLOT, KIT_LAST_SLOT + 1);
	EXPECT(OK, retype(ROOT_UNTYPED, CAP_UNTYPED, TEST_MEMORY, SLOT_OF_TEST_UNTYPED, 1));
	memory_untyped = SLOT_OF_TEST_UNTYPED;
	/* The library has no capability any more that the test before made. */
	memory_reset();
	thread_self()->wakeup = 0;
	t->run();
	clean_up();
	if (memory_used() != used)
		kit_fail(__FILE__, __LINE__,
			 "memory leaked: %lu bytes were in use before, %lu after", used,
			 memory_used());
	if (!failures_here)
		kit_report("PASS %s", t->name);
	kit_failures += failures_here;
}

static bool is_chosen(const char *name)
{
	char chosen[48];

	return !command_line_value(kit_info->command_line, "only=", chosen, sizeof(chosen)) ||
	       strcmp(name, chosen) == 0;
}

_Noreturn void kit_main(const struct kit_test *tests, size_t count)
{
	apart_begin(); /* does not return in a second address space */
	kit_run_at(KIT_PRIORITY);
	for (size_t i = 0; i < count; i++)
		if (is_chosen(tests[i].name))
			run_test(&tests[i]);
	kit_report("DONE %u failed", kit_failures);
	kit_exit(kit_failures ? 2 : 1);
}
