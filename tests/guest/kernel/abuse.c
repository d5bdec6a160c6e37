/* Attempts of a program to get more than it was granted: each ends in an error, or harms no other program. */
#include "tests/guest/kit/short.h"
#include "tests/guest/kernel/tests.h"

#define FAULTS 64

/* A right to read a CNode does not allow use of its capabilities, even by giving the CNode to one of the holder's threads. */
void test_cspace_needs_write(void)
{
	cap_t t = kit_make(CAP_THREAD, 0), c = kit_make(CAP_CNODE, 16);

	EXPECT(ERR_RIGHTS, CONFIGURE(t, .cnode = copy_of(c, RIGHT_READ)));
	EXPECT(ERR_RIGHTS, CONFIGURE(t, .cnode = copy_of(c, 0)));
	EXPECT(OK, CONFIGURE(t, .cnode = copy_of(c, RIGHT_WRITE)));
}

static volatile u64 result;

static void call_once(u64 cap)
{
	result = 999;
	result = ipc(SYS_CALL, cap, &(struct message){0});
}

/* The object of a replaced root ends when the root is replaced, not at the next deletion of another thread. */
void test_replaced_root_ends(void)
{
	cap_t t = kit_make(CAP_THREAD, 0), c = kit_make(CAP_CNODE, 16),
	      ep = kit_make(CAP_ENDPOINT, 0);
	struct kit_thread client = kit_thread(call_once, ep, 61);

	EXPECT(OK, CONFIGURE(t, .cnode = c));
	EXPECT(OK, slot_move_to(c, 1, ep));
	EXPECT(OK, slot_delete(c));
	EXPECT_U64(THREAD_SENDING, kit_state(client));
	EXPECT(OK, CONFIGURE(t, .cnode = ROOT_CNODE));
	EXPECT_U64(ERR_GONE, result);
}

static void fault(u64 unused)
{
	(void)unused;
	__asm__ volatile("ud2");
}

static void serve_and_fault(u64 ep)
{
	ipc(SYS_RECV, ep, &(struct message){0});
	fault(0);
}

/* A server faults on its first request. Leaves the client in AWAITING, the report queued on `handler`. */
static struct kit_thread faulting_server(cap_t handler)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);
	struct kit_thread server = kit_thread(serve_and_fault, ep, 59), client;

	give_fault_endpoint(server.thread, handler);
	client = kit_thread(call_once, ep, 61);
	EXPECT_U64(999, result);
	EXPECT(OK, kit_run_at(1));
	EXPECT(OK, kit_run_at(KIT_PRIORITY));
	EXPECT_U64(THREAD_SENDING, kit_state(server));
	EXPECT_U64(THREAD_AWAITING, kit_state(client));
	return server;
}

/* A thread that faulted and was given up by its handler will not answer: its callers wake with an error. */
void test_abandoned_server_owes_nothing(void)
{
	cap_t faults = kit_make(CAP_ENDPOINT, 0);
	struct message m = {0};
	struct kit_thread server = faulting_server(faults);

	/* The handler receives the report again and again, without an answer. */
	for (u32 i = 0; i < FAULT_REPORTS; i++) {
		m.tag = 0;
		EXPECT(OK, ipc(SYS_RECV, faults, &m));
		EXPECT_U64(LABEL_FAULT, TAG_LABEL(m.tag));
		EXPECT_U64(999, result);
	}
	m.tag = TAG_NONBLOCK;
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, faults, &m));
	EXPECT_U64(THREAD_STOPPED, kit_state(server));
	EXPECT_U64(ERR_PEER_DIED, result);
	/* The endpoint is given up while the report waits in it. */
	server = faulting_server(faults);
	EXPECT(OK, cnode_fail(ROOT_CNODE, faults));
	EXPECT_U64(THREAD_STOPPED, kit_state(server));
	EXPECT_U64(ERR_PEER_DIED, result);
}

static const char *log_text(void)
{
	return (const char *)kit_info + PAGE_SIZE;
}

/* Printing is slow, and the log is small: a thread that faults all the time gets a few lines of it. No name that a
 * program gives itself moves the cursor or starts a line. */
void test_faults_do_not_fill_the_log(void)
{
	/* Escape, a new line, "KERNEL  PANIC:" */
	static const struct thread_name escapes = {
		.name_start = 0x4c454e52454b0a1bul, .name_end = 0x3a43494e41502020ul};
	struct kit_thread t = kit_thread(fault, 0, 59);
	u64 before = kit_info->log_bytes;

	EXPECT(OK, thread_name(t.thread, &escapes));
	EXPECT(OK, kit_run_at(58));
	for (u32 i = 0; i < FAULTS; i++) {
		KIT_UNTIL(kit_state(t) == THREAD_STOPPED);
		EXPECT(OK, thread_resume(t.thread));
	}
	EXPECT(OK, kit_run_at(KIT_PRIORITY));
	CHECK(kit_info->log_bytes > before);
	CHECK(kit_info->log_bytes < before + FAULTS / 2 * 100);
	CHECK(kit_info->log_bytes < INFO_LOG_BYTES);
	for (u64 i = before; i < kit_info->log_bytes; i++) {
		CHECK(log_text()[i] != 0x1b);
		CHECK(log_text()[i] != '\n' || i + 1 == kit_info->log_bytes ||
		      log_text()[i + 1] != 'K');
	}
}

/* A badge without holders is reported by the server's own slots: a client that could watch, too, could close a
 * badge that it shares with others. */
void test_closed_is_not_forged(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), mine = kit_slot(), given = kit_slot();
	cap_t watched = kit_mint(ep, RIGHT_WRITE, 7, MINT_BADGE | MINT_WATCH);
	cap_t client = copy_of(watched, RIGHT_ALL);
	struct message m = {.tag = TAG_NONBLOCK};

	EXPECT(ERR_RIGHTS, slot_mint(mine, client, RIGHT_ALL, 0, MINT_WATCH));
	slot_copy(given, mine, RIGHT_ALL);
	slot_delete(given);
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, ep, &m));
	EXPECT_U64(CAP_ENDPOINT, type_of(client));
}

static volatile u64 stepped;

/* Single-steps into a system call: the trap must come in the program, after it. */
static void step_into_call(u64 tag)
{
	u64 rax = tag, rdi = 0;

	__asm__ volatile(
		"pushfq; orq $0x100, (%%rsp); popfq; syscall"
		: "+a"(rax), "+D"(rdi)
		:
		: "rcx", "r11", "rsi", "rdx", "r8", "r9", "r10", "rbx", "r12", "r13", "cc",
		  "memory");
	__asm__ volatile("pushfq; andq $~0x100, (%%rsp); popfq" ::: "cc", "memory");
	stepped = rax + 1;
}

/* The flag is clear in the kernel and set again in the program, on the kernel's fast and slow ways. */
void test_single_step_into_a_call(void)
{
	static const u64 tags[] = {SYS_YIELD, SYS_YIELD | TAG_NONBLOCK, SYS_COUNT};
	cap_t ep = kit_make(CAP_ENDPOINT, 0);

	for (u32 i = 0; i < ARRAY_LEN(tags); i++) {
		struct kit_thread t = kit_thread(step_into_call, tags[i], 59);
		struct message m = {0};
		u32 steps = 0;

		EXPECT(OK, thread_suspend(t.thread));
		EXPECT(OK, CONFIGURE(t.thread, .fault_endpoint = ep));
		stepped = 0;
		EXPECT(OK, thread_resume(t.thread));
		EXPECT(OK, ipc(SYS_RECV, ep, &m));
		while (!stepped && steps++ < 100) {
			EXPECT_U64(1, m.word[FAULT_VECTOR]);
			CHECK(m.word[FAULT_IP] < USER_TOP);
			EXPECT(OK, ipc(SYS_REPLY, 0, &(struct message){0}));
			EXPECT(OK, kit_run_at(58));
			EXPECT(OK, kit_run_at(KIT_PRIORITY));
			m.tag = TAG_NONBLOCK;
			if (!stepped)
				ipc(SYS_RECV, ep, &m);
		}
		EXPECT_U64(tags[i] == SYS_COUNT ? ERR_SYSCALL : OK, TAG_STATUS(stepped - 1));
	}
}

#define AWAY 0x500000000000ul

/* Memory cannot be mapped uncached: that could show its content from before it was zeroed. Device memory can, as small pages
 * or large. */
void test_memory_is_cached(void)
{
	static const u64 attributes[] = {
		MAP_UNCACHED, MAP_WRITE_COMBINING, MAP_UNCACHED | MAP_WRITE_COMBINING};
	cap_t f = kit_make(CAP_FRAME, 1), large = kit_slot();

	for (u64 level = 3; level >= 2; level--)
		EXPECT(OK, table_map_at(kit_make(CAP_PAGE_TABLE, 0), ROOT_SPACE, AWAY, level));
	EXPECT(OK, table_map_at(kit_make(CAP_PAGE_TABLE, 0), ROOT_SPACE, AWAY + (2ul << 20), 1));
	EXPECT(OK, retype(ROOT_DEVICE, CAP_FRAME, FRAME_MAX_PAGES, large, 1));
	for (u32 i = 0; i < ARRAY_LEN(attributes); i++) {
		EXPECT(ERR_ARG, frame_map_with(f, ROOT_SPACE, AWAY + (2ul << 20), RIGHT_READ,
					       attributes[i]));
		EXPECT(ERR_ARG, frame_map_with(copy_of(f, RIGHT_ALL), ROOT_SPACE,
					       AWAY + (2ul << 20), RIGHT_READ, attributes[i]));
		EXPECT(OK, frame_map_with(large, ROOT_SPACE, AWAY, RIGHT_READ, attributes[i]));
		EXPECT(ERR_OCCUPIED,
		       frame_map_at(copy_of(large, RIGHT_ALL), ROOT_SPACE, AWAY, RIGHT_READ));
		EXPECT(OK, frame_unmap(large));
	}
	EXPECT(OK, frame_map_at(f, ROOT_SPACE, AWAY + (2ul << 20), RIGHT_READ));
	EXPECT(OK, slot_revoke(ROOT_DEVICE));
}
