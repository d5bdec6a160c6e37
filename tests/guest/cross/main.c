/*
 * Only the message passes from one side to the other. One side fills every register that it can fill and enters the kernel,
 * the other looks at every register when it comes back: over each path that ends one thread's run and begins another's.
 */
#include "tests/guest/kit/short.h"
#include "tests/guest/kit/catch.h"
#include "lib/microk/start.h"
#include "lib/microk/string.h"

/* Flags that a program may choose, CF PF AF ZF SF DF OF AC ID, and the bits that are always set. */
#define CHOSEN_FLAGS 0x240cd5ul
#define CLIENT_FLAGS 0x240ad7ul /* not DF, OF */
#define SERVER_FLAGS 0x000602ul /* DF */
#define ALL_UDATA 0x1b1b1b1b

#define CLIENT 0xc11e000000000000ul
#define SERVER 0x5e12000000000000ul
#define OTHER 0x0bad000000000000ul

enum { RAX, RBX, RCX, RDX, RSI, RDI, RBP, R8, R9, R10, R11, R12, R13, R14, R15, REGISTERS };
static const char *const names[] = {"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "r8",
				    "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
static const u8 words[MSG_REGS] = {RSI, RDX, R8, R9, R10, RBX, R12, R13};
static const u8 survivors[] = {RBP, R14, R15};

struct image {
	u64 r[REGISTERS];
	u64 flags;
	u64 fpu;                /* not 0: mxcsr and fcw are loaded and stored */
	u8 selector[4], pad[4]; /* ds es fs gs */
	u32 mxcsr;
	u16 fcw;
};
_Static_assert(offsetof(struct image, flags) == 120 && offsetof(struct image, selector) == 136,
	       "cross_enter");
_Static_assert(offsetof(struct image, mxcsr) == 144 && offsetof(struct image, fcw) == 148,
	       "cross_enter");

/* Assembly, with the image in rdi: loads flags and registers from it; stores them, when its address is on top of the stack. */
#define LOAD_REGISTERS                                                                             \
	"	pushq 120(%rdi); popfq\n"                                                                \
	"	movq (%rdi), %rax; movq 8(%rdi), %rbx; movq 16(%rdi), %rcx; movq 24(%rdi), %rdx\n"       \
	"	movq 32(%rdi), %rsi; movq 48(%rdi), %rbp; movq 56(%rdi), %r8; movq 64(%rdi), "           \
	"%r9\n"                                                                                    \
	"	movq 72(%rdi), %r10; movq 80(%rdi), %r11; movq 88(%rdi), %r12; movq 96(%rdi), "          \
	"%r13\n"                                                                                   \
	"	movq 104(%rdi), %r14; movq 112(%rdi), %r15; movq 40(%rdi), %rdi\n"
#define STORE_REGISTERS                                                                            \
	"	pushfq; pushq %rdi; movq 16(%rsp), %rdi\n"                                               \
	"	movq %rax, (%rdi); movq %rbx, 8(%rdi); movq %rcx, 16(%rdi); movq %rdx, 24(%rdi)\n"       \
	"	movq %rsi, 32(%rdi); popq %rax; movq %rax, 40(%rdi); movq %rbp, 48(%rdi)\n"              \
	"	movq %r8, 56(%rdi); movq %r9, 64(%rdi); movq %r10, 72(%rdi); movq %r11, "                \
	"80(%rdi)\n"                                                                               \
	"	movq %r12, 88(%rdi); movq %r13, 96(%rdi); movq %r14, 104(%rdi); movq %r15, "             \
	"112(%rdi)\n"                                                                              \
	"	popq %rax; movq %rax, 120(%rdi); cld\n"

/* Loads all registers from the image, enters the kernel, and stores all of them afterwards. */
extern void cross_enter(struct image *image);
__asm__(".text\n"
	"cross_enter:\n"
	"	pushq %rbx; pushq %rbp; pushq %r12; pushq %r13; pushq %r14; pushq %r15; pushq "
	"%rdi\n"
	"	cmpq $0, 128(%rdi)\n"
	"	je 1f\n"
	"	ldmxcsr 144(%rdi)\n"
	"	fldcw 148(%rdi)\n"
	"1:	movzbl 136(%rdi), %eax; movl %eax, %ds\n"
	"	movzbl 137(%rdi), %eax; movl %eax, %es\n"
	"	movzbl 138(%rdi), %eax; movl %eax, %fs\n"
	"	movzbl 139(%rdi), %eax; movl %eax, %gs\n" LOAD_REGISTERS
	"	syscall\n" STORE_REGISTERS
	"	movl %ds, %eax; movb %al, 136(%rdi); movl %es, %eax; movb %al, 137(%rdi)\n"
	"	movl %fs, %eax; movb %al, 138(%rdi); movl %gs, %eax; movb %al, 139(%rdi)\n"
	"	cmpq $0, 128(%rdi)\n"
	"	je 1f\n"
	"	stmxcsr 144(%rdi)\n"
	"	fnstcw 148(%rdi)\n"
	"1:	popq %rdi; popq %r15; popq %r14; popq %r13; popq %r12; popq %rbp; popq %rbx\n"
	"	ret\n");

static u8 selector_of(u64 mark)
{
	return mark == CLIENT ? 0x1b : mark == SERVER ? 0x03 : 0x1a;
}

static void fill(struct image *i, u64 mark, u64 flags, bool fpu)
{
	for (u32 k = 0; k < REGISTERS; k++)
		i->r[k] = mark | k << 8 | 0x55;
	for (u32 k = 0; k < MSG_REGS; k++)
		i->r[words[k]] = mark | k;
	i->flags = flags;
	i->fpu = fpu;
	i->mxcsr = mark == CLIENT ? 0x7f80 : 0x3f80;
	i->fcw = mark == CLIENT ? 0x0f7f : 0x077f;
	memset(i->selector, selector_of(mark), sizeof(i->selector));
}

/* The place where a check fails, in the other address space, too: its failures are in its IPC buffer, which both sides
 * map. */
enum { FAILURES = 100, FAILED_AT, FAILED_VALUE, FAILED_WANTED, ROUNDS, LONGEST = FAILURES };

static void want(const char *what, u64 index, u64 wanted, u64 got)
{
	if (wanted == got)
		return;
	if (kit_test[0] != '?') {
		kit_fail(__FILE__, __LINE__, "%s (%lu): expected 0x%lx, came 0x%lx", what, index,
			 wanted, got);
		return;
	}
	if (!ipc_buffer->words[FAILURES]++) {
		ipc_buffer->words[FAILED_AT] = index;
		ipc_buffer->words[FAILED_VALUE] = got;
		ipc_buffer->words[FAILED_WANTED] = wanted;
	}
}

/* The registers that are the thread's own, in any case. */
static void check_own(const struct image *after, u64 mark, u64 flags)
{
	for (u32 k = 0; k < ARRAY_LEN(survivors); k++)
		want(names[survivors[k]], survivors[k], mark | (u64)survivors[k] << 8 | 0x55,
		     after->r[survivors[k]]);
	want("flags", 50, flags, after->flags & ~0x10000ul);
	want("r11, the flags", R11, after->flags, after->r[R11]);
	want("rcx, where it went on", RCX, 0, after->r[RCX] >> 32);
	if (!after->fpu)
		return;
	want("MXCSR", 52, mark == CLIENT ? 0x7f80 : 0x3f80, after->mxcsr);
	want("FCW", 53, mark == CLIENT ? 0x0f7f : 0x077f, after->fcw);
}

/* Cleared where another thread ran in between; else still the thread's own. */
static void check_selectors(const struct image *after, u64 mark)
{
	for (u32 k = 0; k < 4; k++)
		if (after->selector[k] != selector_of(mark))
			want("selectors", 60 + k, 0, after->selector[k]);
}

/* Both sides fill their buffers, too. */
static void fill_buffer(u64 mark)
{
	for (u32 k = MSG_REGS; k < LONGEST; k++)
		ipc_buffer->words[k] = mark | k;
}

/* The words that the peer's message does not carry stay as they were. */
static void check_buffer(u64 mark, u64 peer, u32 length)
{
	for (u32 k = MSG_REGS; k < LONGEST; k++)
		want("the buffer", 100 + k, (k < length ? peer : mark) | k, ipc_buffer->words[k]);
}

/* A message of `peer`'s: the words that it carries, and 0. */
static void check_message(const struct image *after, u64 mark, u64 flags, u64 peer, u64 badge)
{
	u32 length = TAG_LENGTH(after->r[RAX]);

	for (u32 k = 0; k < MSG_REGS; k++)
		want(names[words[k]], words[k], k < length ? peer | k : 0, after->r[words[k]]);
	want("rdi, the badge", RDI, badge, after->r[RDI]);
	check_own(after, mark, flags);
	check_selectors(after, mark);
}

/* No message: the words are the thread's own, or 0. */
static void check_no_message(const struct image *after, u64 mark, u64 flags)
{
	for (u32 k = 0; k < MSG_REGS; k++)
		if (after->r[words[k]])
			want(names[words[k]], words[k], mark | k, after->r[words[k]]);
	check_own(after, mark, flags);
	check_selectors(after, mark);
}

static u64 enter(struct image *i, u64 tag, u64 cap)
{
	i->r[RAX] = tag;
	i->r[RDI] = cap;
	cross_enter(i);
	return TAG_STATUS(i->r[RAX]);
}

/* ---- messages ---- */

#define BADGE 77
#define ARGUMENT(ep, length, fpu) ((ep) | (u64)(length) << 32 | (u64)(fpu) << 40)

/* Answers with `length` words whatever comes, in another address space. */
static void server(u64 argument)
{
	u64 ep = (u32)argument, tag = SYS_RECV;
	bool fpu = argument >> 40 & 1;
	struct image i;

	for (;;) {
		fill(&i, SERVER, SERVER_FLAGS, fpu);
		fill_buffer(SERVER);
		enter(&i, tag, ep);
		want("the status", 70, 0, TAG_STATUS(i.r[RAX]));
		check_message(&i, SERVER, SERVER_FLAGS, CLIENT, BADGE);
		check_buffer(SERVER, CLIENT, TAG_LENGTH(i.r[RAX]));
		fill_buffer(SERVER);
		ipc_buffer->words[ROUNDS]++;
		tag = SYS_REPLY_RECV | TAG(0, argument >> 32 & 0xff);
		if (!(i.r[RAX] & TAG_IS_CALL))
			tag = SYS_RECV;
	}
}

static void expect_server_content(struct kit_thread t, u64 rounds)
{
	EXPECT_U64(rounds, t.buffer->words[ROUNDS]);
	if (t.buffer->words[FAILURES])
		kit_fail(__FILE__, __LINE__,
			 "the server found %lu times what it should not: in %lu 0x%lx, not 0x%lx",
			 t.buffer->words[FAILURES], t.buffer->words[FAILED_AT],
			 t.buffer->words[FAILED_VALUE], t.buffer->words[FAILED_WANTED]);
}

static const u32 lengths[] = {
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 24, LONGEST}; /* from 9 on, by the buffer */

/* A call that carries this number of capabilities, first the called one; they arrive, and are deleted. */
static void call_with(struct kit_thread t, cap_t client, cap_t received, u32 length, u32 caps,
		      struct image *i)
{
	const cap_t sent[MSG_CAPS] = {client, t.thread, ROOT_CNODE};

	for (u32 k = 0; k < MSG_CAPS; k++) {
		ipc_buffer->send_caps[k] = (u32)sent[k];
		t.buffer->recv_caps[k] = (u32)received + k;
	}
	EXPECT_U64(OK, enter(i, SYS_CALL | TAG(0, length) | caps << TAG_CAPS_SHIFT, client));
	for (u32 k = 0; k < MSG_CAPS; k++) {
		if (k < caps)
			EXPECT_U64(self_of(sent[k]), parent_of(received + k));
		else
			EXPECT_U64(CAP_NULL, type_of(received + k));
		EXPECT(OK, slot_delete(received + k));
	}
}

static void converse(u8 priority, bool client_fpu, bool server_fpu)
{
	cap_t received = kit_slots(MSG_CAPS);

	EXPECT(OK, thread_fpu(ROOT_THREAD, client_fpu));
	for (u32 b = 0; b < ARRAY_LEN(lengths); b++) {
		u32 back = lengths[b];
		cap_t ep = kit_make(CAP_ENDPOINT, 0),
		      client = kit_mint(ep, RIGHT_WRITE | RIGHT_GRANT, BADGE, MINT_BADGE);
		struct kit_thread t =
			kit_thread_apart(server, ARGUMENT(ep, back, server_fpu), KIT_PRIORITY - 1);
		u32 there;
		u64 rounds = 0;
		struct image i;

		EXPECT(OK, thread_fpu(t.thread, server_fpu));
		EXPECT(OK, thread_set_priority(t.thread, priority));
		for (u32 h = 0; h < ARRAY_LEN(lengths); h++) {
			there = lengths[h];
			for (u32 caps = 0; caps <= MSG_CAPS; caps++, rounds++) {
				fill(&i, CLIENT, CLIENT_FLAGS, client_fpu);
				fill_buffer(CLIENT);
				call_with(t, client, received, there, caps, &i);
				EXPECT_U64(back, TAG_LENGTH(i.r[RAX]));
				check_message(&i, CLIENT, CLIENT_FLAGS, SERVER, 0);
				check_buffer(CLIENT, SERVER, back);
			}
			fill(&i, CLIENT, CLIENT_FLAGS, client_fpu);
			fill_buffer(CLIENT);
			EXPECT_U64(OK, enter(&i, SYS_SEND | TAG(0, there), client));
			check_no_message(&i, CLIENT, CLIENT_FLAGS);
			rounds++;
			nap(10);
		}
		expect_server_content(t, rounds);
		EXPECT(OK, slot_delete(t.thread));
	}
	EXPECT(OK, thread_fpu(ROOT_THREAD, 0));
}

/* The receiver waits: calls and answers by the fast path, where the stage has it. */
static void test_receiver_waits(void)
{
	converse(KIT_PRIORITY + 1, false, false);
}

/* The sender waits, in the queue. */
static void test_sender_waits(void)
{
	converse(KIT_PRIORITY - 1, false, false);
}

static void test_fpu_each_way(void)
{
	converse(KIT_PRIORITY + 1, true, false);
	converse(KIT_PRIORITY + 1, false, true);
	converse(KIT_PRIORITY + 1, true, true);
}

/* While messages are recorded, none takes the fast path. */
static void test_recorded(void)
{
	EXPECT(OK, kernel_trace(ROOT_KERNEL, 1));
	converse(KIT_PRIORITY + 1, false, false);
	EXPECT(OK, kernel_trace(ROOT_KERNEL, 0));
}

/* An interrupt finds a mark in rcx; then the thread calls. */
static void spin_and_call(u64 ep)
{
	u32 turns = 500000;
	struct image i;

	__asm__ volatile("1: subl $1, %0; jnz 1b" : "+r"(turns) : "c"(OTHER) : "cc");
	fill(&i, CLIENT, CLIENT_FLAGS, false);
	want("the status", 70, OK, enter(&i, SYS_CALL, ep));
	check_message(&i, CLIENT, CLIENT_FLAGS, 0, 0);
}

/* A thread that was interrupted enters by the fast path and leaves by the slow one: as after any system call, not with
 * the registers that the interrupt saved. */
static void test_interrupted_before(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);
	struct kit_thread t = kit_thread(spin_and_call, ep, KIT_PRIORITY - 1);

	nap(100);
	EXPECT_U64(THREAD_READY, kit_state(t)); /* it spins */
	EXPECT(OK, ipc(SYS_RECV, ep, &(struct message){0}));
	EXPECT(OK, ipc(SYS_REPLY, 0, &(struct message){0}));
	nap(1000);
	EXPECT_U64(THREAD_STOPPED, kit_state(t));
}

/* ---- ends without a message ---- */

/* Fills everything, calls, and is not answered. */
static void intruder(u64 ep)
{
	struct image i;

	for (;;) {
		fill(&i, OTHER, CHOSEN_FLAGS | 2, false);
		enter(&i, SYS_SEND | TAG(0, 8), ep);
	}
}

static void test_errors(void)
{
	static const u64 operations[] = {
		SYS_CALL, SYS_REPLY_RECV, SYS_SEND, SYS_RECV, SYS_SIGNAL, SYS_WAIT, 200};
	cap_t n = kit_make(CAP_NOTIFICATION, 0), ep = kit_make(CAP_ENDPOINT, 0);
	const u64 caps[] = {0, n, ep, ROOT_FREE, ~0ul, 1ul << 58};
	struct image i;

	for (u32 op = 0; op < ARRAY_LEN(operations); op++)
		for (u32 c = 0; c < ARRAY_LEN(caps); c++)
			for (u32 length = 0; length <= MSG_REGS; length++) {
				if (operations[op] == SYS_SIGNAL && caps[c] == n)
					continue;
				fill(&i, CLIENT, CLIENT_FLAGS, false);
				/* A call that would wait carries the flag, and is then no fast call. */
				u64 flag = caps[c] == ep || caps[c] == n ? TAG_NONBLOCK : 0;
				CHECK(enter(&i, operations[op] | TAG(0, length) | flag, caps[c]) !=
				      OK);
				want("rdi", RDI, caps[c], i.r[RDI]);
				check_no_message(&i, CLIENT, CLIENT_FLAGS);
			}
	fill(&i, CLIENT, CLIENT_FLAGS, false);
	EXPECT_U64(OK, enter(&i, SYS_YIELD, 0));
	for (u32 k = 0; k < MSG_REGS; k++)
		if (i.r[words[k]])
			want(names[words[k]], k, CLIENT | k, i.r[words[k]]);
}

static void test_method_without_results(void)
{
	struct image i;

	for (u32 length = 0; length <= MSG_REGS; length++) {
		fill(&i, CLIENT, CLIENT_FLAGS, false);
		EXPECT_U64(ERR_STATE,
			   enter(&i, SYS_CALL | TAG(THREAD_RESUME, length), ROOT_THREAD));
		check_no_message(&i, CLIENT, CLIENT_FLAGS);
		fill(&i, CLIENT, CLIENT_FLAGS, false);
		EXPECT_U64(OK, enter(&i, SYS_CALL | TAG(UNTYPED_INFO, length), ROOT_UNTYPED));
		u32 results = TAG_LENGTH(i.r[RAX]);
		for (u32 k = results; k < MSG_REGS; k++)
			want(names[words[k]], words[k], 0, i.r[words[k]]);
		check_own(&i, CLIENT, CLIENT_FLAGS);
	}
}

static void test_deadline(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), elsewhere = kit_make(CAP_ENDPOINT, 0),
	      n = kit_make(CAP_NOTIFICATION, 0);
	struct image i;

	kit_thread_apart(intruder, elsewhere, KIT_PRIORITY - 1);
	for (u32 op = 0; op < 3; op++) {
		fill(&i, CLIENT, CLIENT_FLAGS, false);
		ipc_buffer->deadline = now() + microseconds(500);
		EXPECT_U64(ERR_DEADLINE,
			   enter(&i,
				 (op == 0   ? SYS_RECV
				  : op == 1 ? SYS_WAIT
					    : SYS_CALL) |
					 TAG_DEADLINE,
				 op == 0   ? ep
				 : op == 1 ? n
					   : elsewhere));
		check_no_message(&i, CLIENT, CLIENT_FLAGS);
	}
}

static cap_t waiting_thread, signalled;

static void cancel_soon(u64 how)
{
	struct image i;

	fill(&i, OTHER, CHOSEN_FLAGS | 2, false);
	if (!how)
		enter(&i, SYS_SIGNAL, signalled);
	else
		enter(&i, SYS_CALL | TAG(THREAD_CANCEL, 0), waiting_thread);
}

/* A signal delivers its bits and nothing else; a cancelled wait delivers nothing. */
static void test_signal_and_cancel(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), n = kit_make(CAP_NOTIFICATION, 0);
	struct image i;

	waiting_thread = ROOT_THREAD;
	signalled = kit_mint(n, RIGHT_WRITE, 9, MINT_BADGE);
	for (u64 how = 0; how < 2; how++)
		for (u32 op = 0; op < 2; op++) {
			if (!how && !op)
				continue;
			/* A wait need not save all registers: those of an earlier system call may come, which are the
			 * thread's own. */
			kit_thread(cancel_soon, how, KIT_PRIORITY - 1);
			fill(&i, CLIENT, CLIENT_FLAGS, false);
			EXPECT_U64(ERR_SYSCALL, enter(&i, SYS_COUNT, 0));
			fill(&i, CLIENT, CLIENT_FLAGS, false);
			EXPECT_U64(how ? ERR_CANCELLED : OK,
				   enter(&i, op ? SYS_WAIT : SYS_RECV, op ? n : ep));
			if (!how)
				want("rdi, the bits", RDI, 9, i.r[RDI]);
			check_no_message(&i, CLIENT, CLIENT_FLAGS);
		}
}

/* ---- faults ---- */

extern char cross_fault[];
extern void cross_fault_and_store(struct image *image);
__asm__(".text\n" /* as cross_enter, but for the instruction */
	"cross_fault_and_store:\n"
	"	pushq %rbx; pushq %rbp; pushq %r12; pushq %r13; pushq %r14; pushq %r15; pushq "
	"%rdi\n" LOAD_REGISTERS "cross_fault: int3\n" STORE_REGISTERS
	"	popq %rdi; popq %r15; popq %r14; popq %r13; popq %r12; popq %rbp; popq %rbx\n"
	"	ret\n");

static struct image faulted;
static volatile bool fault_over;

static void faulting(u64 unused)
{
	(void)unused;
	fill(&faulted, OTHER, CHOSEN_FLAGS | 2, false);
	cross_fault_and_store(&faulted);
	fault_over = true;
}

/* The report has the words of the ABI and the rest is the handler's own; its answer changes nothing in the thread. */
static void test_fault_and_answer(void)
{
	cap_t faults = kit_make(CAP_ENDPOINT, 0);
	struct kit_thread t = kit_thread(faulting, 0, KIT_PRIORITY - 1);
	struct image i, as_before;

	fault_over = false;
	give_fault_endpoint(t.thread, faults);
	fill(&i, CLIENT, CLIENT_FLAGS, false);
	EXPECT_U64(OK, enter(&i, SYS_RECV, faults));
	EXPECT_U64(3, i.r[RSI]);
	EXPECT_U64(0, i.r[RDX]);
	EXPECT_U64((u64)cross_fault + 1, i.r[R9]);
	check_own(&i, CLIENT, CLIENT_FLAGS);
	check_selectors(&i, CLIENT);
	fill(&i, CLIENT, CLIENT_FLAGS, false);
	EXPECT_U64(OK, enter(&i, SYS_REPLY | TAG(0, 8), 0));
	check_no_message(&i, CLIENT, CLIENT_FLAGS);
	nap(1000);
	CHECK(fault_over);
	fill(&as_before, OTHER, CHOSEN_FLAGS | 2, false);
	for (u32 k = 0; k < REGISTERS; k++)
		want(names[k], k, as_before.r[k], faulted.r[k]);
	want("flags", 50, as_before.flags | 0x200, faulted.flags);
}

/* ---- a thread's beginning ---- */

extern char cross_begin[];
__asm__(".text\n"
	"cross_begin: pushfq; pushq %rdi\n"
	"	movq %rax, (%rdi); movq %rbx, 8(%rdi); movq %rcx, 16(%rdi); movq %rdx, 24(%rdi)\n"
	"	movq %rsi, 32(%rdi); popq %rax; movq %rax, 40(%rdi); movq %rbp, 48(%rdi)\n"
	"	movq %r8, 56(%rdi); movq %r9, 64(%rdi); movq %r10, 72(%rdi); movq %r11, 80(%rdi)\n"
	"	movq %r12, 88(%rdi); movq %r13, 96(%rdi); movq %r14, 104(%rdi); movq %r15, "
	"112(%rdi)\n"
	"	popq %rax; movq %rax, 120(%rdi)\n"
	"	movl %ds, %eax; movb %al, 136(%rdi); movl %es, %eax; movb %al, 137(%rdi)\n"
	"	movl %fs, %eax; movb %al, 138(%rdi); movl %gs, %eax; movb %al, 139(%rdi)\n"
	"	ud2\n");

static void test_start(void)
{
	cap_t t = kit_make(CAP_THREAD, 0), elsewhere = kit_make(CAP_ENDPOINT, 0);
	u64 stack = (u64)kit_page(NULL) + PAGE_SIZE;
	struct image i = {0};

	kit_thread_apart(intruder, elsewhere, KIT_PRIORITY + 1);
	EXPECT(OK, CONFIGURE(t, .cnode = ROOT_CNODE, .address_space = ROOT_SPACE));
	EXPECT(OK, thread_set_priority(t, KIT_PRIORITY + 1));
	for (u32 life = 0; life < 2; life++) {
		memset(&i, 0xff, sizeof(i));
		__asm__ volatile(
			"movl %0, %%ds; movl %0, %%es; movl %0, %%fs; movl %0, %%gs" ::"r"(0x1b));
		EXPECT(OK, thread_start_at(t, (u64)cross_begin, stack, (u64)&i));
		for (u32 k = 0; k < REGISTERS; k++)
			want(names[k], k, k == RDI ? (u64)&i : 0, i.r[k]);
		want("flags", 50, 0x202, i.flags);
		for (u32 k = 0; k < 4; k++)
			want("selectors", 60 + k, 0, i.selector[k]);
	}
}

static const struct kit_test tests[] = {
	{"receiver_waits", test_receiver_waits},
	{"sender_waits", test_sender_waits},
	{"fpu_each_way", test_fpu_each_way},
	{"recorded", test_recorded},
	{"interrupted_before", test_interrupted_before},
	{"errors", test_errors},
	{"method_without_results", test_method_without_results},
	{"deadline", test_deadline},
	{"signal_and_cancel", test_signal_and_cancel},
	{"fault_and_answer", test_fault_and_answer},
	{"start", test_start},
};

int main(void)
{
	kit_main(tests, ARRAY_LEN(tests));
}
