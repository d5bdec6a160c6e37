/* How late an urgent thread wakes while a less urgent one makes the kernel's longest calls. */
#include "tests/guest/pays/pays.h"
#include "lib/microk/memory.h"

#define TIMES 400
#define POLL_US                                                                                    \
	11000000 /* every 10 s the kernel asks the processor for corrected errors, before whichever thread is next */

static void let_go_on(u64 thread)
{
	for (;;) {
		thread_resume(thread);
		kit_yield();
	}
}

/* The bound of docs/security.md: the worst wake-up takes at most twice as long as on an idle machine. */
static void check_twice(u64 idle, u64 worst)
{
	kit_report("%s: %lu ticks, idle %lu", kit_test, worst, idle);
	if (worst > 2 * idle)
		kit_fail(__FILE__, __LINE__, "a wake-up was %lu late, idle %lu", worst, idle);
}

#define TELLER /* its name, for which tests/test_guest.py looks on the serial line: of 16 characters, the most */ \
	.name_start = 0x6f5f72656c6c6574ul, .name_end = 0x73746c7561665f66ul
#define REPORTS 8
#define REFILL_US 40000000
#define BURST_US 1000 /* in this time it faults more often than its budget allows reports */
#define ROUNDS 100    /* as many as tests/test_guest.py counts */
#define SOON 120

/* Its address and its stack pointer have as many digits as there are. */
static void fault_far_away(u64 unused)
{
	(void)unused;
	__asm__ volatile("mov $-16, %rsp\n"
			 "1: testb $0, (%rsp)\n\t"
			 "jmp 1b");
}

/* The texts of a budget's reports are made in a tenth of a millisecond. So these naps are short, and others in each round. */
static u64 worst_soon(u32 round)
{
	u64 worst = 0;

	for (u32 i = 0; i < SOON; i++) {
		u64 late = now() + microseconds(1 + i % 3) + (round * 29 + i * 77) % 1000;

		nap_until(late);
		late = now() - late;
		worst = MAX(worst, late);
	}
	return worst;
}

/* It faults until its budget of reports is used up, and each report is shown. Then again, with the next budget. */
void test_wakes_beside_faults(void)
{
	u64 idle = worst_wake(TIMES), worst = 0;
	struct kit_thread t = kit_thread_apart(fault_far_away, 0, LESS_URGENT);
	struct kit_thread helper = kit_thread(let_go_on, t.thread, LESS_URGENT);

	EXPECT(OK, thread_name(t.thread, &(struct thread_name){TELLER}));
	EXPECT(OK, thread_suspend(helper.thread));
	EXPECT(OK, thread_suspend(t.thread)); /* until the helper runs */
	nap(REFILL_US);                       /* other tests may have used up the budget */
	for (u32 round = 0; round < ROUNDS; round++) {
		u64 bytes = kit_info->log_bytes, this_time;

		EXPECT(OK, thread_resume(helper.thread));
		this_time = worst_soon(round);
		worst = MAX(worst, this_time);
		nap(BURST_US);
		EXPECT(OK, thread_suspend(helper.thread));
		nap(REFILL_US); /* all of it is shown */
		CHECK(kit_info->log_bytes > bytes + (u64)REPORTS * 80);
	}
	check_twice(idle, worst);
}

#define SLICE_US 10000 /* kernel/sched/schedule.c */
#define NAPS 200       /* they take some 200 us of the thread's own time */

/* Its slice ends in the middle of wake-ups: the timer must not be set for a moment before the thread goes on. */
void test_wakes_at_slice_end(void)
{
	u64 idle, worst = 0;

	nap(POLL_US);
	idle = worst_wake(TIMES);
	for (u32 round = 0; round < ROUNDS; round++) {
		for (u64 until = now() + microseconds(SLICE_US - 100); now() < until;)
			;
		for (u32 i = 0; i < NAPS; i++) {
			u64 late = now() + microseconds(3) + (round * 29 + i * 77) % 1000;

			nap_until(late);
			late = now() - late;
			worst = MAX(worst, late);
		}
	}
	kit_report("%s: %lu ticks, idle %lu", kit_test, worst, idle);
	if (worst > idle + idle / 4)
		kit_fail(__FILE__, __LINE__, "a wake-up was %lu late, idle %lu", worst, idle);
}

/* The neighbour goes on for ever; it is measured long enough for each of its steps to be met at each of its moments. */
static void wakes_beside(void (*neighbour)(u64), u64 argument)
{
	u64 idle, worst;

	nap(POLL_US); /* the poll is over before the first measurement */
	idle = worst_wake(TIMES);
	kit_thread(neighbour, argument, LESS_URGENT);
	nap(10000);
	worst = worst_wake(4 * TIMES);
	check_twice(idle, worst);
}

#define MANY_PAGES 511 /* as many single pages as a Frame can have mapped */
#define SOME_SLOTS 500
#define PLACE 0x3000000000ul
#define OTHER_PLACE 0x7f0000000000ul /* without a table */
#define TABLE_LEVEL 3
#define LARGE_PAGE (512 * PAGE_SIZE)

static void make_and_revoke(u64 untyped)
{
	cap_t slot = (cap_t)untyped + 1;

	for (;;) {
		retype(untyped, CAP_FRAME, MANY_PAGES, slot, 1);
		space_map(ROOT_SPACE, slot, PLACE, RIGHT_READ, 0);
		slot_revoke(untyped);
		retype(untyped, CAP_ENDPOINT, 0, slot, RETYPE_MAX_COUNT);
		slot_revoke(untyped);
		retype(untyped, CAP_ADDRESS_SPACE, 0, slot, 1);
		retype(untyped, CAP_PAGE_TABLE, 0, slot + 1, 1);
		table_map_at(slot + 1, slot, OTHER_PLACE, TABLE_LEVEL);
		slot_revoke(untyped);
		retype(untyped, CAP_CNODE, SOME_SLOTS, slot, 1);
		retype_to(untyped, CAP_REPLY, slot, 1, RETYPE_MAX_COUNT);
		slot_delete(slot);
		slot_revoke(untyped);
	}
}

/* Memory is cleared, Frames are mapped and unmapped, as many objects are made as a call may make, and a CNode is taken apart. */
void test_wakes_beside_memory(void)
{
	cap_t untyped = kit_slots(1 + RETYPE_MAX_COUNT);

	EXPECT(OK, retype(kit_untyped(), CAP_UNTYPED, 4ul << 20, untyped, 1));
	wakes_beside(make_and_revoke, untyped);
}

#define LARGE_CNODE_BYTES (5ul << 20)

static void make_and_delete_large(u64 untyped)
{
	cap_t table = (cap_t)untyped + 1;

	for (;;) {
		EXPECT(OK, retype(untyped, CAP_CNODE, CNODE_MAX_SLOTS, table, 1));
		for (u64 slot = 1; slot < CNODE_MAX_SLOTS; slot += 1000)
			EXPECT(OK, slot_copy_to(table, slot, ROOT_KERNEL, RIGHT_ALL));
		EXPECT(OK, slot_delete(table));
	}
}

/* The largest CNode is made and taken apart. */
void test_wakes_beside_large_cnode(void)
{
	cap_t untyped = kit_slots(2);

	EXPECT(OK, retype(kit_untyped(), CAP_UNTYPED, LARGE_CNODE_BYTES, untyped, 1));
	wakes_beside(make_and_delete_large, untyped);
}

#define COPIED_PAGES 100

static void copy_again(u64 frame)
{
	u64 bytes = COPIED_PAGES * PAGE_SIZE;
	cap_t to = (cap_t)frame, from = to + 1;

	for (;;) {
		EXPECT(OK, frame_copy_to(to, 0, from, 0, bytes));
		EXPECT(OK, frame_copy_to(to, 5, from, 3, bytes - 5)); /* at no word's beginning */
		EXPECT(OK, frame_copy_to(to, 0, to, PAGE_SIZE, bytes - PAGE_SIZE));
		EXPECT(OK, frame_copy_to(to, 1, to, 0, bytes - 1)); /* from the last byte on */
		EXPECT(OK, frame_copy_to(to, 0, from, 0, 1));
		EXPECT(OK, frame_clear_bytes(from, 3, bytes - 3));
	}
}

/* Bytes are copied from Frame to Frame, forward, backward, and in calls of a single byte, and are cleared. */
void test_wakes_beside_copy(void)
{
	cap_t frames = kit_slots(2);

	EXPECT(OK, retype(kit_untyped(), CAP_FRAME, COPIED_PAGES, frames, 2));
	wakes_beside(copy_again, frames);
}

static void describe_again(u64 slot)
{
	for (;;)
		kit_describe((cap_t)slot);
}

/* One of so many siblings that its parent is looked for as far as it may be, and it has children. */
void test_wakes_beside_describe(void)
{
	enum { SIBLINGS = 1200, CHILDREN = 70 };
	cap_t first = kit_slots(SIBLINGS), children = kit_slots(CHILDREN);
	cap_t object = kit_make(CAP_NOTIFICATION, 0), middle = first + SIBLINGS / 2;

	for (u32 i = 0; i < SIBLINGS; i++)
		EXPECT(OK, slot_copy(first + i, object, RIGHT_ALL));
	for (u32 i = 0; i < CHILDREN; i++)
		EXPECT(OK, slot_copy(children + i, middle, RIGHT_ALL));
	wakes_beside(describe_again, middle);
}

static void search_again(u64 table)
{
	for (;;)
		cnode_next((cap_t)table, 1, NULL);
}

/* A CNode of which nearly every slot is looked at; the last but one of 32 has as many children as are counted. */
void test_wakes_beside_search(void)
{
	enum { CHILDREN = 70 };
	cap_t children = kit_slots(CHILDREN), table = kit_make(CAP_CNODE, CNODE_MAX_SLOTS);
	u64 last = CNODE_MAX_SLOTS - 2;

	EXPECT(OK, slot_copy_to(table, last, ROOT_KERNEL, RIGHT_ALL));
	for (u32 i = 0; i < CHILDREN; i++)
		EXPECT(OK, cnode_copy(ROOT_CNODE, &(struct cnode_copy){.index = children + i,
								       .source_cnode = table,
								       .source_index = last,
								       .rights = RIGHT_ALL}));
	wakes_beside(search_again, table);
}

static void replace_again(u64 memory)
{
	struct untyped_replace_frame args = {
		.cnode = ROOT_CNODE,
		.index = memory + 2,
		.address_space = ROOT_SPACE,
		.rights = RIGHT_READ};

	for (;;) {
		untyped_replace_frame((cap_t)memory, &args);
		untyped_replace_frame((cap_t)memory + 1, &args);
	}
}

/* A page becomes one of one Untyped and of another in turn. */
void test_wakes_beside_replace(void)
{
	cap_t memory = kit_slots(3);

	for (u32 i = 0; i < 2; i++)
		EXPECT(OK, retype(kit_untyped(), CAP_UNTYPED, PAGE_SIZE, memory + i, 1));
	EXPECT(OK, retype(kit_untyped(), CAP_FRAME, 1, memory + 2, 1));
	EXPECT(OK, space_map(ROOT_SPACE, memory + 2, PLACE, RIGHT_READ, 0));
	wakes_beside(replace_again, memory);
}

/* Memory with a child that stays, so that no object has to be taken apart before the rest is used. */
static void begin_again(cap_t untyped)
{
	EXPECT(OK, slot_revoke(untyped));
	EXPECT(OK, retype(untyped, CAP_ENDPOINT, 0, untyped + 2, 1));
}

/* A page is made, mapped, and deleted again. False: the memory is used up. */
static bool make_mapped(cap_t untyped, cap_t page)
{
	const struct untyped_map_frame args = {
		.pages = 1,
		.cnode = ROOT_CNODE,
		.index = page,
		.address_space = ROOT_SPACE,
		.address = PLACE + PAGE_SIZE,
		.rights = RIGHT_READ};

	if (untyped_map_frame(untyped, &args) != OK)
		return false;
	EXPECT(OK, slot_delete(page));
	return true;
}

/* By the short way into the kernel, which looks for no interrupts before the method begins; and by the general one, as a page
 * without siblings leaves its memory to be looked through. */
static void make_and_replace(u64 memory)
{
	cap_t one = (cap_t)memory, other = one + 1, page = one + 4;
	struct untyped_replace_frame args = {
		.cnode = ROOT_CNODE,
		.index = page,
		.address_space = ROOT_SPACE,
		.rights = RIGHT_READ};

	for (;;) {
		begin_again(one);
		while (untyped_replace_frame(one, &args) == OK)
			;
		begin_again(other);
		EXPECT(OK, untyped_replace_frame(other, &args));
		while (make_mapped(other, page + 1))
			;
		EXPECT(OK, slot_delete(one + 2));
		for (u32 i = 0; i < 64; i++)
			CHECK(make_mapped(one, page + 1));
	}
}

void test_wakes_beside_short_ways(void)
{
	cap_t memory = kit_slots(6);

	for (u32 i = 0; i < 2; i++)
		EXPECT(OK, retype(kit_untyped(), CAP_UNTYPED, 64 * PAGE_SIZE, memory + i, 1));
	EXPECT(OK, retype(kit_untyped(), CAP_FRAME, 1, memory + 4, 1));
	EXPECT(OK, space_map(ROOT_SPACE, memory + 4, PLACE, RIGHT_READ, 0));
	wakes_beside(make_and_replace, memory);
}

#define COPIED_SLOTS 500

static void copy_slots_again(u64 from)
{
	struct cnode_copy_slots args = {
		.index = 1,
		.source_cnode = from,
		.source_index = 1,
		.count = COPIED_SLOTS,
		.rights = RIGHT_ALL};
	cap_t to = (cap_t)from + 1;
	struct cnode_copy_slots_result result;

	for (;;) {
		EXPECT(OK, cnode_copy_slots(to, &args, &result));
		for (u64 i = 1; i <= COPIED_SLOTS; i++)
			EXPECT(OK, cnode_delete(to, i));
	}
}

/* Each has been reported as closed, and leaves that queue when it is copied. */
void test_wakes_beside_copied_slots(void)
{
	cap_t tables = kit_slots(2), ep = kit_make(CAP_ENDPOINT, 0);

	EXPECT(OK, retype(kit_untyped(), CAP_CNODE, COPIED_SLOTS + 1, tables, 2));
	for (u64 i = 1; i <= COPIED_SLOTS; i++)
		EXPECT(OK,
		       cnode_mint(tables,
				  &(struct cnode_mint){
					  .index = i,
					  .source_cnode = ROOT_CNODE,
					  .source_index = ep,
					  .rights = RIGHT_ALL,
					  .badge = i,
					  .flags = MINT_BADGE | MINT_WATCH}));
	wakes_beside(copy_slots_again, tables);
}

#define FRAMES 200
#define FRAME_SLOTS 4096

static void change_frames(u64 table)
{
	u64 slots = FRAME_SLOTS - 1, done;

	for (;;) {
		EXPECT(OK, frames_map(ROOT_SPACE, (cap_t)table, 1, FRAMES + 1, PLACE,
				      RIGHT_READ | RIGHT_WRITE, &done));
		EXPECT(OK, frames_protect(ROOT_SPACE, (cap_t)table, 1, slots, RIGHT_READ, &done));
		EXPECT(OK, frames_protect(ROOT_SPACE, (cap_t)table, 1, slots, RIGHT_READ, &done));
		EXPECT(OK, frames_unmap(ROOT_SPACE, (cap_t)table, 1, slots, &done));
	}
}

/* Frames of a CNode are mapped, get other rights, and are unmapped: many of one page, a long one, and empty slots. */
void test_wakes_beside_frames(void)
{
	cap_t table = kit_make(CAP_CNODE, FRAME_SLOTS);
	struct untyped_retype frames = {
		.type = CAP_FRAME, .size = 1, .cnode = table, .index = 1, .count = 1};

	for (; frames.index <= FRAMES; frames.index++)
		EXPECT(OK, untyped_retype(kit_untyped(), &frames));
	frames.size = MANY_PAGES;
	EXPECT(OK, untyped_retype(kit_untyped(), &frames));
	for (u64 at = PLACE; at < PLACE + 2 * LARGE_PAGE; at += LARGE_PAGE)
		for (u64 level = TABLE_LEVEL; level >= 1; level--)
			table_map_at(kit_make(CAP_PAGE_TABLE, 0), ROOT_SPACE, at, level);
	wakes_beside(change_frames, table);
}

#define NEWLINES 0x0a0a0a0a0a0a0a0aul
#define LETTERS 0x6b6b6b6b6b6b6b6bul

static void show_lines(u64 unused)
{
	static const struct kernel_show lines = {
		.bytes = 56, NEWLINES, NEWLINES, NEWLINES, NEWLINES, NEWLINES, NEWLINES, NEWLINES};
	static const struct kernel_show letters = {
		.bytes = 56, LETTERS, LETTERS, LETTERS, LETTERS, LETTERS, LETTERS, LETTERS};

	(void)unused;
	for (;;) {
		EXPECT(OK, kernel_show(ROOT_KERNEL, &lines));
		EXPECT(OK, kernel_show(ROOT_KERNEL, &letters));
	}
}

/* After the first page each newline clears the rest of an older line, and one call shows 56 of them. */
void test_wakes_beside_text(void)
{
	CHECK(kit_info->fb_kind == SCREEN_TEXT);
	wakes_beside(show_lines, 0);
}

#define SLEEPERS 20
#define TOGETHER_US 100

static struct ipcbuf *sleeper_buffers[SLEEPERS];
static cap_t sleep_on, sleeper_start, start_sleepers;

static void wake_together(u64 i)
{
	ipc(SYS_WAIT, sleeper_start, &(struct message){0});
	for (;;) {
		struct message m = {.tag = TAG_DEADLINE};
		u64 between = microseconds(TOGETHER_US);

		sleeper_buffers[i]->deadline = (now() / between + 1) * between;
		ipc(SYS_WAIT, sleep_on, &m);
	}
}

static void start_them_and_spin(u64 unused)
{
	(void)unused;
	for (u32 i = 0; i < SLEEPERS; i++)
		ipc(SYS_SIGNAL, start_sleepers, &(struct message){0});
	for (;;)
		;
}

/* Deadlines of threads as urgent as the neighbour pass together, while it runs. */
void test_wakes_beside_sleepers(void)
{
	sleep_on = kit_make(CAP_NOTIFICATION, 0);
	sleeper_start = kit_make(CAP_NOTIFICATION, 0);
	start_sleepers = kit_mint(sleeper_start, RIGHT_ALL, 1, MINT_BADGE);
	for (u32 i = 0; i < SLEEPERS; i++) {
		struct kit_thread t = kit_thread(wake_together, i, LESS_URGENT);
		sleeper_buffers[i] = t.buffer;
	}
	wakes_beside(start_them_and_spin, 0);
}

static cap_t configured, handlers[2], bells[2], buffers[2];

static void configure_again(u64 unused)
{
	(void)unused;
	for (u32 i = 0;; i = !i)
		EXPECT(OK, CONFIGURE(configured, .cnode = ROOT_CNODE, .address_space = ROOT_SPACE,
				     .fault_endpoint = handlers[i], .ipc_buffer_frame = buffers[i],
				     .notification = bells[i]));
}

/* All roots of a thread, each of which replaces another. A call takes a few microseconds, so the naps are short, and many. */
void test_wakes_beside_configure(void)
{
	u64 idle, worst = 0;

	configured = kit_make(CAP_THREAD, 0);
	for (u32 i = 0; i < 2; i++) {
		handlers[i] = kit_make(CAP_ENDPOINT, 0);
		bells[i] = kit_make(CAP_NOTIFICATION, 0);
		kit_page(&buffers[i]);
	}
	nap(POLL_US);
	idle = worst_wake(TIMES);
	kit_thread(configure_again, 0, LESS_URGENT);
	nap(10000);
	for (u32 round = 0; round < ROUNDS; round++) {
		u64 this_time = worst_soon(round);
		worst = MAX(worst, this_time);
	}
	check_twice(idle, worst);
}
