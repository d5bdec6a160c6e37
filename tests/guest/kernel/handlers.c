/* A handler that goes with a fault in its hands strands no thread: the fault is reported to the next one. */
#include "tests/guest/kit/short.h"
#include "tests/guest/kernel/tests.h"

#define URGENT (KIT_PRIORITY + 1) /* runs until it waits before the test goes on */
#define WAITS 999
#define HOLE 0x600000000000ul

static volatile u64 mark, taken;
static volatile cap_t never;

static void touch_hole(u64 unused)
{
	(void)unused;
	mark = WAITS;
	mark = *(volatile u64 *)HOLE;
}

static struct kit_thread with_handler(void (*entry)(u64), u64 argument, cap_t handler)
{
	struct kit_thread t = kit_thread(entry, argument, KIT_PRIORITY - 1);

	give_fault_endpoint(t.thread, handler);
	EXPECT(OK, thread_set_priority(t.thread, URGENT));
	return t;
}

/* A pager that takes one report, and never answers. */
static void take_and_wait(u64 ep)
{
	EXPECT(OK, ipc(SYS_RECV, ep, &(struct message){0}));
	taken++;
	ipc(SYS_WAIT, never, &(struct message){0});
}

static struct kit_thread pager_at(cap_t ep)
{
	never = kit_make(CAP_NOTIFICATION, 0);
	return kit_thread(take_and_wait, ep, URGENT);
}

static void expect_report(cap_t ep, u64 badge)
{
	struct message m = {.tag = TAG_NONBLOCK};

	EXPECT(OK, ipc(SYS_RECV, ep, &m));
	EXPECT_U64(LABEL_FAULT, TAG_LABEL(m.tag));
	EXPECT_U64(badge, m.badge);
	EXPECT_U64(14, m.word[FAULT_VECTOR]);
	EXPECT_U64(HOLE, m.word[FAULT_ADDRESS]);
	EXPECT_U64(FAULT_WORDS, TAG_LENGTH(m.tag));
}

static void expect_none(cap_t ep)
{
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, ep, &(struct message){.tag = TAG_NONBLOCK}));
}

/* The ways in which a handler goes. */
static enum microk_status suspend(cap_t t)
{
	return thread_suspend(t);
}
static enum microk_status destroy(cap_t t)
{
	return slot_delete(t);
}
static enum microk_status lose_cspace(cap_t t)
{
	return thread_clear(t, THREAD_ROOT_CNODE);
}
static enum microk_status lose_space(cap_t t)
{
	return thread_clear(t, THREAD_ROOT_SPACE);
}

static void handler_goes(enum microk_status (*goes)(cap_t))
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), badged = kit_mint(ep, RIGHT_WRITE, 7, MINT_BADGE);
	struct kit_thread pager = pager_at(ep);
	struct kit_thread t = with_handler(touch_hole, 0, badged);

	EXPECT_U64(THREAD_FAULTED, kit_state(t));
	EXPECT(OK, goes(pager.thread));
	EXPECT_U64(THREAD_SENDING, kit_state(t));
	expect_report(ep, 7);
	EXPECT_U64(THREAD_FAULTED, kit_state(t));
	EXPECT(OK, ipc(SYS_REPLY, 0, &(struct message){.tag = TAG(FAULT_STAYS, 0)}));
	EXPECT_U64(THREAD_STOPPED, kit_state(t));
	EXPECT_U64(WAITS, mark);
	expect_none(ep);
}

void test_handler_dies(void)
{
	handler_goes(suspend);
	handler_goes(destroy);
	handler_goes(lose_cspace);
	handler_goes(lose_space);
}

/* As often as the pager dies, as long as a successor comes: the thread goes on, and so does its client. */
static void serve_through_hole(u64 ep)
{
	struct message m = {0};

	EXPECT(OK, ipc(SYS_RECV, ep, &m));
	touch_hole(0);
	m = (struct message){.tag = TAG(0, 1), .word = {5}};
	ipc(SYS_REPLY, 0, &m);
}

static volatile u64 answer;

static void call_once(u64 ep)
{
	struct message m = {0};

	answer = WAITS;
	enum microk_status s = ipc(SYS_CALL, ep, &m);
	answer = s == OK ? m.word[0] : s;
}

void test_pagers_follow_each_other(void)
{
	cap_t faults = kit_make(CAP_ENDPOINT, 0), ep = kit_make(CAP_ENDPOINT, 0),
	      frame = kit_make(CAP_FRAME, 1);
	struct kit_thread server = with_handler(serve_through_hole, ep, faults);
	struct kit_thread pager = pager_at(faults);

	for (u64 level = 3; level >= 1; level--)
		EXPECT(OK, table_map_at(kit_make(CAP_PAGE_TABLE, 0), ROOT_SPACE, HOLE, level));
	kit_thread(call_once, ep, URGENT);
	for (u32 i = 1; i < FAULT_REPORTS; i++) {
		EXPECT_U64(THREAD_FAULTED, kit_state(server));
		EXPECT(OK, slot_delete(pager.thread));
		EXPECT_U64(THREAD_SENDING, kit_state(server));
		EXPECT_U64(WAITS, answer);
		if (i + 1 < FAULT_REPORTS)
			pager = pager_at(faults);
	}
	expect_report(faults, 0); /* the last of them */
	EXPECT(OK, frame_map_at(frame, ROOT_SPACE, HOLE, RIGHT_READ));
	EXPECT(OK, ipc(SYS_REPLY, 0, &(struct message){.tag = TAG(FAULT_RETRY, 0)}));
	KIT_UNTIL(answer == 5);
}

/* A handler that waits already takes the report at once. */
void test_other_handler_waits(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);
	struct kit_thread first = pager_at(ep), second;
	struct kit_thread t = with_handler(touch_hole, 0, ep);

	taken = 1;
	second = pager_at(ep);
	EXPECT_U64(THREAD_RECEIVING, kit_state(second));
	EXPECT(OK, slot_delete(first.thread));
	KIT_UNTIL(taken == 2);
	EXPECT_U64(THREAD_FAULTED, kit_state(t));
	EXPECT_U64(THREAD_WAITING, kit_state(second));
}

/* The report is in a Reply object, which goes. */
void test_saved_report_is_dropped(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), reply = kit_make(CAP_REPLY, 0);
	struct kit_thread t = with_handler(touch_hole, 0, ep);

	expect_report(ep, 0);
	EXPECT(OK, cnode_save_caller(ROOT_CNODE, reply));
	expect_none(ep);
	EXPECT_U64(THREAD_FAULTED, kit_state(t));
	EXPECT(OK, slot_delete(reply));
	EXPECT_U64(THREAD_SENDING, kit_state(t));
	expect_report(ep, 0);
}

/* A handler that drops every report ends the matter: the thread is stopped. A new fault counts anew. */
void test_reports_are_used_up(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);
	struct kit_thread t = with_handler(touch_hole, 0, ep);

	for (u32 round = 0; round < 2; round++) {
		for (u32 i = 0; i < FAULT_REPORTS; i++)
			expect_report(ep, 0);
		expect_none(ep);
		EXPECT_U64(THREAD_STOPPED, kit_state(t));
		EXPECT(OK, thread_resume(t.thread));
		EXPECT_U64(THREAD_SENDING, kit_state(t));
	}
}

/* Without its fault endpoint, or without the thread, there is no report. */
void test_report_has_no_place(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), cut = kit_mint(ep, RIGHT_WRITE, 1, MINT_BADGE);
	struct kit_thread t = with_handler(touch_hole, 0, cut);

	expect_report(ep, 1);
	EXPECT(OK, slot_revoke(cut));
	EXPECT_U64(THREAD_FAULTED, kit_state(t));
	expect_none(ep);
	EXPECT_U64(THREAD_STOPPED, kit_state(t));
	/* It is withdrawn while it is queued again. */
	t = with_handler(touch_hole, 0, ep);
	struct kit_thread pager = pager_at(ep);
	EXPECT(OK, slot_delete(pager.thread));
	EXPECT_U64(THREAD_SENDING, kit_state(t));
	EXPECT(OK, slot_delete(t.thread));
	expect_none(ep);
	t = with_handler(touch_hole, 0, ep);
	expect_report(ep, 0);
	EXPECT(OK, slot_delete(t.thread));
	expect_none(ep);
}

/* Two handlers of each other's faults, and of one thread's, die of the same thing. */
static void handle_by_touching(u64 ep)
{
	EXPECT(OK, ipc(SYS_RECV, ep, &(struct message){0}));
	touch_hole(0);
}

void test_handlers_die_in_a_circle(void)
{
	cap_t one = kit_make(CAP_ENDPOINT, 0), other = kit_make(CAP_ENDPOINT, 0);
	struct kit_thread a = with_handler(handle_by_touching, one, other),
			  b = with_handler(handle_by_touching, other, one);
	struct kit_thread t = with_handler(touch_hole, 0, one);

	/* a takes t's fault and faults; b takes a's and faults, and its handler would be a, which waits for it. */
	EXPECT_U64(THREAD_STOPPED, kit_state(b));
	EXPECT_U64(THREAD_SENDING, kit_state(a));
	EXPECT_U64(THREAD_FAULTED, kit_state(t));
	/* Handlers that do the same follow until the reports of a's fault are used up. */
	for (u32 i = 1; i < FAULT_REPORTS; i++)
		with_handler(handle_by_touching, other, 0);
	EXPECT_U64(THREAD_STOPPED, kit_state(a));
	EXPECT_U64(THREAD_SENDING, kit_state(t));
	expect_report(one, 0);
}
