/* Registers, selectors and flags as a program finds them. */
#include "tests/guest/kit/short.h"
#include "tests/guest/state/state.h"
#include "lib/microk/string.h"

#define GENERAL_PROTECTION 13
#define UNDEFINED 6
#define PAGE_FAULT 14
#define NO_FPU 7

#define UMIP 2    /* CPUID 7, ecx */
#define RDPID 22  /* likewise */
#define RDTSCP 27 /* CPUID 0x80000001, edx */

static volatile u64 got[8];

/* ---- `sgdt` and similar: the parts of the tables that can be read without UMIP ---- */

struct table {
	u16 limit;
	u64 base;
} __attribute__((packed));

static void read_gdt(u64 unused)
{
	struct table t;

	(void)unused;
	__asm__ volatile("sgdt %0" : "=m"(t));
	got[0] = t.limit;
}

static void read_idt(u64 unused)
{
	struct table t;

	(void)unused;
	__asm__ volatile("sidt %0" : "=m"(t));
	got[0] = t.limit;
}

static void read_ldt(u64 unused)
{
	u64 v = 0;

	(void)unused;
	__asm__ volatile("sldt %w0" : "+r"(v));
	got[0] = v;
}

static void read_task(u64 unused)
{
	u64 v = 0;

	(void)unused;
	__asm__ volatile("str %w0" : "+r"(v));
	got[0] = v;
}

static void read_control(u64 unused)
{
	u64 v = 0;

	(void)unused;
	__asm__ volatile("smsw %w0" : "+r"(v));
	got[0] = v;
}

static void expect_read(const char *what, void (*f)(u64), u64 wanted)
{
	got[0] = 0xdead;
	struct fault fault = catch_fault(f, 0);

	if (has_feature_7c(UMIP)) {
		if (!fault.came || fault.vector != GENERAL_PROTECTION)
			kit_fail(__FILE__, __LINE__, "%s is readable despite UMIP: 0x%lx", what,
				 got[0]);
	} else if (fault.came || got[0] != wanted) {
		kit_fail(__FILE__, __LINE__, "%s: expected 0x%lx, came 0x%lx (fault %u)", what,
			 wanted, got[0], fault.came);
	}
}

void test_tables(void)
{
	expect_read("the GDT's limit", read_gdt, 7 * 8 - 1);
	expect_read("the IDT's limit", read_idt, 256 * 16 - 1);
	expect_read("LDTR", read_ldt, 0);
	expect_read("TR", read_task, 0x28);
}

/* PE MP TS ET NE: above bit 15 are WP, not AM, and PG, which tests/test_state.py reads from outside. */
void test_control(void)
{
	expect_read("CR0", read_control, 0x3b);
}

/* ---- selectors ---- */

static void read_selectors(u64 unused)
{
	u64 v;

	(void)unused;
#define X(i, name)                                                                                 \
	__asm__ volatile("movl %%" #name ", %k0" : "=r"(v));                                       \
	got[i] = v;
	X(0, cs) X(1, ss) X(2, ds) X(3, es) X(4, fs) X(5, gs)
#undef X
}

static void expect_clean_selectors(void)
{
	static const u64 wanted[] = {0x23, 0x1b, 0, 0, 0, 0};

	for (u32 i = 0; i < ARRAY_LEN(wanted); i++)
		EXPECT_U64(wanted[i], got[i]);
}

static void load_selectors(u64 v)
{
	__asm__ volatile(
		"movl %k0, %%ds; movl %k1, %%es; movl %k2, %%fs; movl %k3, %%gs" ::"r"(v & 0xff),
		"r"(v >> 8 & 0xff), "r"(v >> 16 & 0xff), "r"(v >> 24 & 0xff));
}

/* A selector that a thread loaded is cleared when the next thread runs, and when the first runs again. */
void test_selectors(void)
{
	static const u64 loaded[] = {0x1b1b1b1b, 0x03020100, 0x00010203, 0x23221918};

	catch_fault(read_selectors, 0);
	expect_clean_selectors();
	for (u32 i = 0; i < ARRAY_LEN(loaded); i++) {
		kit_thread_apart(load_selectors, loaded[i], KIT_PRIORITY + 1);
		catch_fault(read_selectors, 0);
		expect_clean_selectors();
		load_selectors(loaded[i]);
		kit_thread(read_selectors, 0, KIT_PRIORITY + 1);
		expect_clean_selectors();
		nap(10);
		read_selectors(0);
		expect_clean_selectors();
	}
}

/* ---- THREAD_START: as new, whatever the thread did before ---- */

extern char state_set_flags[], state_read_flags[];
__asm__(".text\n"
	"state_set_flags: pushfq\n"
	"	orq $0x244cd5, (%rsp)\n" /* ID AC NT OF DF and the arithmetic flags */
	"	popfq\n"
	"	ud2\n"
	"state_read_flags: pushfq\n"
	"	popq %rax\n"
	"	movq %rax, (%rdi)\n"
	"	ud2\n");

static u64 run_twice(const char *first, const char *second, void *argument, bool fpu)
{
	cap_t t = kit_make(CAP_THREAD, 0);
	u64 stack = (u64)kit_page(NULL) + PAGE_SIZE - 64;

	EXPECT(OK, CONFIGURE(t, .cnode = ROOT_CNODE, .address_space = ROOT_SPACE));
	EXPECT(OK, thread_set_priority(t, KIT_PRIORITY + 1));
	EXPECT(OK, thread_fpu(t, fpu));
	EXPECT(OK, thread_start_at(t, (u64)first, stack, (u64)argument));
	EXPECT(OK, thread_start_at(t, (u64)second, stack, (u64)argument));
	return t;
}

void test_flags(void)
{
	got[0] = 0;
	run_twice(state_set_flags, state_read_flags, (void *)got, false);
	EXPECT_U64(0x202, got[0]);
}

extern char state_fill_fpu[], state_read_fpu[];
__asm__(".text\n"
	"state_fill_fpu: fldpi\n"
	"	fldpi\n"
	"	movq $0x7f80, (%rsp)\n"
	"	ldmxcsr (%rsp)\n"
	"	movw $0x0f7f, (%rsp)\n"
	"	fldcw (%rsp)\n"
	"	movq %rsp, %xmm0\n"
	"	movq %rsp, %xmm15\n"
	"	ud2\n"
	"state_read_fpu: fxsave64 (%rdi)\n"
	"	ud2\n");

void test_fpu_at_start(void)
{
	u8 *image = kit_page(NULL);
	u32 at[] = {0x37f, 0x1f80};

	memset(image, 0xff, 512);
	run_twice(state_fill_fpu, state_read_fpu, image, true);
	EXPECT_U64(at[0], *(u32 *)image); /* FCW, FSW */
	EXPECT_U64(0, image[4]);          /* no register in use */
	EXPECT_U64(at[1], *(u32 *)(image + 24));
	for (u32 i = 32; i < 160 + 256; i++)
		if (image[i] &&
		    (i >= 160 || i % 16 < 10)) /* an x87 register is ten bytes of sixteen */
			kit_fail(__FILE__, __LINE__, "byte %u of the FPU's registers is 0x%x", i,
				 image[i]);
}

/* ---- bases and counters ---- */

#define WAY(name, ...)                                                                             \
	static void name(u64 a)                                                                    \
	{                                                                                          \
		(void)a;                                                                           \
		__asm__ volatile(__VA_ARGS__);                                                     \
	}
WAY(touch_fs, "movq %%fs:0, %%rax" :: : "rax")
WAY(touch_gs, "movq %%gs:0, %%rax" :: : "rax")
WAY(read_fs_base, "rdfsbase %%rax" :: : "rax")
WAY(write_gs_base, "wrgsbase %%rax" :: : "rax")
WAY(read_performance, "xorl %%ecx, %%ecx; rdpmc" :: : "rax", "rcx", "rdx")
WAY(read_extended, "xorl %%ecx, %%ecx; xgetbv" :: : "rax", "rcx", "rdx")
WAY(read_keys, "xorl %%ecx, %%ecx; .byte 0x0f, 0x01, 0xee" :: : "rax", "rcx", "rdx")
WAY(read_debug, "movq %%dr7, %%rax" :: : "rax")
WAY(read_cr4, "movq %%cr4, %%rax" :: : "rax")
WAY(read_efer, "movl $0xc0000080, %%ecx; rdmsr" :: : "rax", "rcx", "rdx")
/* Until the time stamp counter is all ones, far away: IA32_UMWAIT_CONTROL ends it. C0.2 (bit 0 clear), then C0.1. */
WAY(pause_deep,
    "xorl %%ecx, %%ecx; movl $-1, %%eax; movl %%eax, %%edx; .byte 0x66, 0x0f, 0xae, 0xf1" :: : "ra"
											       "x",
    "rcx", "rdx")
WAY(pause_light,
    "movl $1, %%ecx; movl $-1, %%eax; movl %%eax, %%edx; .byte 0x66, 0x0f, 0xae, 0xf1" :: : "rax",
    "rcx", "rdx")
WAY(wait_for_write,
    "leaq -64(%%rsp), %%rcx; .byte 0xf3, 0x0f, 0xae, 0xf1;"
    "xorl %%ecx, %%ecx; movl $-1, %%eax; movl %%eax, %%edx; .byte 0xf2, 0x0f, 0xae, 0xf1" :: : "ra"
											       "x",
    "rcx", "rdx")
/* AMD's: MONITORX and MWAITX without a limit of their own. */
WAY(wait_amd,
    "leaq -64(%%rsp), %%rax; xorl %%ecx, %%ecx; xorl %%edx, %%edx; .byte 0x0f, 0x01, 0xfa;"
    "xorl %%eax, %%eax; .byte 0x0f, 0x01, 0xfb" :: : "rax",
    "rcx", "rdx")
WAY(read_aperf, "movl $1, %%ecx; .byte 0x0f, 0x01, 0xfd" :: : "rax", "rcx", "rdx")
WAY(use_sse, "xorps %%xmm0, %%xmm0" :: : "memory")
WAY(use_avx, ".byte 0xc5, 0xf8, 0x77" :: : "memory")
WAY(use_x87, "fninit" :: : "memory")

static void expect_fault(const char *what, void (*f)(u64), u64 vector)
{
	struct fault fault = catch_fault(f, 0);

	if (!fault.came || fault.vector != vector)
		kit_fail(__FILE__, __LINE__, "%s: expected vector %lu, came %lu (%u)", what, vector,
			 fault.vector, fault.came);
}

void test_bases(void)
{
	EXPECT_U64(0, catch_fault(touch_fs, 0).address);
	EXPECT_U64(0, catch_fault(touch_gs, 0).address);
	expect_fault("fs:0", touch_fs, PAGE_FAULT);
	expect_fault("gs:0", touch_gs, PAGE_FAULT);
	expect_fault("rdfsbase", read_fs_base, UNDEFINED);
	expect_fault("wrgsbase", write_gs_base, UNDEFINED);
}

static void read_processor_number(u64 unused)
{
	u32 a, c, d;

	(void)unused;
	__asm__ volatile("rdtscp" : "=a"(a), "=c"(c), "=d"(d));
	got[0] = c;
}

void test_counters(void)
{
	u64 before = now();

	CHECK(now() > before); /* not TSD */
	expect_fault("rdpmc", read_performance, GENERAL_PROTECTION);
	expect_fault("xgetbv", read_extended, UNDEFINED);
	expect_fault("rdpkru", read_keys, UNDEFINED);
	expect_fault("DR7", read_debug, GENERAL_PROTECTION);
	expect_fault("CR4", read_cr4, GENERAL_PROTECTION);
	expect_fault("EFER", read_efer, GENERAL_PROTECTION);
	expect_fault("SSE", use_sse, NO_FPU);
	expect_fault("x87", use_x87, NO_FPU);
	expect_fault("AVX", use_avx, UNDEFINED);
	got[0] = 99;
	if (!has_feature_extended_d(RDTSCP))
		return;
	CHECK(!catch_fault(read_processor_number, 0).came);
	EXPECT_U64(0, got[0]);
}

/* ---- ways to wait, and to read counters, that newer processors have ---- */
/* The processor does not know it, or it ends within the time that catch_fault gives it. */
static void expect_short(const char *what, void (*f)(u64))
{
	got[0] = 0;
	struct fault fault = catch_fault(f, 0);

	if (fault.came ? fault.vector != UNDEFINED : got[0] != 1)
		kit_fail(__FILE__, __LINE__, "%s: vector %lu (%u), ended %lu", what, fault.vector,
			 fault.came, got[0]);
}

#define SHORT(name)                                                                                \
	static void name##_and_end(u64 a)                                                          \
	{                                                                                          \
		name(a);                                                                           \
		got[0] = 1;                                                                        \
	}
SHORT(pause_deep)
SHORT(pause_light)
SHORT(wait_for_write)
SHORT(wait_amd)
SHORT(read_aperf)

void test_waiting(void)
{
	expect_short("tpause, C0.2", pause_deep_and_end);
	expect_short("tpause, C0.1", pause_light_and_end);
	expect_short("umonitor, umwait", wait_for_write_and_end);
	expect_short("monitorx, mwaitx", wait_amd_and_end);
	expect_short("rdpru", read_aperf_and_end);
}
