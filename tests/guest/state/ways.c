/* Ways into the kernel, and odd states to enter it in: each ends in a fault of the thread, or the thread goes on. */
#include "tests/guest/state/state.h"

/*
 * Name, vector, another one that may come instead, instructions. `ud2` follows each. A way that does not fault reaches it,
 * and counts as vector END. The other vector: sysenter and sysexit are undefined on AMD's processors in 64-bit mode; QEMU
 * 7.2 takes the user's stack for the kernel's in a far return, where SMAP makes it a page fault, and lets emms pass; QEMU
 * 7.2 takes icebp for undefined; QEMU 10 lets wbinvd, which does nothing there, pass.
 */
#define END 0x100
#define ALL                                                                                        \
	"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13",          \
		"memory", "cc"
#define WAYS(X)                                                                                    \
	X(int80, 13, 13, "int $0x80")                                                              \
	X(int20, 13, 13, "int $0x20")                                                              \
	X(int2, 13, 13, "int $2")                                                                  \
	X(int8, 13, 13, "int $8")                                                                  \
	X(int14, 13, 13, "int $14")                                                                \
	X(int18, 13, 13, "int $18")                                                                \
	X(int255, 13, 13, "int $255")                                                              \
	X(int3, 3, 3, "int3")                                                                      \
	X(sysenter, 13, 6, "sysenter")                                                             \
	X(icebp, END, 6, ".byte 0xf1")                                                             \
	X(movss_icebp, END, 6, "movw %%ss, %%ax; movw %%ax, %%ss; .byte 0xf1")                     \
	X(movss_int3, 3, 3, "movw %%ss, %%ax; movw %%ax, %%ss; int3")                              \
	X(movss_syscall, END, END,                                                                 \
	  "pushfq; orq $0x100, (%%rsp); movw %%ss, %%ax; popfq; movw %%ax, %%ss; movl $7, %%eax; " \
	  "syscall")                                                                               \
	X(flags_syscall, END, END,                                                                 \
	  "pushfq; orq $0x244500, (%%rsp); movl $7, %%eax; popfq; syscall")                        \
	X(nt_iret, 13, 14, "pushfq; orq $0x4000, (%%rsp); popfq; iretq")                           \
	X(nt_fault, END, END, "pushfq; orq $0x4000, (%%rsp); popfq")                               \
	X(lret_to_kernel_code, 13, 14, "pushq $0x8; pushq $0; lretq")                              \
	X(lret_to_task, 13, 14, "pushq $0x2b; pushq $0; lretq")                                    \
	X(iret_to_kernel, 13, 14,                                                                  \
	  "movw %%ss, %%ax; pushq $0x10; pushq $0; pushfq; pushq $0x8; pushq $0; iretq")           \
	X(iret_iopl, 13, 14,                                                                       \
	  "leaq -128(%%rsp), %%rsp; movq %%rsp, %%rcx; pushq $0x1b; pushq %%rcx; pushfq;"          \
	  "orq $0x3000, (%%rsp); pushq $0x23; leaq 1f(%%rip), %%rax; pushq %%rax; iretq; 1: cli")  \
	X(iret_vm86, END, 14,                                                                      \
	  "movq %%rsp, %%rcx; pushq $0x1b; pushq %%rcx; pushfq; orq $0x20000, (%%rsp);"            \
	  "pushq $0x23; leaq 1f(%%rip), %%rax; pushq %%rax; iretq; 1:")                            \
	X(ds_from_ldt, 13, 13, "movw $0x7, %%ax; movw %%ax, %%ds")                                 \
	X(ds_from_task, 13, 13, "movw $0x28, %%ax; movw %%ax, %%ds")                               \
	X(ds_of_kernel, 13, 13, "movw $0x10, %%ax; movw %%ax, %%ds")                               \
	X(null_ss, 13, 13, "xorl %%eax, %%eax; movw %%ax, %%ss")                                   \
	X(cli, 13, 13, "cli")                                                                      \
	X(hlt, 13, 13, "hlt")                                                                      \
	X(in, 13, 13, "inb $0x60, %%al")                                                           \
	X(clts, 13, 13, "clts")                                                                    \
	X(invlpg, 13, 13, "invlpg (%%rsp)")                                                        \
	X(wbinvd, 13, END, "wbinvd")                                                               \
	X(dr7, 13, 13, "movq %%rax, %%db7")                                                        \
	X(cr8, 13, 13, "movq %%cr8, %%rax")                                                        \
	X(wrmsr, 13, 13, "wrmsr")                                                                  \
	X(ltr, 13, 13, "movl $0x28, %%eax; ltr %%ax")                                              \
	X(lldt, 13, 13, "movl $0x28, %%eax; lldt %%ax")                                            \
	X(lgdt, 13, 13, "lgdt (%%rsp)")                                                            \
	X(lidt, 13, 13, "lidt (%%rsp)")                                                            \
	X(lmsw, 13, 13, "lmsw %%ax")                                                               \
	X(swapgs, 13, 13, "swapgs")                                                                \
	X(sysret, 13, 13, "sysretq")                                                               \
	X(sysexit, 13, 6, ".byte 0x0f, 0x35")                                                      \
	X(stac, 6, 6, "stac")                                                                      \
	X(wrfsbase, 6, 6, "wrfsbase %%rax")                                                        \
	X(wrgsbase, 6, 6, "wrgsbase %%rax")                                                        \
	X(xsetbv, 6, 13, "xsetbv")                                                                 \
	X(vmcall, 6, 6, "vmcall")                                                                  \
	X(vmmcall, 6, 6, "vmmcall")                                                                \
	X(monitor, 6, 6, "monitor")                                                                \
	X(rsm, 6, 6, "rsm")                                                                        \
	X(getsec, 6, 6, "xorl %%eax, %%eax; .byte 0x0f, 0x37")                                     \
	X(prefixed_syscall, END, END, "movl $7, %%eax; .byte 0x67; syscall")                       \
	X(lar_task, END, END, "movl $0x28, %%eax; lar %%eax, %%ebx")                               \
	X(fxrstor, 7, 7, "fxrstor (%%rsp)")                                                        \
	X(emms, 7, END, "emms")                                                                    \
	X(stmxcsr, 7, 7, "stmxcsr -8(%%rsp)")                                                      \
	X(ldmxcsr, 7, 7, "ldmxcsr -8(%%rsp)")                                                      \
	X(into_kernel, 14, 14, "movq $-4096, %%rax; jmp *%%rax")                                   \
	X(read_kernel, 14, 14, "movq 0xffffffff80200000, %%rax")                                   \
	X(not_canonical, 13, 13, "movq $1, %%rax; shlq $63, %%rax; jmp *%%rax")                    \
	X(stack_of_kernel, 14, 14, "movq $-4096, %%rsp; pushq %%rax")                              \
	X(stack_nowhere, END, END, "movq $1, %%rsp; rolq $63, %%rsp; movl $7, %%eax; syscall")

#define X(name, vector, other, ...)                                                                \
	extern const char end_of_##name[];                                                         \
	static void way_##name(u64 a)                                                              \
	{                                                                                          \
		(void)a;                                                                           \
		__asm__ volatile(                                                                  \
			__VA_ARGS__ "; .global end_of_" #name "; end_of_" #name ": ud2" ::         \
				: ALL);                                                            \
	}
WAYS(X)
#undef X

static const struct {
	const char *name;
	u64 vector, other;
	void (*go)(u64);
	const char *end;
} ways[] = {
#define X(name, vector, other, ...) {#name, vector, other, way_##name, end_of_##name},
	WAYS(X)
#undef X
};

#define STEPS 6 /* single steps, which some of the ways switch on */

void test_entry_ways(void)
{
	for (u32 i = 0; i < ARRAY_LEN(ways); i++) {
		struct fault fault = catch_fault_after_steps(ways[i].go, 0, STEPS);
		u64 came = fault.vector == 6 && fault.ip == (u64)ways[i].end ? END : fault.vector;

		if (!fault.came || (came != ways[i].vector && came != ways[i].other))
			kit_fail(__FILE__, __LINE__,
				 "%s: expected vector %lu, came %lu (%u), error 0x%lx",
				 ways[i].name, ways[i].vector, came, fault.came, fault.error);
	}
}
