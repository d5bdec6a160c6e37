/*
 * Faults that were found in other kernels, each tried here: the comment of each test names them. Also faults of the same
 * kinds that a review found in this kernel: an operation that goes on with another's capability, a buffer that is code.
 */
#include "tests/guest/kit/short.h"
#include "tests/guest/kit/catch.h"
#include "tests/guest/kit/large.h"
#include "tests/guest/known/known.h"
#include "lib/microk/memory.h"
#include "lib/microk/start.h"
#include "lib/microk/string.h"

#define NAPS 2000
#define CHILDREN 1200

static cap_t slot;
static enum microk_status (*operations[4])(cap_t cnode, u64 index);
static volatile enum microk_status status[4];
static volatile bool done[4];

static void worker(u64 who)
{
	status[who] = operations[who](ROOT_CNODE, slot);
	done[who] = true;
}

/* `operation`: cnode_delete or cnode_revoke. */
static struct kit_thread begin(u64 who, enum microk_status (*operation)(cap_t, u64), u8 prio)
{
	done[who] = false;
	operations[who] = operation;
	return kit_thread(worker, who, prio);
}

static void finish(u64 who)
{
	for (u32 i = 0; !done[who] && i < NAPS; i++)
		nap(1000);
	CHECK(done[who]);
}

/* Derives CHILDREN capabilities from the one in `slot`. */
static void make_children(cap_t children)
{
	for (u32 i = 0; i < CHILDREN; i++)
		EXPECT(OK, slot_copy(children + i, slot, RIGHT_ALL));
}

/* Begins to delete a large CNode in `slot`, and puts the other capability there in the middle of it. */
static void exchange_while_deleted(cap_t other)
{
	slot = large_make();
	begin(0, cnode_delete, 5);
	for (u32 i = 0; type_of(slot) != CAP_NULL && i < NAPS; i++)
		nap(20);
	CHECK(!done[0]);
	EXPECT(OK, slot_copy(slot, other, RIGHT_ALL));
}

/* Begins to revoke the capability in `slot`, and returns in the middle of it. */
static struct kit_thread begin_revoke(u64 who, u8 prio, cap_t children)
{
	struct kit_thread t = begin(who, cnode_revoke, prio);

	nap(50);
	while (count_filled(children, CHILDREN) == CHILDREN && !done[who])
		nap(5);
	CHECK(!done[who]);
	return t;
}

/* Puts a capability with children into `slot`, and begins to revoke it. */
static void revoke_by_another(cap_t old, cap_t children)
{
	slot = kit_slot();
	EXPECT(OK, slot_copy(slot, old, RIGHT_ALL));
	make_children(children);
	begin_revoke(0, 5, children);
}

/* The delete is interrupted again after another capability came. No third thread. */
static void test_delete_interrupted_twice(void)
{
	cap_t other = kit_make(CAP_NOTIFICATION, 0);

	exchange_while_deleted(other);
	for (u32 i = 0; !done[0] && i < 200000; i++)
		nap(20);
	EXPECT(OK, status[0]);
	EXPECT_U64(CAP_NOTIFICATION, type_of(slot));
}

/* A's delete is interrupted; another capability comes into the slot; a third thread's revoke of that one is interrupted
 * too, which marks it; A goes on: A must not delete a capability other than the first. */
static void test_delete_and_anothers_mark(void)
{
	cap_t other = kit_make(CAP_NOTIFICATION, 0), children = kit_slots(CHILDREN);
	struct kit_thread c;

	exchange_while_deleted(other);
	make_children(children);
	c = begin_revoke(1, 10, children);
	CHECK(!done[0]);
	EXPECT(OK, thread_suspend(c.thread));
	finish(0);
	EXPECT(OK, status[0]);
	EXPECT_U64(CAP_NOTIFICATION, type_of(slot));
}

/* The same for a revoke of the old capability: it must not go on with the new one's children. */
static void test_revoke_and_anothers_mark(void)
{
	cap_t old = kit_make(CAP_NOTIFICATION, 0), new = kit_make(CAP_NOTIFICATION, 0);
	cap_t children = kit_slots(CHILDREN), others = kit_slots(CHILDREN);
	struct kit_thread c;

	revoke_by_another(old, children);
	EXPECT(OK, slot_delete(slot));
	EXPECT(OK, slot_copy(slot, new, RIGHT_ALL));
	make_children(others);
	c = begin_revoke(1, 10, others);
	EXPECT(OK, thread_suspend(c.thread));
	u32 left = count_filled(others, CHILDREN);
	finish(0);
	EXPECT(ERR_CAP, status[0]);
	EXPECT_U64(left, count_filled(others, CHILDREN));
}

/* Two threads revoke one capability: each returns OK, when nothing is left. */
static void test_two_revoke(void)
{
	cap_t old = kit_make(CAP_NOTIFICATION, 0), children = kit_slots(CHILDREN);

	revoke_by_another(old, children);
	EXPECT(OK, slot_revoke(slot));
	finish(0);
	EXPECT(OK, status[0]);
}

/* Revoke of an Endpoint's capability, interrupted; another thread fails the endpoint through the same slot; the revoke
 * must still end with no descendant. */
static void test_revoke_and_fail(void)
{
	cap_t old = kit_make(CAP_ENDPOINT, 0), children = kit_slots(CHILDREN);

	revoke_by_another(old, children);
	EXPECT(OK, cnode_fail(ROOT_CNODE, slot));
	finish(0);
	EXPECT(OK, status[0]);
	EXPECT_U64(0, count_filled(children, CHILDREN));
}

/* If an executable frame became the IPC buffer of a thread in the same space, messages would be code. */
static cap_t ep;
static void receiver(u64 a)
{
	struct message m = {0};

	(void)a;
	ipc(SYS_RECV, ep, &m);
}

static void test_buffer_is_writer(void)
{
	cap_t frame = kit_make(CAP_FRAME, 1), x = copy_of(frame, RIGHT_ALL);
	void *at;

	ep = kit_make(CAP_ENDPOINT, 0);
	EXPECT(OK, window_map(x, 1, RIGHT_READ | RIGHT_EXEC, 0, &at));
	struct kit_thread t = kit_thread(receiver, 0, KIT_PRIORITY - 10);
	EXPECT(OK, thread_suspend(t.thread));
	EXPECT(ERR_RIGHTS, CONFIGURE(t.thread, .ipc_buffer_frame = frame));
	EXPECT(OK, frame_unmap(x));
	EXPECT(OK, CONFIGURE(t.thread, .ipc_buffer_frame = frame));
	EXPECT(ERR_RIGHTS, frame_map_at(x, ROOT_SPACE, (u64)at, RIGHT_READ | RIGHT_EXEC));
	EXPECT(OK, frame_map_at(x, ROOT_SPACE, (u64)at, RIGHT_READ | RIGHT_WRITE));
	EXPECT(OK, frame_unmap(x));
	EXPECT(OK, slot_delete(t.thread));
	nap(1000);
	EXPECT(OK, frame_map_at(x, ROOT_SPACE, (u64)at, RIGHT_READ | RIGHT_EXEC));
	EXPECT(OK, frame_unmap(x));
}

/* ---- public faults ---- */
#define END (USER_TOP - PAGE_SIZE)
static void tables(cap_t space, u64 at)
{
	for (u64 level = 3; level >= 1; level--)
		table_map_at(kit_make(CAP_PAGE_TABLE, 0), space, at, level);
}

static void jump(u64 to)
{
	__asm__ volatile("movl $7, %%eax; jmp *%0" ::"r"(to) : "rax", "rcx", "r11");
}

static void jump_call(u64 to)
{
	__asm__ volatile("xorl %%eax, %%eax; movq %1, %%rdi; jmp *%0" ::"r"(to), "r"(ep)
			 : "rax", "rcx", "r11", "rdi");
}

static void answer_once(u64 e)
{
	struct message m = {0};

	ipc(SYS_RECV, e, &m);
	m = (struct message){0};
	ipc(SYS_REPLY_RECV, e, &m);
}

/* CVE-2012-0217: `syscall` whose end is the first address that is not canonical; fast path and slow. */
static void test_sysret_at_the_end(void)
{
	cap_t f = kit_make(CAP_FRAME, 1), two = kit_make(CAP_FRAME, 2),
	      big = kit_make(CAP_FRAME, 512), w = copy_of(f, RIGHT_ALL);
	void *at;

	tables(ROOT_SPACE, END);
	EXPECT(OK, window_map(w, 1, RIGHT_READ | RIGHT_WRITE, 0, &at));
	memset(at, 0x90, PAGE_SIZE);
	((u8 *)at)[PAGE_SIZE - 2] = 0x0f;
	((u8 *)at)[PAGE_SIZE - 1] = 0x05;
	EXPECT(OK, frame_unmap(w));
	EXPECT(ERR_RANGE, frame_map_at(f, ROOT_SPACE, USER_TOP, RIGHT_READ | RIGHT_EXEC));
	EXPECT(ERR_RANGE, frame_map_at(two, ROOT_SPACE, END, RIGHT_READ | RIGHT_EXEC));
	EXPECT(ERR_RANGE, frame_map_at(big, ROOT_SPACE, 0x7fffffe00000, RIGHT_READ | RIGHT_EXEC));
	EXPECT(ERR_RANGE, frame_map_at(f, ROOT_SPACE, 0xffff800000000000, RIGHT_READ | RIGHT_EXEC));
	enum microk_status s = frame_map_at(f, ROOT_SPACE, END, RIGHT_READ | RIGHT_EXEC);
	EXPECT(OK, s);
	struct fault x = catch_fault(jump, USER_TOP - 2);
	CHECK(x.came);
	EXPECT_U64(14, x.vector);
	EXPECT_U64(USER_TOP, x.address);
	ep = kit_make(CAP_ENDPOINT, 0);
	kit_thread(answer_once, ep, KIT_PRIORITY - 5);
	nap(1000);
	x = catch_fault(jump_call, USER_TOP - 2);
	CHECK(x.came);
	EXPECT_U64(14, x.vector);
	EXPECT_U64(USER_TOP, x.address);
	frame_unmap(f);
}

/* CVE-2014-4699: a debugger's rip. */
static void test_start_bounds(void)
{
	static const u64 bad[] = {
		USER_TOP, 0x7fffffffffff, 0x800000000000, 0xffff800000000000, ~0ul, 1ul << 63};
	struct kit_thread t = kit_thread(answer_once, kit_make(CAP_ENDPOINT, 0), 5);

	thread_suspend(t.thread);
	for (u32 i = 0; i < ARRAY_LEN(bad); i++) {
		EXPECT(ERR_RANGE, thread_start_at(t.thread, bad[i], 0x400000, 0));
		if (bad[i] != USER_TOP)
			EXPECT(ERR_RANGE, thread_start_at(t.thread, 0x400000, bad[i], 0));
		EXPECT(ERR_RANGE, thread_tls(t.thread, bad[i]));
	}
	thread_start_at(t.thread, USER_TOP - 1, USER_TOP, 0);
	nap(1000);
}

/* BadIRET, espfix: which descriptors a program can see or load into ss. */
static void load_ss(u64 s)
{
	__asm__ volatile("movl %k0, %%ss; ud2" ::"r"(s));
}
static void test_selectors_seen(void)
{
	for (u32 s = 4; s < 0x10000; s++) {
		bool lar, lsl, verr, verw;
		u32 v, l = 0;

		__asm__ volatile("lar %2, %1" : "=@ccz"(lar), "=r"(v) : "r"(s));
		__asm__ volatile("lsl %2, %1" : "=@ccz"(lsl), "=r"(l) : "r"(s));
		__asm__ volatile("verr %w1" : "=@ccz"(verr) : "r"(s));
		__asm__ volatile("verw %w1" : "=@ccz"(verw) : "r"(s));
		bool user = s >= 0x18 && s < 0x28;
		if ((lar || lsl || verr || verw) && !user)
			kit_fail(__FILE__, __LINE__,
				 "selector 0x%x: lar %u lsl %u (0x%x) verr %u verw %u", s, lar, lsl,
				 l, verr, verw);
	}
	for (u32 s = 0; s < 0x40; s++) {
		struct fault x = catch_fault(load_ss, s);
		EXPECT_U64(s == 0x1b ? 6 : 13, x.vector == 11 ? 13 : x.vector);
	}
}

static void in1(u64 p)
{
	__asm__ volatile("inb %w0, %%al; ud2" ::"d"(p) : "rax");
}
static void in4(u64 p)
{
	__asm__ volatile("inl %w0, %%eax; ud2" ::"d"(p) : "rax");
}
static void out2(u64 p)
{
	__asm__ volatile("outw %%ax, %w0; ud2" ::"d"(p) : "rax");
}
static void insb(u64 p)
{
	u64 b;

	__asm__ volatile("insb; ud2" ::"d"(p), "D"(&b) : "memory");
}
static void test_io_bitmap(void)
{
	static const u16 ports[] = {0,     7,     8,      0x20,   0x60,   0x80,   0x3f8,
				    0xcf8, 0xcff, 0x2000, 0x7fff, 0x8000, 0xfff8, 0xffff};
	void (*const how[])(u64) = {in1, in4, out2, insb};

	for (u32 i = 0; i < ARRAY_LEN(ports); i++)
		for (u32 k = 0; k < 4; k++)
			EXPECT_U64(13, catch_fault(how[k], ports[i]).vector);
}

#define T 0x380000000000ul
static void touch(u64 a)
{
	__asm__ volatile("movb (%0), %%al; ud2" ::"r"(a) : "rax");
}
static void test_stale_tlb(void)
{
	cap_t big = kit_make(CAP_FRAME, 512), run = kit_make(CAP_FRAME, 40),
	      few = kit_make(CAP_FRAME, 3);
	cap_t pt3 = kit_make(CAP_PAGE_TABLE, 0), pt2 = kit_make(CAP_PAGE_TABLE, 0),
	      pt1 = kit_make(CAP_PAGE_TABLE, 0);
	volatile u8 *p = (u8 *)T;

	EXPECT(OK, table_map_at(pt3, ROOT_SPACE, T, 3));
	EXPECT(OK, table_map_at(pt2, ROOT_SPACE, T, 2));
	EXPECT(OK, frame_map_at(big, ROOT_SPACE, T, 3));
	for (u32 i = 0; i < 512; i++)
		p[i * 4096] = 1;
	EXPECT(OK, frame_unmap(big));
	for (u32 i = 0; i < 512; i += 73)
		EXPECT_U64(14, catch_fault(touch, T + i * 4096).vector);
	EXPECT(OK, frame_map_at(big, ROOT_SPACE, T, 3));
	for (u32 i = 0; i < 512; i++)
		p[i * 4096] = 2;
	EXPECT(OK, table_unmap(pt2)); /* the table above a live large page */
	EXPECT_U64(14, catch_fault(touch, T + 4096).vector);
	EXPECT(OK, table_map_at(pt2, ROOT_SPACE, T, 2));
	EXPECT_U64(14, catch_fault(touch, T + 4096).vector);
	EXPECT(OK, table_map_at(pt1, ROOT_SPACE, T, 1));
	EXPECT(OK, frame_map_at(run, ROOT_SPACE, T, 3));
	for (u32 i = 0; i < 40; i++)
		p[i * 4096] = 3;
	EXPECT(OK, frame_unmap(big)); /* stale: the object there now is another's */
	for (u32 i = 0; i < 40; i++)
		EXPECT_U64(3, p[i * 4096]);
	EXPECT(OK, frame_unmap(run));
	for (u32 i = 0; i < 40; i += 13)
		EXPECT_U64(14, catch_fault(touch, T + i * 4096).vector);
	EXPECT(OK, frame_map_at(few, ROOT_SPACE, T, 3));
	p[0] = p[4096] = p[8192] = 4;
	EXPECT(OK, table_unmap(pt3));
	EXPECT_U64(14, catch_fault(touch, T).vector);
	EXPECT(OK, slot_delete(few));
	EXPECT(OK, table_map_at(pt3, ROOT_SPACE, T, 3));
	EXPECT_U64(14, catch_fault(touch, T).vector);
	EXPECT(ERR_STATE, table_map_at(pt2, ROOT_SPACE, T, 2)); /* must be taken out first */
	EXPECT(OK, table_unmap(pt2));
	EXPECT(OK, table_map_at(pt2, ROOT_SPACE, T, 2));
	EXPECT_U64(14, catch_fault(touch, T).vector);
}

/* CVE-2015-5307, CVE-2015-8104: #AC and #DB without end; a stack that cannot be pushed to while stepping. */
static void unaligned(u64 a)
{
	(void)a;
	__asm__ volatile("pushfq; orq $0x40000, (%%rsp); popfq; movq 1(%%rsp), %%rax; movq $7, "
			 "%%rax; syscall; ud2" ::
				 : "rax", "rcx", "r11", "memory");
}
static void steps(u64 a)
{
	(void)a;
	__asm__ volatile("pushfq; orq $0x100, (%%rsp); movq $3, %%rsp; popfq; ud2" ::: "memory");
}
static void step_int3(u64 a)
{
	(void)a;
	__asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq; int3; ud2" ::: "memory");
}
static void step_syscalls(u64 a)
{
	(void)a;
	__asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq; movl $7, %%eax; syscall; movl $7, "
			 "%%eax; syscall; ud2" ::
				 : "rax", "rcx", "r11", "rdi", "rsi", "memory");
}
static void test_alignment_and_steps(void)
{
	EXPECT_U64(6, catch_fault(unaligned, 0).vector);
	CHECK(catch_fault_after_steps(steps, 0, 8).came);
	CHECK(catch_fault_after_steps(step_int3, 0, 8).came);
	EXPECT_U64(6, catch_fault_after_steps(step_syscalls, 0, 12).vector);
}

static const struct kit_test tests[] = {
	{"delete_interrupted_twice", test_delete_interrupted_twice},
	{"delete_and_anothers_mark", test_delete_and_anothers_mark},
	{"revoke_and_anothers_mark", test_revoke_and_anothers_mark},
	{"two_revoke", test_two_revoke},
	{"revoke_and_fail", test_revoke_and_fail},
	{"buffer_is_writer", test_buffer_is_writer},
	{"sysret_at_the_end", test_sysret_at_the_end},
	{"start_bounds", test_start_bounds},
	{"selectors_seen", test_selectors_seen},
	{"io_bitmap", test_io_bitmap},
	{"stale_tlb", test_stale_tlb},
	{"alignment_and_steps", test_alignment_and_steps},
	{"receive_retried_elsewhere", test_receive_retried_elsewhere},
	{"owner_dies_between", test_owner_dies_between},
	{"end_races_with_deadline", test_end_races_with_deadline},
	{"bound_thread_is_reused", test_bound_thread_is_reused},
	{"caller_is_reused", test_caller_is_reused},
	{"waiter_becomes_a_frame", test_waiter_becomes_a_frame},
	{"failures_keep_no_reference", test_failures_keep_no_reference},
	{"cycles_end_with_their_memory", test_cycles_end_with_their_memory},
	{"stale_mapping_of_a_space", test_stale_mapping_of_a_space},
	{"trap_after_mov_ss", test_trap_after_mov_ss},
	{"flags_of_an_old_slot", test_flags_of_an_old_slot},
	{"failed_answer_releases_once", test_failed_answer_releases_once},
};

int main(void)
{
	kit_main(tests, ARRAY_LEN(tests));
}
