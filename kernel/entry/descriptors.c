/* GDT, LDT, TSS and IDT. Each processor has one TSS, with rsp0 in the current thread. Linux gives NMI, #DF, #MC, #DB and #VC
 * stacks of their own. Here the first three have one, because they may come when neither the stack nor gs can be trusted. */
#include "entry/abort.h"
#include "entry/trap.h"
#include "sched/thread.h"
#include "x86/cpu.h"
#include "x86/image.h"
#include "x86/regs.h"
#include "x86/x86.h"

#define GATE_INTERRUPT 0x8e /* present, for the kernel, interrupts off; SDM vol. 3, 6.14.1 */
#define GATE_INTERRUPT_USER 0xee
#define VECTOR_BREAKPOINT 3
/* Stacks of their own, each: one of the three may come while another is handled. */
#define NMI_IST 1
#define DOUBLE_FAULT_IST 2
#define MACHINE_CHECK_IST 3
#define STUB_BYTES 16 /* trap.S */

extern char trap_stubs[];

struct gate {
	u16 offset_low, selector;
	u8 ist, type;
	u16 offset_middle;
	u32 offset_high, reserved;
};

struct table_pointer {
	u16 limit;
	u64 base;
} __attribute__((packed));

static struct gate idt[256];
/* boot.S takes its 64-bit code segment from here. */
u64 gdt[7] = {
	[SEL_KCODE / 8] = 0x00af9b000000ffff, /* accessed bits set beforehand */
	[SEL_KDATA / 8] = 0x00cf93000000ffff,
	[SEL_UDATA / 8] = 0x00cff3000000ffff,
	[SEL_UCODE / 8] = 0x00affb000000ffff,
};

static void tss_fill(struct tss *tss)
{
	u64 base = (u64)tss;

	tss->ist[NMI_IST - 1] = (u64)nmi_stack_top;
	tss->ist[DOUBLE_FAULT_IST - 1] = (u64)double_fault_stack_top;
	tss->ist[MACHINE_CHECK_IST - 1] = (u64)machine_check_stack_top;
	tss->rsp[0] = (u64)kernel_stack_top;
	tss->io_map = sizeof(*tss); /* none: ports are reached through capabilities */
	gdt[SEL_TSS / 8] = (sizeof(*tss) - 1) | (base & 0xffffff) << 16 | 0x89ul << 40 |
			   (base >> 24 & 0xff) << 56;
	gdt[SEL_TSS / 8 + 1] = base >> 32;
}

static void idt_fill(void)
{
	for (u32 v = 0; v < 256; v++) {
		u64 stub = (u64)trap_stubs + (u64)v * STUB_BYTES;

		idt[v] = (struct gate){
			.offset_low = (u16)stub,
			.selector = SEL_KCODE,
			.type = v == VECTOR_BREAKPOINT ? GATE_INTERRUPT_USER : GATE_INTERRUPT,
			.offset_middle = (u16)(stub >> 16),
			.offset_high = (u32)(stub >> 32),
		};
	}
	idt[VECTOR_NMI].ist = NMI_IST;
	idt[VECTOR_DOUBLE_FAULT].ist = DOUBLE_FAULT_IST;
	idt[VECTOR_MACHINE_CHECK].ist = MACHINE_CHECK_IST;
}

void descriptors_init(void)
{
	struct cpu *cpu = this_cpu();
	struct table_pointer gdt_at = {sizeof(gdt) - 1, (u64)gdt};
	struct table_pointer idt_at = {sizeof(idt) - 1, (u64)idt};

	cpu->kernel_sp = (u64)kernel_stack_top;
	tss_fill(&cpu->tss);
	idt_fill();
	/* LDTR null: its reset state is a table at address 0, which is a program's (SDM vol. 3, table 10-1). */
	__asm__ volatile("lgdt %0; ltr %w1; lidt %2; lldt %w3" ::"m"(gdt_at), "r"(SEL_TSS),
			 "m"(idt_at), "r"(0));
	wrmsr(MSR_GS_BASE, (u64)cpu);
}
