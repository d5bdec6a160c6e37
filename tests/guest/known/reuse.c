/*
 * Public faults of other kernels, of one kind: a count, a mark or a link outlives the object that it belongs to. Each
 * test tries the shape with MicroK's objects, then reads what is left.
 */
#include "tests/guest/kit/catch.h"
#include "tests/guest/known/known.h"
#include "lib/microk/memory.h"
#include "lib/microk/string.h"

#define LOW 5
#define PATTERN 0x41
#define LONG_US 3000

static enum microk_status do_ipc(enum microk_syscall op, cap_t cap, u64 tag)
{
	return ipc(op, cap, &(struct message){.tag = tag});
}

/*
 * CVE-2021-0920 (Linux, sockets in flight) and CVE-2022-2602 (io_uring): an object is freed while another list still leads
 * to it, and the next owner of its memory is written to. Here a thread ends in each state of waiting, its memory becomes a
 * Frame, and then everything that it waited for happens: the kernel must not write to the Frame.
 */
enum wait { SENDS, RECEIVES, WAITS, AWAITS, IS_SAVED, FAULT_SENT, FAULT_TAKEN, WAIT_KINDS };
static cap_t there, bell, gate;
static volatile enum microk_status neighbours_end[2];
static struct ipcbuf *late_buffer;

static void wait_for(u64 kind)
{
	struct message m = {.tag = TAG_DEADLINE};

	late_buffer->deadline = now() + microseconds(LONG_US);
	switch (kind) {
	case RECEIVES: ipc(SYS_RECV, there, &m); break;
	case WAITS: ipc(SYS_WAIT, bell, &m); break;
	case FAULT_SENT:
	case FAULT_TAKEN: __asm__ volatile("ud2"); break;
	default: ipc(SYS_CALL, there, &m); break;
	}
}

static void neighbour(u64 packed)
{
	u64 kind = packed / 2, who = packed % 2;

	neighbours_end[who] =
		kind == WAITS      ? do_ipc(SYS_WAIT, bell, 0)
		: kind == RECEIVES ? do_ipc(SYS_RECV, there, 0)
				   : do_ipc(SYS_CALL, there, 0);
	do_ipc(SYS_WAIT, gate, 0);
}

static struct kit_thread waiter_in(cap_t memory, enum wait kind, cap_t handler)
{
	struct kit_thread t = {.thread = make_of(memory, CAP_THREAD, 0)};
	cap_t frame;
	void *stack;

	late_buffer = kit_page(&frame);
	EXPECT(OK, memory_make(1, NULL, &stack));
	EXPECT(OK, CONFIGURE(t.thread, .cnode = ROOT_CNODE, .address_space = ROOT_SPACE,
			     .ipc_buffer_frame = frame, .fault_endpoint = handler));
	EXPECT(OK, thread_set_priority(t.thread, LOW));
	EXPECT(OK, thread_start_at(t.thread, (u64)wait_for, (u64)stack + PAGE_SIZE - 8, kind));
	nap(200);
	return t;
}

static bool is_untouched(const u8 *page, u32 bytes)
{
	for (u32 i = 0; i < bytes; i++)
		if (page[i] != PATTERN)
			return false;
	return true;
}

static void end_and_reuse(enum wait kind)
{
	cap_t memory = sub_untyped(PAGE_SIZE), reply = kit_make(CAP_REPLY, 0), frame = kit_slot();
	bool has_neighbours = kind <= WAITS;
	void *at;

	there = kit_make(CAP_ENDPOINT, 0);
	bell = kit_make(CAP_NOTIFICATION, 0);
	gate = kit_make(CAP_NOTIFICATION, 0);
	cap_t ring = kit_mint(bell, RIGHT_ALL, 1, MINT_BADGE);
	neighbours_end[0] = neighbours_end[1] = ERR_STATE;
	if (has_neighbours)
		kit_thread(neighbour, 2 * kind, LOW), nap(200);
	struct kit_thread t = waiter_in(memory, kind, there);
	if (has_neighbours)
		kit_thread(neighbour, 2 * kind + 1, LOW), nap(200);
	if (kind == AWAITS || kind == IS_SAVED || kind == FAULT_TAKEN)
		EXPECT(OK, do_ipc(SYS_RECV, there, TAG_NONBLOCK));
	if (kind == IS_SAVED)
		EXPECT(OK, cnode_save_caller(ROOT_CNODE, reply));
	CHECK(kit_state(t) != THREAD_READY && kit_state(t) != THREAD_STOPPED);

	EXPECT(OK, slot_delete(t.thread));
	EXPECT_U64(0, used_of(memory));
	EXPECT(OK, retype(memory, CAP_FRAME, 1, frame, 1));
	EXPECT(OK, window_map(frame, 1, RIGHT_READ | RIGHT_WRITE, 0, &at));
	memset(at, PATTERN, PAGE_SIZE);

	nap(2 * LONG_US); /* its deadline passes */
	if (has_neighbours && kind != WAITS)
		for (u32 i = 0; i < 2; i++) {
			if (kind == RECEIVES) {
				EXPECT(OK, do_ipc(SYS_SEND, there, TAG_NONBLOCK));
				continue;
			}
			EXPECT(OK, do_ipc(SYS_RECV, there, TAG_NONBLOCK));
			EXPECT(OK, do_ipc(SYS_REPLY, 0, 0));
		}
	for (u32 i = 0; i < 2 && kind == WAITS; i++)
		EXPECT(OK, do_ipc(SYS_SIGNAL, ring, 0));
	if (kind == IS_SAVED)
		EXPECT(ERR_NO_REPLY, do_ipc(SYS_SEND, reply, 0));
	EXPECT(ERR_NO_REPLY, do_ipc(SYS_REPLY, 0, 0));
	EXPECT(ERR_WOULD_BLOCK, do_ipc(SYS_RECV, there, TAG_NONBLOCK));
	nap(200);
	for (u32 i = 0; i < 2 && has_neighbours; i++)
		EXPECT(OK, neighbours_end[i]);
	EXPECT(OK, slot_delete(there));
	EXPECT(OK, slot_delete(reply));
	CHECK(is_untouched(at, PAGE_SIZE));
	EXPECT(OK, frame_unmap(frame));
}

void test_waiter_becomes_a_frame(void)
{
	for (u32 kind = 0; kind < WAIT_KINDS; kind++)
		end_and_reuse(kind);
}

/*
 * CVE-2016-0728 (Linux, keyrings) and CVE-2016-7637 (XNU, ports): a call that fails at its last check keeps the reference
 * that it took at its first. Here calls fail late, many times; then the last capability of each object is deleted, and its
 * memory is free.
 */
void test_failures_keep_no_reference(void)
{
	enum { TIMES = 300 };
	cap_t memory = sub_untyped(32 * PAGE_SIZE);
	cap_t cnode = make_of(memory, CAP_CNODE, 64), space = make_of(memory, CAP_ADDRESS_SPACE, 0);
	cap_t e = make_of(memory, CAP_ENDPOINT, 0), t = make_of(memory, CAP_THREAD, 0);
	cap_t n = make_of(memory, CAP_NOTIFICATION, 0);
	cap_t receive = kit_slots(3);

	there = kit_make(CAP_ENDPOINT, 0);
	for (u32 i = 0; i < TIMES; i++) {
		/* The last root is of the wrong type. */
		EXPECT(ERR_TYPE, CONFIGURE(t, .cnode = cnode, .address_space = space,
					   .fault_endpoint = e, .notification = e));
		EXPECT(ERR_OCCUPIED, slot_copy_to(ROOT_CNODE, cnode, e, RIGHT_ALL));
		EXPECT(ERR_TYPE, slot_mint(receive, cnode, RIGHT_ALL, 1, MINT_BADGE));
		EXPECT(ERR_TYPE, slot_mint(receive, n, RIGHT_ALL, 1, MINT_WATCH));
		for (u32 k = 0; k < 3; k++)
			ipc_buffer->send_caps[k] = k == 2 ? memory : e; /* memory is not copyable */
		EXPECT(ERR_WOULD_BLOCK,
		       do_ipc(SYS_SEND, there, TAG_NONBLOCK | 3ul << TAG_CAPS_SHIFT));
	}
	cap_t all[] = {t, cnode, space, e, n};
	for (u32 i = 0; i < ARRAY_LEN(all); i++)
		EXPECT(OK, slot_delete(all[i]));
	EXPECT_U64(0, used_of(memory));
}

/*
 * The cycles of Linux' sockets (the garbage collector of net/unix, CVE-2021-4083) and of Zircon's channels, which reject a write of
 * a channel's own handle: an object that only itself leads to is never freed, or freed too early. Here a CNode holds the last
 * capability of itself, two hold each other's, and a thread's CSpace holds the only one of the thread: they live on, and the
 * revoke of their memory ends them.
 */
static volatile u64 beats;
static void beat(u64 unused)
{
	(void)unused;
	for (;;) {
		beats++;
		kit_yield();
	}
}

void test_cycles_end_with_their_memory(void)
{
	cap_t memory = sub_untyped(16 * PAGE_SIZE);
	cap_t self = make_of(memory, CAP_CNODE, 64), a = make_of(memory, CAP_CNODE, 64),
	      b = make_of(memory, CAP_CNODE, 64);
	cap_t own = make_of(memory, CAP_CNODE, 64), t = make_of(memory, CAP_THREAD, 0);
	void *stack;

	EXPECT(OK, memory_make(1, NULL, &stack));
	EXPECT(OK, slot_move_to(self, 1, self));
	cap_t a2 = copy_of(a, RIGHT_ALL);
	EXPECT(OK, slot_move_to(a2, 1, b)); /* b is in a */
	EXPECT(OK, slot_delete(a2));
	EXPECT(OK, CONFIGURE(t, .cnode = own, .address_space = ROOT_SPACE));
	EXPECT(OK, thread_set_priority(t, LOW));
	EXPECT(OK, thread_start_at(t, (u64)beat, (u64)stack + PAGE_SIZE - 8, 0));
	EXPECT(OK, slot_move_to(own, 1, t));
	EXPECT(OK, slot_delete(own));
	EXPECT(OK, slot_delete(a)); /* and b with it */
	u64 before = beats;
	nap(200);
	CHECK(beats > before); /* the thread's own CSpace has it */
	CHECK(used_of(memory) > 0);
	EXPECT(OK, slot_revoke(memory));
	EXPECT_U64(0, used_of(memory));
	before = beats;
	nap(200);
	EXPECT_U64(before, beats);
	cap_t frame = kit_slot();
	EXPECT(OK, retype(memory, CAP_FRAME, 16, frame, 1));
}

/*
 * XSA-224 and XSA-255 (Xen, grant tables): an unmap by a stale handle takes away what is there now. Here a Frame is mapped in an
 * AddressSpace whose memory becomes another AddressSpace with other Frames at that place: neither an unmap nor the end of the first
 * Frame may touch them.
 */
#define PLACE 0x390000000000ul
static cap_t space_with(cap_t memory, cap_t frame)
{
	cap_t space = make_of(memory, CAP_ADDRESS_SPACE, 0);

	for (u64 level = 3; level >= 1; level--)
		EXPECT(OK, table_map_at(make_of(memory, CAP_PAGE_TABLE, 0), space, PLACE, level));
	EXPECT(OK, frame_map_at(frame, space, PLACE, RIGHT_READ | RIGHT_WRITE));
	return space;
}

static volatile u64 seen;
void test_stale_mapping_of_a_space(void)
{
	cap_t memory = sub_untyped(8 * PAGE_SIZE), old = kit_make(CAP_FRAME, 1),
	      new = kit_make(CAP_FRAME, 1);
	cap_t third = kit_make(CAP_FRAME, 1), old_copy;

	cap_t space = space_with(memory, old);
	u64 used = used_of(memory);
	EXPECT(OK, slot_revoke(memory));
	space = space_with(memory, new);
	EXPECT_U64(used, used_of(memory));
	enum microk_status s = frame_unmap(old);
	CHECK(s == OK || s == ERR_STATE);
	EXPECT(ERR_OCCUPIED,
	       frame_map_at(third, space, PLACE, RIGHT_READ)); /* new is still there */
	old_copy = copy_of(old, RIGHT_ALL);
	CHECK(type_of(old_copy) == CAP_FRAME);
	EXPECT(OK, slot_delete(old));
	EXPECT(ERR_OCCUPIED, frame_map_at(third, space, PLACE, RIGHT_READ));
	EXPECT(OK, frame_unmap(new));
	EXPECT(OK, frame_map_at(third, space, PLACE, RIGHT_READ));
}

/* CVE-2018-8897 (most systems): a trap that `mov ss` delays comes at the first instruction of the kernel. */
static void ss_then_syscall(u64 a)
{
	(void)a;
	__asm__ volatile("movl %%ss, %%ebx; pushfq; orq $0x100, (%%rsp); popfq; movl $7, %%eax; "
			 "movl %%ebx, %%ss; syscall; "
			 "movl $7, %%eax; movl %%ebx, %%ss; int3; ud2" ::
				 : "rax", "rbx", "rcx", "r11", "rdi", "rsi", "memory");
}

void test_trap_after_mov_ss(void)
{
	struct fault x = catch_fault_after_steps(ss_then_syscall, 0, 16);

	CHECK(x.came);
	CHECK(x.vector == 3 || x.vector == 6);
	CHECK(x.ip < USER_TOP);
}

/*
 * CVE-2022-0847 (Linux, pipes): the flags of a ring's old entry hold for the next one. Here a slot held a watched
 * capability, one whose last holder had ended, or an Endpoint's that a delete had begun to withdraw; then it holds another.
 */
void test_flags_of_an_old_slot(void)
{
	cap_t e = kit_make(CAP_ENDPOINT, 0), s = kit_slot(), child = kit_slot();
	struct message m = {.tag = TAG_NONBLOCK};

	for (u32 closed = 0; closed < 2; closed++) {
		EXPECT(OK, slot_mint(s, e, RIGHT_ALL, 7, MINT_BADGE | MINT_WATCH));
		EXPECT(OK, slot_copy(child, s, RIGHT_ALL));
		if (closed)
			EXPECT(OK, slot_delete(child)); /* ST_CLOSED is queued */
		EXPECT(OK, slot_delete(s));
		if (!closed)
			EXPECT(OK, slot_delete(child));
		m = (struct message){.tag = TAG_NONBLOCK};
		EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, e, &m));
		EXPECT(OK, slot_mint(s, e, RIGHT_ALL, 8, MINT_BADGE));
		EXPECT(OK, slot_copy(child, s, RIGHT_ALL));
		EXPECT(OK, slot_delete(child));
		m = (struct message){.tag = TAG_NONBLOCK};
		EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, e, &m));
		EXPECT(OK, slot_delete(s));
	}
	/* A moved watched capability reports once, from its new slot. */
	EXPECT(OK, slot_mint(s, e, RIGHT_ALL, 9, MINT_BADGE | MINT_WATCH));
	EXPECT(OK, slot_copy(child, s, RIGHT_ALL));
	EXPECT(OK, slot_delete(child));
	EXPECT(OK, slot_move(child, s));
	EXPECT(OK, slot_copy(s, e, RIGHT_ALL));
	m = (struct message){.tag = TAG_NONBLOCK};
	EXPECT(ST_CLOSED, ipc(SYS_RECV, e, &m));
	EXPECT_U64(9, m.badge);
	EXPECT(OK, slot_delete(s));
	m = (struct message){.tag = TAG_NONBLOCK};
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, e, &m));
}

/*
 * CVE-2017-13861 (XNU, async_wake): a call fails after its receiver consumed the sender's right, and the right is released
 * twice. Here an answer cannot be delivered: the server has the capability as before, and receives ST_CLOSED for it once,
 * and once more only after it has given it away.
 */
static struct ipcbuf *asker_buffer;
static cap_t asked_slot;
static volatile u32 asked;
static volatile enum microk_status asked_status;
static void ask(u64 endpoint)
{
	for (;;) {
		asker_buffer->recv_caps[0] = asked_slot;
		asked_status = do_ipc(SYS_CALL, endpoint, 0);
		asked++;
	}
}

void test_failed_answer_releases_once(void)
{
	cap_t e = kit_make(CAP_ENDPOINT, 0),
	      given = kit_mint(e, RIGHT_ALL, 5, MINT_BADGE | MINT_WATCH);
	struct message m;

	asked = 0;
	asked_slot = e; /* it is not empty */
	struct kit_thread t = kit_thread(ask, e, LOW);
	asker_buffer = t.buffer;
	for (u32 i = 1; i <= 3; i++) {
		bool fails = i < 3;

		nap(200);
		m = (struct message){.tag = TAG_NONBLOCK};
		EXPECT(OK, ipc(SYS_RECV, e, &m));
		if (!fails)
			asker_buffer->recv_caps[0] = asked_slot = kit_slot();
		ipc_buffer->send_caps[0] = given;
		EXPECT(OK, do_ipc(SYS_REPLY, 0, 1ul << TAG_CAPS_SHIFT));
		EXPECT(ERR_NO_REPLY, do_ipc(SYS_REPLY, 0, 1ul << TAG_CAPS_SHIFT));
		m = (struct message){.tag = TAG_NONBLOCK};
		if (fails) {
			EXPECT(ST_CLOSED, ipc(SYS_RECV, e, &m));
			EXPECT_U64(5, m.badge);
			m = (struct message){.tag = TAG_NONBLOCK};
		}
		EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, e, &m));
		nap(200);
		EXPECT_U64(i, asked);
		EXPECT(fails ? ERR_TRANSFER : OK, asked_status);
		EXPECT_U64(fails ? 0 : 1, children_of(given));
	}
	EXPECT(OK, thread_suspend(t.thread));
	EXPECT(OK, slot_delete(asked_slot));
	m = (struct message){.tag = TAG_NONBLOCK};
	EXPECT(ST_CLOSED, ipc(SYS_RECV, e, &m));
	m = (struct message){.tag = TAG_NONBLOCK};
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, e, &m));
}
