/* Around the system-call entry: the way in as `syscall` would take it, and the C code and the way out, which only record. */
#include "entry_fakes.h"
#include "x86/cpu.h"
#include "unit.h"
#include <asm/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

SHARED struct cpu_area cpu_area;
SHARED u64 unit_swapgs_count;
SHARED u64 unit_registers[16];
SHARED u64 handle_sp, handle_bp, handles, entry_exits, entry_returns, entry_rets;
u64 unit_back; /* the stack pointer of unit_enter's caller */

extern void unit_enter(void);
extern void unit_ret(void);
SHARED u64 unit_ret_at = (u64)unit_ret;

__asm__(".text\n"
	".globl unit_enter\n"
	"unit_enter:\n"
	"	pushq %rbx\n"
	"	pushq %rbp\n"
	"	pushq %r12\n"
	"	pushq %r13\n"
	"	pushq %r14\n"
	"	pushq %r15\n"
	"	movq %rsp, unit_back\n"
	"	movq $unit_registers, %rax\n"
	"	movq 8(%rax), %rdx\n"
	"	movq 16(%rax), %rsi\n"
	"	movq 24(%rax), %rdi\n"
	"	movq 32(%rax), %r8\n"
	"	movq 40(%rax), %r9\n"
	"	movq 48(%rax), %r10\n"
	"	movq 56(%rax), %rbx\n"
	"	movq 64(%rax), %rbp\n"
	"	movq 72(%rax), %r12\n"
	"	movq 80(%rax), %r13\n"
	"	movq 88(%rax), %r14\n"
	"	movq 96(%rax), %r15\n"
	"	movq 104(%rax), %rcx\n"
	"	movq 112(%rax), %r11\n"
	"	movq 120(%rax), %rsp\n"
	"	movq (%rax), %rax\n"
	"	jmp syscall_entry\n"
	".globl syscall_handle\n" /* the entry calls it; the stack pointer shows which stack it took */
	"syscall_handle:\n"
	"	movq %rsp, %rdi\n"
	"	movq %rbp, %rsi\n"
	"	andq $-16, %rsp\n"
	"	pushq %rdi\n"
	"	pushq %rdi\n"
	"	call unit_handled\n"
	"	popq %rdi\n"
	"	popq %rsp\n"
	"	ret\n"
	".globl kernel_exit\n"
	"kernel_exit:\n"
	"	incq entry_exits\n"
	"	jmp unit_leave\n"
	".globl user_return\n"
	"user_return:\n"
	"	incq entry_returns\n"
	"	jmp unit_leave\n"
	".globl unit_ret\n"
	"unit_ret:\n"
	"	incq entry_rets\n"
	"unit_leave:\n"
	"	cld\n"
	"	movq unit_back, %rsp\n"
	"	popq %r15\n"
	"	popq %r14\n"
	"	popq %r13\n"
	"	popq %r12\n"
	"	popq %rbp\n"
	"	popq %rbx\n"
	"	ret\n");

void unit_handled(u64 sp, u64 bp);

void unit_handled(u64 sp, u64 bp)
{
	handle_sp = sp;
	handle_bp = bp;
	handles++;
}

void entry_run(void)
{
	syscall(SYS_arch_prctl, ARCH_SET_GS, &cpu0);
	unit_enter();
}
