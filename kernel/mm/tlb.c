/* The loaded address space, and the entries of it that the processor remembers (its TLB). */
#include "mm/tlb.h"
#include "pc/paging.h"
#include "x86/cpu.h"
#include "x86/layout.h"
#include "x86/x86.h"

void tlb_leave(u64 root_phys)
{
	struct cpu *cpu = this_cpu();

	if (cpu->cr3 != root_phys)
		return;
	cpu->cr3 = image_to_phys(kernel_pml4);
	write_cr3(cpu->cr3);
}

void tlb_forget(u64 root_phys, u64 address)
{
	if (this_cpu()->cr3 == root_phys)
		invlpg(address);
}

void tlb_forget_all(u64 root_phys)
{
	if (this_cpu()->cr3 == root_phys)
		write_cr3(root_phys);
}
