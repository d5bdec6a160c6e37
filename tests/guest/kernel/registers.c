/* The registers of a thread from outside: read, written and stepped through. */
#include "tests/guest/kit/short.h"
#include "tests/guest/kernel/tests.h"
#include "lib/microk/registers.h"
#include "lib/microk/string.h"
#include "tests/random.h"

#define CHOICE 0x250dd5ul /* docs/kernel-abi.md: the flags that a thread may choose */
#define ALWAYS 0x202ul
#define STEP 0x100ul
#define RESUME 0x10000ul /* `pushfq` pushes it as 0 */
#define SECRETS 4

enum { DIVIDE = 0, DEBUG = 1, UNDEFINED = 6, PROTECTION = 13, X87 = 16 };

/* ---- a program that stores all its registers where it begins, and faults (vector 6) ---- */
static struct {
	struct general_registers general; /* fs_base: the word that it points to */
	struct fpu_registers fpu;
} seen __asm__("registers_seen") __attribute__((used, aligned(64)));
static u64 stack[64] __asm__("registers_stack") __attribute__((used, aligned(64)));
extern char registers_store[], registers_store_fpu[], registers_in[], registers_x87[];
__asm__(".text\n"
	"registers_store_fpu: fxsave64 registers_seen+160(%rip)\n"
	"registers_store: movq %rsp, registers_seen+8(%rip)\n"
	"	movq %rax, registers_seen+32(%rip)\n"
	"	movq %rbx, registers_seen+40(%rip)\n"
	"	movq %rcx, registers_seen+48(%rip)\n"
	"	movq %rdx, registers_seen+56(%rip)\n"
	"	movq %rsi, registers_seen+64(%rip)\n"
	"	movq %rdi, registers_seen+72(%rip)\n"
	"	movq %rbp, registers_seen+80(%rip)\n"
	"	movq %r8, registers_seen+88(%rip)\n"
	"	movq %r9, registers_seen+96(%rip)\n"
	"	movq %r10, registers_seen+104(%rip)\n"
	"	movq %r11, registers_seen+112(%rip)\n"
	"	movq %r12, registers_seen+120(%rip)\n"
	"	movq %r13, registers_seen+128(%rip)\n"
	"	movq %r14, registers_seen+136(%rip)\n"
	"	movq %r15, registers_seen+144(%rip)\n"
	"	leaq registers_stack+256(%rip), %rsp\n"
	"	pushfq\n"
	"	popq registers_seen+16(%rip)\n"
	"	movq %fs:0, %rax\n"
	"	movq %rax, registers_seen+24(%rip)\n"
	"	ud2\n"
	"registers_in: inb $0x60, %al\n"
	"	ud2\n"
	"registers_x87: fwait\n"
	"	ud2\n");
_Static_assert(offsetof(struct general_registers, r15) == 144 &&
		       sizeof(struct general_registers) == 152,
	       "the program above");
_Static_assert(__builtin_offsetof(__typeof__(seen), fpu) == 160, "the program above");

static u64 secrets[SECRETS] = {0x1111, 0x2222, 0x3333, 0x4444};

static u64 draw(void)
{
	static u64 state = 88172645463325252ul;

	return random_word(&state);
}

static void fill(void *to, size_t bytes)
{
	for (size_t i = 0; i < bytes; i += 8) {
		u64 word = draw();

		memcpy((u8 *)to + i, &word, 8);
	}
}

static void fill_general(struct general_registers *g)
{
	fill(g, sizeof(*g));
	g->ip %= USER_TOP;
	g->fs_base %= USER_TOP;
}

static void fill_fpu(struct fpu_registers *f)
{
	fill(f, sizeof(*f));
	f->mxcsr &= 0xffbf;
}

static u64 allowed(u64 flags)
{
	return (flags & CHOICE) | ALWAYS;
}

static bool same(const void *a, const void *b, size_t bytes)
{
	return memcmp(a, b, bytes) == 0;
}

static volatile u64 mark, go;

static void stay(u64 argument)
{
	mark = argument;
}

static void receive(u64 ep)
{
	struct message m = {0};

	mark = 999;
	mark = ipc(SYS_RECV, ep, &m);
}

/* Stopped in a system call, out of which `sysretq` would lead; with a fault endpoint, and the FPU. */
static cap_t stopped_thread(cap_t faults)
{
	struct kit_thread t = kit_thread(receive, faults, KIT_PRIORITY + 1);

	EXPECT(OK, thread_suspend(t.thread));
	EXPECT(OK, CONFIGURE(t.thread, .fault_endpoint = faults));
	EXPECT(OK, thread_fpu(t.thread, 1));
	EXPECT(OK, thread_set_priority(t.thread, KIT_PRIORITY - 1));
	return t.thread;
}

/* Lets it go on until it faults, with this exception; it stays stopped. */
static void run_to_fault(cap_t thread, cap_t faults, u64 vector)
{
	struct message m = {0};

	EXPECT(OK, thread_resume(thread));
	EXPECT(OK, ipc(SYS_RECV, faults, &m));
	EXPECT_U64(vector, m.word[FAULT_VECTOR]);
	EXPECT(OK, ipc(SYS_REPLY, 0, &(struct message){.tag = TAG(1, 0)}));
}

/* ---- arguments, rights and states ---- */
static enum microk_status status_without_buffer;

static void read_without_buffer(u64 thread)
{
	status_without_buffer = thread_read(thread, REGISTERS_GENERAL);
	if (status_without_buffer == ERR_BUFFER)
		status_without_buffer = thread_write(thread, REGISTERS_GENERAL);
	mark = 2;
}

void test_registers_arguments(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), plain = kit_thread(stay, 1, KIT_PRIORITY - 1).thread;
	struct thread_info_result info = {0};
	struct general_registers g;
	struct fpu_registers f;

	EXPECT(ERR_STATE, general_read(plain, &g)); /* ready */
	EXPECT(OK, thread_suspend(plain));
	EXPECT(OK, general_read(plain, &g));
	EXPECT(OK, thread_info(plain, &info));
	EXPECT_U64(info.ip, g.ip);
	EXPECT_U64(ALWAYS, g.flags);
	EXPECT(ERR_ARG, thread_read(plain, REGISTER_SETS));
	EXPECT(ERR_ARG, thread_write(plain, REGISTER_SETS));
	EXPECT(ERR_ARG, thread_read(plain, ~0ul));
	EXPECT(ERR_ARG, thread_write(plain, 1ul << 32));
	EXPECT(ERR_STATE, fpu_read(plain, &f)); /* not declared */
	EXPECT(ERR_STATE, thread_write(plain, REGISTERS_FPU));
	EXPECT(ERR_RIGHTS, general_write(copy_of(plain, RIGHT_READ), &g));
	EXPECT(ERR_RIGHTS, general_read(copy_of(plain, RIGHT_WRITE), &g));
	EXPECT(OK, general_read(copy_of(plain, RIGHT_READ), &g));
	EXPECT(OK, general_write(copy_of(plain, RIGHT_WRITE), &g));
	EXPECT(ERR_STATE, general_read(ROOT_THREAD, &g));
	EXPECT(ERR_STATE, general_write(ROOT_THREAD, &g));
	EXPECT(OK, thread_resume(plain));
	EXPECT(ERR_STATE, general_write(plain, &g));
	/* While it waits, its registers are the kernel's to fill. */
	struct kit_thread waits = kit_thread(receive, ep, KIT_PRIORITY + 1);
	EXPECT_U64(THREAD_RECEIVING, kit_state(waits));
	EXPECT(OK, general_read(waits.thread, &g));
	EXPECT_U64(g.ip, g.rcx);
	EXPECT_U64(g.flags, g.r11);
	EXPECT(ERR_STATE, general_write(waits.thread, &g));
	/* Without an IPC buffer there is no place for them. */
	struct kit_thread bare = kit_thread(read_without_buffer, plain, KIT_PRIORITY);
	EXPECT(OK, thread_clear(bare.thread, THREAD_ROOT_BUFFER));
	KIT_UNTIL(mark == 2);
	EXPECT(ERR_BUFFER, status_without_buffer);
}

/* ---- values come back as they were written, and the thread runs with them ---- */
void test_registers_read_back(void)
{
	cap_t t = stopped_thread(kit_make(CAP_ENDPOINT, 0));
	struct general_registers in, out;
	struct fpu_registers f_in, f_out;

	for (u32 i = 0; i < 10000; i++) {
		fill_general(&in);
		EXPECT(OK, general_write(t, &in));
		in.flags = allowed(in.flags);
		EXPECT(OK, general_read(t, &out));
		CHECK(same(&in, &out, sizeof(in)));
		if (i % 4)
			continue;
		fill_fpu(&f_in);
		EXPECT(OK, fpu_write(t, &f_in));
		EXPECT(OK, fpu_read(t, &f_out));
		CHECK(same(&f_in, &f_out, sizeof(f_in)));
	}
}

static void check_fpu(const struct fpu_registers *wrote)
{
	CHECK(same(wrote->xmm, seen.fpu.xmm, sizeof(wrote->xmm)));
	for (u32 i = 0; i < ARRAY_LEN(wrote->st); i++)
		CHECK(same(wrote->st[i], seen.fpu.st[i], 10));
	EXPECT_U64(wrote->mxcsr, seen.fpu.mxcsr);
	EXPECT_U64(wrote->ftw, seen.fpu.ftw);
	EXPECT_U64(wrote->fcw & 0xf3fu, seen.fpu.fcw & 0xf3fu);
	EXPECT_U64(wrote->fsw & 0x7f7fu, seen.fpu.fsw & 0x7f7fu);
}

/* Everything that fxsave64 and `mov` can see, in a thread that used the same registers before. */
void test_registers_written_are_used(void)
{
	cap_t faults = kit_make(CAP_ENDPOINT, 0), t = stopped_thread(faults);
	struct general_registers in, out;
	struct fpu_registers f;

	for (u32 i = 0; i < 200; i++) {
		fill_general(&in);
		fill_fpu(&f);
		in.flags &= ~STEP;
		in.ip = (u64)registers_store_fpu;
		in.fs_base = (u64)&secrets[i % SECRETS];
		memset(&seen, 0xa5, sizeof(seen));
		EXPECT(OK, general_write(t, &in));
		EXPECT(OK, fpu_write(t, &f));
		run_to_fault(t, faults, UNDEFINED);
		EXPECT_U64(allowed(in.flags) & ~RESUME, seen.general.flags);
		EXPECT_U64(secrets[i % SECRETS], seen.general.fs_base);
		EXPECT_U64(in.sp, seen.general.sp);
		CHECK(same(&in.rax, &seen.general.rax,
			   sizeof(in) - offsetof(struct general_registers, rax)));
		check_fpu(&f);
		/* And back: as the thread left them. */
		EXPECT(OK, general_read(t, &out));
		EXPECT_U64(secrets[i % SECRETS], out.rax);
		EXPECT_U64((u64)stack + 256, out.sp);
		EXPECT_U64(in.r15, out.r15);
		EXPECT(OK, fpu_read(t, &f));
		CHECK(same(f.xmm, seen.fpu.xmm, sizeof(f.xmm)));
	}
}

/* ---- hostile values ---- */
static void refuses_addresses(cap_t t)
{
	static const u64 bad[] = {USER_TOP,           1ul << 47,          0x0000900000000000,
				  0xffff800000000000, 0xffffffff80000000, ~0ul};
	struct general_registers before, in, out;

	EXPECT(OK, general_read(t, &before));
	for (u32 i = 0; i < ARRAY_LEN(bad); i++) {
		fill_general(&in);
		in.ip = bad[i];
		EXPECT(ERR_RANGE, general_write(t, &in));
		in.ip = (u64)stay;
		in.fs_base = bad[i];
		EXPECT(ERR_RANGE, general_write(t, &in));
		EXPECT(OK, general_read(t, &out));
		CHECK(same(&before, &out, sizeof(out))); /* no part of it was taken */
	}
}

/* IOPL, NT, RF, VM, VIF, VIP and IF among them. */
static void takes_no_flag_of_the_kernels(cap_t t, cap_t faults)
{
	struct general_registers in, out;

	fill_general(&in);
	for (u32 bit = 0; bit < 64; bit++) {
		in.flags = 1ul << bit;
		EXPECT(OK, general_write(t, &in));
		EXPECT(OK, general_read(t, &out));
		EXPECT_U64((in.flags & CHOICE) | ALWAYS, out.flags);
	}
	in.fs_base = (u64)&secrets[0];
	in.flags = ~STEP;
	in.ip = (u64)registers_store;
	EXPECT(OK, general_write(t, &in));
	run_to_fault(t, faults, UNDEFINED);
	EXPECT_U64(allowed(~STEP) & ~RESUME, seen.general.flags);
	in.ip = (u64)registers_in; /* with IOPL 3 it would be allowed */
	EXPECT(OK, general_write(t, &in));
	run_to_fault(t, faults, PROTECTION);
}

static void refuses_reserved_mxcsr(cap_t t)
{
	struct fpu_registers before, in, out;

	EXPECT(OK, fpu_read(t, &before));
	for (u32 bit = 16; bit < 33; bit++) {
		fill_fpu(&in);
		in.mxcsr = bit < 32 ? 1u << bit : 0xffffffff;
		in.mxcsr_mask = 0xffffffff;
		EXPECT(ERR_ARG, fpu_write(t, &in));
		EXPECT(OK, fpu_read(t, &out));
		CHECK(same(&before, &out, sizeof(out)));
	}
}

/* An exception that is pending in the image is the thread's, at its own next instruction of the x87 unit. */
static void keeps_pending_exception(cap_t t, cap_t faults)
{
	struct general_registers in;
	struct fpu_registers f;

	fill_general(&in);
	in.flags = 0;
	in.ip = (u64)registers_x87;
	EXPECT(OK, general_write(t, &in));
	EXPECT(OK, fpu_read(t, &f));
	f.fcw = 0;
	f.fsw = 0x80bf;
	f.mxcsr = 0x3f; /* all flags, no mask */
	EXPECT(OK, fpu_write(t, &f));
	run_to_fault(t, faults, X87);
}

void test_registers_hostile(void)
{
	cap_t faults = kit_make(CAP_ENDPOINT, 0), t = stopped_thread(faults);

	refuses_addresses(t);
	takes_no_flag_of_the_kernels(t, faults);
	refuses_reserved_mxcsr(t);
	keeps_pending_exception(t, faults);
}

/* ---- a debugger: one instruction at a time, by fault messages ---- */
extern char step_0[], step_1[], step_2[], step_3[], step_4[], step_5[], step_6[];
__asm__(".text\n"
	"step_0: movq $5, %rax\n"
	"step_1: movq $7, %rbx\n"
	"step_2: leaq (%rax,%rbx), %rcx\n"
	"step_3: pushq %rcx\n"
	"step_4: popq %rdx\n"
	"step_5: jmp step_6\n"
	"	ud2\n"
	"step_6: ud2\n");

void test_registers_step(void)
{
	/* After each step: where it is, rax, rbx, rcx, rdx. */
	static const struct {
		const char *ip;
		u64 rax, rbx, rcx, rdx;
	} after[] = {{step_1, 5, 0, 0, 0},  {step_2, 5, 7, 0, 0},   {step_3, 5, 7, 12, 0},
		     {step_4, 5, 7, 12, 0}, {step_5, 5, 7, 12, 12}, {step_6, 5, 7, 12, 12}};
	cap_t faults = kit_make(CAP_ENDPOINT, 0), t = stopped_thread(faults);
	struct general_registers g = {
		.ip = (u64)step_0,
		.sp = (u64)(stack + 64),
		.flags = STEP,
		.fs_base = (u64)&secrets[1]};
	struct message m = {0};

	EXPECT(OK, general_write(t, &g));
	EXPECT(OK, thread_resume(t));
	for (u32 i = 0; i < ARRAY_LEN(after); i++) {
		m.tag = 0;
		EXPECT(OK, ipc(SYS_RECV, faults, &m));
		EXPECT_U64(DEBUG, m.word[FAULT_VECTOR]);
		EXPECT(OK, general_read(t, &g));
		EXPECT_U64((u64)after[i].ip, g.ip);
		EXPECT_U64(after[i].rax, g.rax);
		EXPECT_U64(after[i].rbx, g.rbx);
		EXPECT_U64(after[i].rcx, g.rcx);
		EXPECT_U64(after[i].rdx, g.rdx);
		CHECK(g.flags & STEP);
		if (i + 1 < ARRAY_LEN(after))
			EXPECT(OK, ipc(SYS_REPLY, 0, &(struct message){0}));
	}
	/* Before its handler answers, it is sent elsewhere, with another value, and not stepped any more. */
	g.ip = (u64)registers_store;
	g.flags &= ~STEP;
	g.rdx = 77;
	EXPECT(OK, general_write(t, &g));
	EXPECT(OK, ipc(SYS_REPLY, 0, &(struct message){0}));
	m.tag = 0;
	EXPECT(OK, ipc(SYS_RECV, faults, &m));
	EXPECT_U64(UNDEFINED, m.word[FAULT_VECTOR]);
	EXPECT_U64(77, seen.general.rdx);
	EXPECT_U64(0, seen.general.flags & STEP);
}

/* ---- from one thread to another: as fork does ---- */
static void wait_then_mark(u64 argument)
{
	u64 own = argument * 3;

	while (!go)
		kit_yield();
	mark = own;
}

void test_registers_continue_elsewhere(void)
{
	struct kit_thread from = kit_thread(wait_then_mark, 14, KIT_PRIORITY), to;
	struct general_registers g;

	go = mark = 0;
	for (u32 i = 0; i < 3; i++)
		kit_yield();
	EXPECT(OK, thread_suspend(from.thread));
	EXPECT(OK, general_read(from.thread, &g));
	to.thread = stopped_thread(kit_make(CAP_ENDPOINT, 0));
	EXPECT(OK, thread_set_priority(to.thread, KIT_PRIORITY));
	EXPECT(OK, general_write(to.thread, &g));
	go = 1;
	EXPECT(OK, thread_resume(to.thread));
	KIT_UNTIL(mark == 42);
	EXPECT_U64(THREAD_STOPPED, kit_state(from));
}

/* A thread that was stopped in a call goes on after it with the registers that are written back. */
static void call_and_mark(u64 ep)
{
	mark = 999;
	mark = ipc(SYS_CALL, ep, &(struct message){0});
}

void test_registers_after_a_call(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);
	struct kit_thread t = kit_thread(call_and_mark, ep, KIT_PRIORITY);
	struct general_registers g;
	struct message m = {0};

	EXPECT(OK, ipc(SYS_RECV, ep, &m)); /* waits for it: by the fast path, where there is one */
	EXPECT_U64(THREAD_AWAITING, kit_state(t));
	EXPECT(OK, thread_suspend(t.thread));
	EXPECT(OK, general_read(t.thread, &g));
	EXPECT_U64(ERR_CANCELLED, TAG_STATUS(g.rax));
	EXPECT_U64(g.ip, g.rcx); /* which the fast path's entry does not save */
	EXPECT_U64(g.flags, g.r11);
	g.rax = ERR_GONE;
	EXPECT(OK, general_write(t.thread, &g));
	EXPECT(OK, thread_resume(t.thread));
	KIT_UNTIL(mark == ERR_GONE);
}
