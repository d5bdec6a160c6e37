/* The trace ring: the kernel's entries and their identities; while it is off, none is written. */
#include "microk/trace.h"
#include "tests/guest/kit/short.h"
#include "lib/microk/memory.h"
#include "lib/microk/string.h"

#define LABEL 0x123
#define BADGE 77
#define SERVER (KIT_PRIORITY + 1) /* more urgent than the test itself */

static cap_t endpoint, client, late, event;
static volatile u64 served, answered;

static const struct trace *ring;

static u64 record(bool on)
{
	EXPECT(OK, kernel_trace(ROOT_KERNEL, on));
	return ring->written;
}

static const struct trace_entry *entry(u64 n)
{
	return &ring->entries[n % TRACE_ENTRIES];
}

static u64 identity(cap_t slot)
{
	return object_of(slot);
}

static void serve(u64 calls)
{
	struct message m = {0};

	for (u64 i = 0; i < calls; i++) {
		ipc(SYS_RECV, endpoint, &m);
		served++;
		m.tag = TAG(LABEL + i, 1);
		ipc(SYS_REPLY, 0, &m);
	}
}

static void call(u64 calls)
{
	for (u64 i = 0; i < calls; i++) {
		struct message m = {.tag = TAG(LABEL, 2)};
		if (ipc(SYS_CALL, client, &m) == OK)
			answered++;
	}
}

static void prepare(void)
{
	/* A test's mappings go when it ends: the ring anew for each. */
	cap_t frame = kit_slot();
	void *address = NULL;

	EXPECT(OK, slot_copy(frame, ROOT_TRACE, RIGHT_READ));
	EXPECT(OK, window_map(frame, TRACE_PAGES, RIGHT_READ, 0, &address));
	ring = address;
	endpoint = kit_make(CAP_ENDPOINT, 0);
	client = kit_mint(endpoint, RIGHT_WRITE, BADGE, MINT_BADGE);
	served = answered = 0;
}

static void test_call_and_reply(void)
{
	prepare();
	u64 first = record(true);
	struct kit_thread server = kit_thread(serve, 2, SERVER);
	struct kit_thread caller = kit_thread(call, 2, KIT_PRIORITY);
	thread_name(caller.thread, &(struct thread_name){.name_start = 0x72656c6c6163});
	KIT_UNTIL(answered == 2);
	u64 end = record(false);
	EXPECT_U64(first + 4, end);
	for (u64 n = first; n < end; n += 2) {
		const struct trace_entry *c = entry(n), *r = entry(n + 1);
		EXPECT_U64(TRACE_CALL, c->kind);
		EXPECT_U64(identity(caller.thread), c->thread);
		EXPECT_U64(identity(endpoint), c->object);
		EXPECT_U64(BADGE, c->badge);
		EXPECT_U64(LABEL, TAG_LABEL(c->tag));
		EXPECT_U64(2, TAG_LENGTH(c->tag));
		CHECK(strcmp(c->name, "caller") == 0);
		EXPECT_U64(TRACE_REPLY, r->kind);
		EXPECT_U64(identity(server.thread), r->thread);
		EXPECT_U64(identity(caller.thread), r->object);
		EXPECT_U64(LABEL + (n - first) / 2, TAG_LABEL(r->tag));
		CHECK(r->tsc > c->tsc);
	}
}

/* An answer through a Reply object names the thread that waited, like any other. */
static void test_late_reply(void)
{
	struct message m = {0};

	prepare();
	late = kit_make(CAP_REPLY, 0);
	struct kit_thread caller = kit_thread(call, 1, KIT_PRIORITY);
	u64 first = record(true);
	EXPECT(OK, ipc(SYS_RECV, endpoint, &m));
	EXPECT(OK, cnode_save_caller(ROOT_CNODE, late));
	m.tag = TAG(OK, 3);
	EXPECT(OK, ipc(SYS_SEND, late, &m));
	u64 end = record(false);
	KIT_UNTIL(answered == 1);
	EXPECT_U64(first + 2, end);
	EXPECT_U64(TRACE_CALL, entry(first)->kind);
	EXPECT_U64(TRACE_REPLY, entry(first + 1)->kind);
	EXPECT_U64(identity(caller.thread), entry(first + 1)->object);
	EXPECT_U64(identity(ROOT_THREAD), entry(first + 1)->thread);
	EXPECT_U64(3, TAG_LENGTH(entry(first + 1)->tag));
	/* The caller is gone, so the answer is not recorded as a message. */
	record(true);
	EXPECT(ERR_NO_REPLY, ipc(SYS_SEND, late, &m));
	EXPECT_U64(end, record(false));
}

static void signal_once(u64 count)
{
	struct message m = {.tag = TAG(LABEL, count)};

	ipc(SYS_SEND, client, &m);
	served = 1;
}

static void test_send(void)
{
	struct message m = {0};

	prepare();
	struct kit_thread sender = kit_thread(signal_once, 5, KIT_PRIORITY);
	u64 first = record(true);
	EXPECT(OK, ipc(SYS_RECV, endpoint, &m));
	KIT_UNTIL(served == 1);
	EXPECT_U64(first + 1, record(false));
	EXPECT_U64(TRACE_SEND, entry(first)->kind);
	EXPECT_U64(identity(sender.thread), entry(first)->thread);
	EXPECT_U64(identity(endpoint), entry(first)->object);
	EXPECT_U64(5, TAG_LENGTH(entry(first)->tag));
}

/* While it is off, nothing is written. Switching needs the right, and accepts only on and off. */
static void test_switch(void)
{
	static const struct kernel_show text = {.bytes = 56, ~0ul, 1, 2, 3, 4, 5, 6};

	prepare();
	u64 before = record(false);
	kit_thread(serve, 3, SERVER);
	kit_thread(call, 3, KIT_PRIORITY);
	KIT_UNTIL(answered == 3);
	EXPECT_U64(before, ring->written);
	EXPECT(ERR_ARG, kernel_trace(ROOT_KERNEL, 2));
	EXPECT(ERR_METHOD, RAW_METHOD(ROOT_KERNEL, 99));
	cap_t blind = kit_mint(ROOT_KERNEL, RIGHT_READ, 0, 0);
	EXPECT(ERR_RIGHTS, kernel_trace(blind, 1));
	/* The kernel's other switches: which program draws on the screen, and the text shown there. */
	EXPECT(ERR_ARG, kernel_screen(ROOT_KERNEL, 2));
	EXPECT(ERR_RIGHTS, kernel_screen(blind, 1));
	EXPECT(ERR_LENGTH, kernel_show(ROOT_KERNEL, &(struct kernel_show){.bytes = 57}));
	EXPECT(ERR_RIGHTS, kernel_show(blind, &(struct kernel_show){.bytes = 1, .text_0 = 'x'}));
	for (u64 kernels = 0; kernels < 2; kernels++) {
		EXPECT(OK, kernel_screen(ROOT_KERNEL, kernels));
		EXPECT(OK, kernel_show(ROOT_KERNEL, &text));
	}
	cap_t frame = kit_slot();
	EXPECT(OK, slot_copy(frame, ROOT_TRACE, RIGHT_ALL));
	EXPECT(ERR_RIGHTS,
	       frame_map_at(frame, ROOT_SPACE, (u64)ring + 0x100000, RIGHT_READ | RIGHT_WRITE));
}

/* An endpoint counts its deliveries, by the slow path and by the fast one. */
static void test_messages_counted(void)
{
	prepare();
	EXPECT_U64(0, kit_describe(endpoint).size);
	for (u64 traced = 0; traced < 2; traced++) {
		record(traced);
		kit_thread(serve, 4, SERVER);
		kit_thread(call, 4, KIT_PRIORITY);
		KIT_UNTIL(answered == 4 + 4 * traced);
		EXPECT_U64(4 + 4 * traced, kit_describe(client).size);
	}
	record(false);
	event = kit_make(CAP_NOTIFICATION, 0);
	EXPECT_U64(0, kit_describe(event).size);
}

/* More messages than the ring has room for: the count goes on, and the newest are there. */
static void test_round(void)
{
	const u64 calls = TRACE_ENTRIES;

	prepare();
	u64 first = record(true);
	kit_thread(serve, calls, SERVER);
	kit_thread(call, calls, KIT_PRIORITY);
	KIT_UNTIL(answered == calls);
	u64 end = record(false);
	EXPECT_U64(first + 2 * calls, end);
	EXPECT_U64(LABEL + calls - 1, TAG_LABEL(entry(end - 1)->tag));
	for (u64 n = end - TRACE_ENTRIES + 1; n < end; n++)
		CHECK(entry(n)->tsc > entry(n - 1)->tsc);
}

int main(void)
{
	static const struct kit_test tests[] = {
		{"call_and_reply", test_call_and_reply},
		{"late_reply", test_late_reply},
		{"send", test_send},
		{"switch", test_switch},
		{"messages_counted", test_messages_counted},
		{"round", test_round},
	};

	kit_main(tests, ARRAY_LEN(tests));
}
