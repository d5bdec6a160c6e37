/* An exception in the kernel: the kernel never faults on purpose (it touches no user memory and
 * checks before it acts), so this is a defect, and is told with all that is known. */
#include "x86/trap.h"
#include "lib/panic.h"
#include "x86/image.h"
#include "x86/x86.h"

#define VECTOR_DOUBLE_FAULT 8
#define VECTOR_PAGE_FAULT 14

/* SDM vol. 3, table 6-1. */
static const char *const names[32] = {
	"divide error",
	"debug exception",
	"non-maskable interrupt",
	"breakpoint",
	"overflow",
	"bound range exceeded",
	"invalid opcode",
	"no FPU",
	"double fault",
	"coprocessor overrun",
	"invalid TSS",
	"segment not present",
	"stack fault",
	"general protection fault",
	"page fault",
	"vector 15",
	"x87 error",
	"alignment check",
	"machine check",
	"SIMD error",
	"virtualization exception",
	"control protection exception",
	"vector 22",
	"vector 23",
	"vector 24",
	"vector 25",
	"vector 26",
	"vector 27",
	"hypervisor injection",
	"VMM communication",
	"security exception",
	"vector 31",
};

/* Page-fault error code: SDM vol. 3, 4.7. */
static void print_page_fault(u64 error)
{
	kprintf("%s %s at %p: ", error & 1 ? "forbidden" : "unmapped",
		error & 16  ? "execution"
		: error & 2 ? "write"
			    : "read",
		(void *)read_cr2());
}

/* The page fault that could not be pushed hit the guard page: cr2 tells. */
static bool stack_overflowed(void)
{
	u64 stack = (u64)kernel_stack_top - KERNEL_STACK_BYTES;

	return read_cr2() >= stack - PAGE_SIZE && read_cr2() < stack;
}

_Noreturn void trap_in_kernel(struct regs *r)
{
	panic_begin();
	if (r->vector == VECTOR_DOUBLE_FAULT && stack_overflowed())
		kprintf("the kernel stack overflowed: ");
	if (r->vector == VECTOR_PAGE_FAULT)
		print_page_fault(r->error);
	kprintf("%s (vector %lu, error 0x%lx) in the %s\n",
		r->vector < 32 ? names[r->vector] : "interrupt", r->vector, r->error,
		r->cs & 3 ? "user program" : "kernel");
	kprintf("rip %016lx rsp %016lx rflags %08lx cr2 %016lx cr3 %lx\n", r->rip, r->rsp,
		r->rflags, read_cr2(), read_cr3());
	kprintf("rax %016lx rbx %016lx rcx %016lx rdx %016lx\n", r->rax, r->rbx, r->rcx, r->rdx);
	kprintf("rsi %016lx rdi %016lx rbp %016lx r8  %016lx\n", r->rsi, r->rdi, r->rbp, r->r8);
	kprintf("r9  %016lx r10 %016lx r11 %016lx r12 %016lx\n", r->r9, r->r10, r->r11, r->r12);
	kprintf("r13 %016lx r14 %016lx r15 %016lx\n", r->r13, r->r14, r->r15);
	kprintf("  at %p\n", (void *)r->rip);
	panic_end(r->cs & 3 ? 0 : r->rbp);
}
