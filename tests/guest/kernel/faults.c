/* Faults by cause: the thread is stopped and its handler gets the cause; no other thread is
 * affected. */
#include "tests/guest/kit/short.h"
#include "tests/guest/kernel/tests.h"

#define NON_CANONICAL 0x0000900000000000ul
#define IDT                                                                                        \
	2 /* error code: the vector's gate refused (SDM vol. 3, 6.13); QEMU shifts the vector one too far */

static volatile u64 sink;

#define CAUSE(name, ...)                                                                           \
	__attribute__((noinline)) static void name(u64 a)                                          \
	{                                                                                          \
		(void)a;                                                                           \
		__asm__ volatile(__VA_ARGS__);                                                     \
	}

static void read_null(u64 a)
{
	(void)a;
	sink = *(volatile u64 *)16;
}

static void write_text(u64 a)
{
	(void)a;
	*(volatile u8 *)(u64)read_null = 1;
}

static void run_data(u64 a)
{
	(void)a;
	((void (*)(void))(u64)&sink)();
}

/* A table, whose colons clang-format would tear apart. */
/* clang-format off */
CAUSE(halt, "hlt")
CAUSE(port_in, "inb $0x60, %%al" ::: "rax")
CAUSE(port_out, "outb %%al, $0xf4" ::: "rax")
CAUSE(disable_interrupts, "cli")
CAUSE(load_cr3, "movq %%rax, %%cr3" ::"a"(0ul))
CAUSE(read_cr0, "movq %%cr0, %%rax" ::: "rax")
CAUSE(write_msr, "wrmsr" ::"a"(0), "c"(0xc0000082), "d"(0))
CAUSE(read_msr, "rdmsr" ::"c"(0xc0000082) : "rax", "rdx")
CAUSE(swap_gs, "swapgs")
CAUSE(system_return, "sysretq" ::"c"(0ul))
CAUSE(store_gdt, "subq $16, %%rsp; sgdt (%%rsp); addq $16, %%rsp" ::: "memory")
CAUSE(load_idt, "lidt (%%rsp)" ::: "memory")
CAUSE(int_kernel, "int $14")
CAUSE(int_timer, "int $0xef")
CAUSE(int_double_fault, "int $8")
CAUSE(int_nmi, "int $2")
CAUSE(kernel_selector, "movl $0x10, %%eax; movl %%eax, %%ss" ::: "rax")
CAUSE(divide, "xorl %%ecx, %%ecx; xorl %%edx, %%edx; movl $1, %%eax; divl %%ecx" ::: "rax", "rcx", "rdx")
CAUSE(undefined, "ud2")
CAUSE(fpu, "fld1")
CAUSE(sse, "xorps %%xmm0, %%xmm0" :::)
CAUSE(breakpoint, "int3")
CAUSE(single_step, "pushfq; orq $0x100, (%%rsp); popfq; nop; nop" ::: "cc", "memory")
CAUSE(read_non_canonical, "movq (%%rax), %%rax" ::"a"(NON_CANONICAL))
CAUSE(stack_non_canonical, "movq %%rax, %%rsp; pushq %%rax" ::"a"(NON_CANONICAL))
CAUSE(jump_non_canonical, "jmp *%%rax" ::"a"(NON_CANONICAL))
CAUSE(jump_kernel, "jmp *%%rax" ::"a"(0xffffffff80000000ul))
CAUSE(stack_in_kernel, "movq %%rax, %%rsp; pushq %%rax" ::"a"(0xffffffff80008000ul))
/* clang-format on */

static const struct {
	const char *name;
	void (*run)(u64);
	u64 vector, error;
} causes[] = {
	{"reading null", read_null, 14, 4},
	{"writing to its code", write_text, 14, 7},
	{"running data", run_data, 14, 21},
	{"hlt", halt, 13, 0},
	{"in", port_in, 13, 0},
	{"out", port_out, 13, 0},
	{"cli", disable_interrupts, 13, 0},
	{"mov to cr3", load_cr3, 13, 0},
	{"mov from cr0", read_cr0, 13, 0},
	{"wrmsr", write_msr, 13, 0},
	{"rdmsr", read_msr, 13, 0},
	{"swapgs", swap_gs, 13, 0},
	{"sysret", system_return, 13, 0},
	{"sgdt", store_gdt, 13, 0},
	{"lidt", load_idt, 13, 0},
	{"int 14", int_kernel, 13, IDT},
	{"int 0xef", int_timer, 13, IDT},
	{"int 8", int_double_fault, 13, IDT},
	{"int 2", int_nmi, 13, IDT},
	{"loading the kernel's stack segment", kernel_selector, 13, 0x10},
	{"dividing by zero", divide, 0, 0},
	{"ud2", undefined, 6, 0},
	{"the FPU", fpu, 7, 0},
	{"SSE", sse, 7, 0},
	{"int3", breakpoint, 3, 0},
	{"a single step", single_step, 1, 0},
	{"reading a non-canonical address", read_non_canonical, 13, 0},
	{"a non-canonical stack", stack_non_canonical, 12, 0}, /* QEMU: 13 */
	{"jumping to a non-canonical address", jump_non_canonical, 13, 0},
	{"jumping into the kernel", jump_kernel, 14, 21},
	{"a stack in the kernel", stack_in_kernel, 14, 7},
};

static struct kit_thread with_handler(void (*entry)(u64), u64 argument, cap_t handler)
{
	struct kit_thread t = kit_thread(entry, argument, 60);

	give_fault_endpoint(t.thread, handler);
	return t;
}

static void check_report(u32 i, u64 vector, u64 error)
{
	/* For a page fault all bits but "present", because the kernel's pages may look either way. For others, the table that the
	 * error code names. */
	u64 mask = vector == 14 ? ~1ul : 6;

	if (vector != causes[i].vector && !(causes[i].vector == 12 && vector == 13))
		kit_fail(__FILE__, __LINE__, "%s: expected exception %lu, came %lu", causes[i].name,
			 causes[i].vector, vector);
	if ((error & mask) != (causes[i].error & mask))
		kit_fail(__FILE__, __LINE__, "%s: expected error 0x%lx, came 0x%lx", causes[i].name,
			 causes[i].error, error);
}

void test_fault_causes(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);

	for (u32 i = 0; i < ARRAY_LEN(causes); i++) {
		struct message m = {0};
		struct kit_thread t = with_handler(causes[i].run, 0, ep);
		KIT_UNTIL(kit_state(t) == THREAD_SENDING || kit_state(t) == THREAD_STOPPED);
		if (kit_state(t) != THREAD_SENDING) {
			kit_fail(__FILE__, __LINE__, "%s does not fault", causes[i].name);
			continue;
		}
		EXPECT(OK, ipc(SYS_RECV, ep, &m));
		check_report(i, m.word[FAULT_VECTOR], m.word[FAULT_ERROR]);
		EXPECT_U64(THREAD_FAULTED, kit_state(t));
		EXPECT(OK, ipc(SYS_REPLY, 0, &(struct message){.tag = TAG(1, 0)}));
		EXPECT_U64(THREAD_STOPPED, kit_state(t));
		EXPECT(OK, slot_delete(t.thread));
	}
}

static volatile u64 flags_status;

/* Flags that would disturb a kernel that kept them: NT, AC, DF, TF. */
static void call_with_flags(u64 flags)
{
	struct message m = {0};

	__asm__ volatile("pushfq; orq %0, (%%rsp); popfq" ::"r"(flags) : "cc", "memory");
	enum microk_status s = ipc(SYS_YIELD, 0, &m);
	s |= ipc(SYS_SEND, ROOT_CNODE, &m) != ERR_TYPE;
	__asm__ volatile("pushfq; andq %0, (%%rsp); popfq" ::"r"(~flags) : "cc", "memory");
	flags_status = s;
}

void test_flags_do_no_harm(void)
{
	static const u64 bits[] = {
		1ul << 14, 1ul << 18, 1ul << 10, 1ul << 21, 1ul << 14 | 1ul << 18 | 1ul << 10};
	cap_t ep = kit_make(CAP_ENDPOINT, 0);

	for (u32 i = 0; i < ARRAY_LEN(bits); i++) {
		flags_status = 999;
		with_handler(call_with_flags, bits[i], ep);
		KIT_UNTIL(flags_status != 999);
		EXPECT_U64(0, flags_status);
	}
}

static volatile u64 value;

static void read_then_end(u64 a)
{
	value = 999;
	value = *(volatile u64 *)a;
}

/* A handler mends the cause and lets the thread go on where it was: paging in user space. */
void test_fault_is_mended(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), f = kit_make(CAP_FRAME, 1),
	      reply = kit_make(CAP_REPLY, 0);
	u64 place = 0x600000000000ul;
	struct message m = {0};

	for (u64 level = 3; level >= 1; level--)
		EXPECT(OK, table_map_at(kit_make(CAP_PAGE_TABLE, 0), ROOT_SPACE, place, level));
	struct kit_thread t = with_handler(read_then_end, place, ep);
	EXPECT(OK, ipc(SYS_RECV, ep, &m));
	EXPECT_U64(place, m.word[FAULT_ADDRESS]);
	EXPECT(ERR_STATE, thread_cancel(t.thread));
	EXPECT(ERR_STATE, thread_resume(t.thread));
	/* Later, through a Reply object. */
	EXPECT(OK, cnode_save_caller(ROOT_CNODE, reply));
	EXPECT(OK, frame_map_at(f, ROOT_SPACE, place, RIGHT_READ));
	EXPECT_U64(999, value);
	EXPECT(OK, ipc(SYS_SEND, reply, &(struct message){0}));
	KIT_UNTIL(value == 0);
}

/* Without a handler, the thread stays stopped, and all other threads go on. */
void test_fault_unheard(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), handler = kit_mint(ep, RIGHT_WRITE, 3, MINT_BADGE);
	struct kit_thread t = kit_thread(read_null, 0, 61); /* printed on the log */
	struct message m = {0};

	EXPECT_U64(THREAD_STOPPED, kit_state(t));
	/* The handler's endpoint is given up while the report waits in it. */
	t = with_handler(undefined, 0, handler);
	KIT_UNTIL(kit_state(t) == THREAD_SENDING);
	EXPECT(OK, cnode_fail(ROOT_CNODE, ep));
	EXPECT_U64(THREAD_STOPPED, kit_state(t));
	/* The handler's capability is revoked before the fault. */
	t = with_handler(undefined, 0, handler);
	EXPECT(OK, slot_revoke(ep));
	KIT_UNTIL(kit_state(t) == THREAD_STOPPED);
	/* The faulted thread ends while its report waits, or after the handler received it. */
	t = with_handler(undefined, 0, ep);
	KIT_UNTIL(kit_state(t) == THREAD_SENDING);
	EXPECT(OK, slot_delete(t.thread));
	m.tag = TAG_NONBLOCK;
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, ep, &m));
	t = with_handler(undefined, 0, ep);
	m.tag = 0;
	EXPECT(OK, ipc(SYS_RECV, ep, &m));
	EXPECT(OK, slot_delete(t.thread));
	EXPECT(ERR_NO_REPLY, ipc(SYS_REPLY, 0, &(struct message){0}));
}
