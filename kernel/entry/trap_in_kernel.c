/* An exception in the kernel: the kernel never faults on purpose (it touches no user memory and
 * checks before it acts), so this is a defect. The report has the registers and a backtrace. */
#include "entry/abort.h"
#include "entry/exit.h"
#include "entry/trap.h"
#include "lib/panic.h"
#include "pc/apic.h"
#include "sched/schedule.h"
#include "x86/image.h"
#include "x86/x86.h"

#define VECTOR_PAGE_FAULT 14

/* As SDM vol. 3, table 6-1 calls them. */
static const char *const names[] = {
	"#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD", "#NM", "#DF", "#9",  "#TS",
	"#NP", "#SS", "#GP", "#PF", "#15", "#MF", "#AC", "#MC", "#XM", "#VE", "#CP"};

/* In the order of struct regs. */
static const char *const registers[] = {
	"r15", "r14", "r13", "r12", "rbp", "rbx", "r11", "r10", "r9 ", "r8 ", "rdi",
	"rsi", "rdx", "rcx", "rax", "vec", "err", "rip", "cs ", "rfl", "rsp", "ss "};

/* Page-fault error code: SDM vol. 3, 4.7. */
#define ERROR_PRESENT 1
#define ERROR_WRITE 2
#define ERROR_EXECUTE 16

static const char *access_name(u64 error)
{
	if (error & ERROR_EXECUTE)
		return "execution";
	if (error & ERROR_WRITE)
		return "write";
	return "read";
}

static void print_page_fault(u64 error)
{
	const char *why = error & ERROR_PRESENT ? "forbidden" : "unmapped";

	kprintf("%s %s at %p: ", why, access_name(error), (void *)read_cr2());
}

/* The page fault that could not be pushed hit the guard page: cr2 names it. */
static bool stack_overflowed(void)
{
	u64 address = read_cr2();
	u64 stack = (u64)kernel_stack_top - KERNEL_STACK_BYTES;

	return address >= stack - PAGE_SIZE && address < stack;
}

static void print_exception(const struct regs *r)
{
	const char *name = r->vector < ARRAY_LEN(names) ? names[r->vector] : "?";
	const char *mode = r->cs & 3 ? "user program" : "kernel";
	u64 error = r->error == NO_ERROR_CODE ? 0 : r->error;

	kprintf("exception %s (vector %lu, error 0x%lx) in the %s\n", name, r->vector, error, mode);
}

static void print_registers(const struct regs *r)
{
	const u64 *value = (const u64 *)r;

	for (u32 i = 0; i < ARRAY_LEN(registers); i++)
		kprintf("%s %016lx%s", registers[i], value[i], i % 4 == 3 ? "\n" : " ");
	kprintf("cr2 %016lx cr3 %016lx\n  at %p\n", read_cr2(), read_cr3(), (void *)r->rip);
}

_Noreturn void trap_in_idle(struct regs *r)
{
	if (!trap_is_interrupt(r->vector, r->error))
		trap_in_kernel(r);
	trap_handle(r->vector, r->error);
	kernel_exit();
}

_Noreturn void trap_in_kernel(struct regs *r)
{
	panic_begin();
	if (r->vector == VECTOR_DOUBLE_FAULT && stack_overflowed())
		kprintf("the kernel stack overflowed: ");
	if (r->vector == VECTOR_PAGE_FAULT)
		print_page_fault(r->error);
	print_exception(r);
	print_registers(r);
	panic_end(r->cs & 3 ? 0 : r->rbp);
}
