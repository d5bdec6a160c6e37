/* Exercise 1.1, system-call entry: run in a process of the host, into the C code and out again. */
#include "microk/syscall.h"
#include "x86/cpu.h"
#include "sched/thread.h"
#include "entry_fakes.h"
#include "unit.h"
#include <stddef.h>
#include <string.h>

#define STACK_BYTES 65536
#define ABOVE_BYTES 64 /* after the stack: a `ret` from the empty stack takes a word of them */
#define FLAGS 0x246
#define RIP 0x401234
#define USER_SP 0x7fffffcfff80

static u64 kernel_stack;
static u64 given[16]; /* to unit_registers */
static struct {
	struct thread thread __attribute__((aligned(THREAD_BYTES)));
} *one;

static void enter(void)
{
	one = unit_object(THREAD_BYTES, 2 * THREAD_BYTES);
	kernel_stack = (u64)unit_object(4096, STACK_BYTES + ABOVE_BYTES);
	for (u32 i = 0; i < ABOVE_BYTES / sizeof(u64); i++)
		((u64 *)(kernel_stack + STACK_BYTES))[i] = unit_ret_at;
	memset(&one->thread.regs, UNIT_FILLED, sizeof(one->thread.regs));
	for (u32 i = 0; i < 13; i++)
		given[i] = 0x1111111111111111ul * (i + 1) ^ 0x5000000000000000ul;
	given[13] = RIP;
	given[14] = FLAGS;
	given[15] = USER_SP;
	memcpy(unit_registers, given, sizeof(given));
	cpu0.current = &one->thread;
	cpu0.kernel_sp = kernel_stack + STACK_BYTES;
	*(u64 *)((u8 *)&cpu0 + offsetof(struct cpu, tss.rsp)) = (u64)(&one->thread.regs + 1);
	entry_run();
	WANT(!entry_rets,
	     "the kernel's stack is empty there, so `ret` finds no return address: the entry jumps "
	     "to kernel_exit",
	     "the entry ends in kernel_exit", "it ended in `ret`");
	WANT(!entry_returns,
	     "user_return goes back to the thread that entered; kernel_exit decides which thread "
	     "runs next",
	     "the entry ends in kernel_exit", "it went to user_return");
	WANT(handles == 1,
	     "after the registers are saved and the stack is changed: call syscall_handle",
	     "syscall_handle is called once before kernel_exit",
	     text("it was called %lu times", handles));
}

static void path(void)
{
	enter();
	WANT_U64(
		"swapgs on the way in, times", 1, unit_swapgs_count,
		unit_swapgs_count
			? "after a second swapgs gs is the user's again, and C code needs the "
			  "kernel's: the way out, after kernel_exit, changes it back"
			: "gs is the user's until swapgs; %gs:CPU_… is the kernel's structure only "
			  "after it");
	WANT(handle_sp > kernel_stack && handle_sp <= kernel_stack + STACK_BYTES,
	     "C code needs the kernel's stack, %gs:CPU_KERNEL_SP; the save area is not a stack, "
	     "and the user's must not be trusted",
	     "syscall_handle runs on the kernel's stack", text("on a stack at 0x%lx", handle_sp));
	WANT(handle_sp > kernel_stack + STACK_BYTES - 256,
	     "each entry starts with an empty stack: nothing is left on it from before",
	     "the kernel's stack is taken from its top",
	     text("%lu bytes below it", kernel_stack + STACK_BYTES - handle_sp));
	WANT_U64("rbp in syscall_handle", 0, handle_bp,
		 "the chain of frame pointers ends here: a backtrace must not follow the user's "
		 "rbp");
}

/* ---- struct regs: the saved words, and the mistake in the pushes that their order shows ---- */
#define WORDS (sizeof(struct regs) / sizeof(u64))
#define NEVER (0x0101010101010101ul * UNIT_FILLED)

/* In the order of the pushes, from the end of struct regs down. */
enum word {
	SS,
	RSP,
	RFLAGS,
	CS,
	RIP_,
	ERROR,
	VECTOR,
	RAX,
	RCX,
	RDX,
	RSI,
	RDI,
	R8,
	R9,
	R10,
	R11,
	RBX,
	RBP,
	R12,
	R13,
	R14,
	R15
};
static const char *const names[WORDS] = {
	"ss",  "rsp", "rflags", "cs",  "rip", "error", "vector", "rax", "rcx", "rdx", "rsi",
	"rdi", "r8",  "r9",     "r10", "r11", "rbx",   "rbp",    "r12", "r13", "r14", "r15"};

static u64 saved(u32 i)
{
	return ((const u64 *)(&one->thread.regs + 1))[-1 - (long)i];
}

static u64 right(u32 i)
{
	static const u8 general[] = {
		0, 13, 1, 2, 3, 4, 5, 6, 14, 7, 8, 9, 10, 11, 12}; /* of `given` */
	const u64 frame[] = {SEL_UDATA, USER_SP, FLAGS, SEL_UCODE, RIP, 0, REGS_VECTOR_SYSCALL};

	return i < RAX ? frame[i] : given[general[i - RAX]];
}

/* No check looks at the slots of rcx and r11: they are the same as those of rip and rflags. */
static bool is_right(u32 i)
{
	return i == RCX || i == R11 || saved(i) == right(i);
}

static u32 first_wrong(void)
{
	u32 i = 0;

	while (i < WORDS && is_right(i))
		i++;
	return i;
}

/* From word `from` on, each word is where the one before belongs (by 1: a push is missing), or the next one (by -1). */
static bool moved(u32 from, int by)
{
	u32 n = 0;

	if (by > 0 && saved(WORDS - 1) != NEVER)
		return false;
	for (u32 i = from; i < WORDS; i++) {
		u32 of = (u32)((int)i + by);
		if (of >= WORDS || of < from)
			continue;
		if (saved(i) != right(of))
			return false;
		n++;
	}
	return n > (by < 0);
}

/* The mistake that all of struct regs shows, or NULL. */
static const char *shown(void)
{
	u32 i = first_wrong(), k = i + 1;

	if (i == 0 && saved(0) == NEVER && saved(WORDS - 1) == NEVER)
		return "nothing was pushed to struct regs: %gs:CPU_ENTRY_SP is its end, where the "
		       "pushes begin";
	if (saved(i) == NEVER)
		return i < RBX ? text("regs.%s has no push", names[i])
			       : text("regs.%s has no push: a C function preserves that register "
				      "for its return, but the kernel leaves for another thread",
				      names[i]);
	if (moved(i, 1))
		return text(
			"regs.%s was not pushed, so each word after it is one too high", names[i]);
	if (moved(i, -1))
		return text("there is one push too many before regs.%s, so each word from there on "
			    "is one too low",
			    names[i]);
	while (k < WORDS && !(saved(i) == right(k) && saved(k) == right(i)))
		k++;
	if (k < WORDS)
		return text("regs.%s and regs.%s are exchanged: the order of the pushes is that of "
			    "struct regs read from its end (x86/regs.h)",
			    names[i], names[k]);
	return NULL;
}

/* Where a wrong value comes from, as far as it shows. */
static const char *origin(u64 got)
{
	const struct regs *r = &one->thread.regs;

	if (got >= (u64)r && got <= (u64)(r + 1))
		return ", an address in struct regs";
	for (u32 i = 0; i < WORDS; i++)
		if (got == right(i) && got > SEL_TSS)
			return text(", which is %s's", names[i]);
	return "";
}

/* `why` is the cause if that word alone is wrong. */
static void want(u32 i, const char *what, const char *why)
{
	if (saved(i) == right(i))
		return;
	const char *all = shown();
	unit_fail(all ? all : why, text("%s: %s", what, number_word(right(i))),
		  text("%s%s", number_word(saved(i)), origin(saved(i))));
}

static void frame(void)
{
	enter();
	const u64 *sp = (const u64 *)&one->thread.regs.rsp;
	bool changed = *sp >= (u64)&one->thread.regs && *sp <= (u64)(&one->thread.regs + 1);

	want(RIP_, "regs.rip (syscall leaves it in rcx)", NULL);
	want(RFLAGS, "regs.rflags (syscall leaves them in r11)", NULL);
	want(RSP, "regs.rsp, the user's",
	     changed ? "rsp was pushed after it had left the user's stack: keep the user's in "
		       "%gs:CPU_USER_SP before"
		     : NULL);
	want(CS, "regs.cs", "as an interrupt would have pushed it: the user's code selector");
	want(SS, "regs.ss", "as an interrupt would have pushed it: the user's data selector");
	want(VECTOR, "regs.vector",
	     "by this marker the way out finds that the thread entered by syscall");
	want(ERROR, "regs.error",
	     "an interrupt's frame has an error code below rip; without one it is 0");
}

static void words(void)
{
	static const struct {
		enum word word;
		const char *what;
	} all[] = {{RAX, "the tag"}, {RDI, "the capability"}, {RSI, "word 0"}, {RDX, "word 1"},
		   {R8, "word 2"},   {R9, "word 3"},          {R10, "word 4"}, {RBX, "word 5"},
		   {R12, "word 6"},  {R13, "word 7"}};

	enter();
	for (u32 i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		want(all[i].word, text("regs.%s (%s)", names[all[i].word], all[i].what),
		     *origin(saved(all[i].word))
			     ? NULL
			     : "no register had that value at the entry: it was used for something "
			       "else before it was saved");
}

static void survivors(void)
{
	enter();
	want(RBP, "regs.rbp", NULL);
	want(R14, "regs.r14", NULL);
	want(R15, "regs.r15", NULL);
	const u8 *after = (const u8 *)(&one->thread.regs + 1), *end = (const u8 *)(one + 2);
	for (const u8 *p = after; p < end; p++)
		WANT(!*p, "the pushes begin at the end of struct regs and go down",
		     "nothing after struct regs is written",
		     text("byte %ld after it is", (long)(p - after)));
}

static const struct unit_check checks[] = {
	{"1.1.a", path},
	{"1.1.b", frame},
	{"1.1.c", words},
	{"1.1.d", survivors},
};
UNIT_MAIN(checks)
