/* GDT, TSS, IDT and the system-call registers. One TSS a processor, whose rsp0 points into the
 * current thread; Linux gives NMI, #DF, #MC, #DB and #VC stacks of their own, here the three that
 * may come when the stack or gs is not to be trusted share one, for they never return. */
#include "sched/cpu.h"
#include "sched/thread.h"
#include "x86/entry_point.h"
#include "x86/image.h"
#include "x86/regs.h"
#include "x86/trap.h"
#include "x86/x86.h"

#define EFER_SCE 1
/* Cleared on syscall: TF IF DF IOPL NT RF AC. */
#define SYSCALL_FLAGS 0x57700

#define GATE_INTERRUPT 0x8e /* present, for the kernel, interrupts off; SDM vol. 3, 6.14.1 */
#define GATE_INTERRUPT_USER 0xee
#define VECTOR_NMI 2
#define VECTOR_BREAKPOINT 3
#define VECTOR_DOUBLE_FAULT 8
#define VECTOR_MACHINE_CHECK 18
#define FATAL_IST 1
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

	tss->ist[FATAL_IST - 1] = (u64)fatal_stack_top;
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
	idt[VECTOR_NMI].ist = FATAL_IST;
	idt[VECTOR_DOUBLE_FAULT].ist = FATAL_IST;
	idt[VECTOR_MACHINE_CHECK].ist = FATAL_IST;
}

void descriptors_init(void)
{
	struct cpu *cpu = this_cpu();
	struct table_pointer gdt_at = {sizeof(gdt) - 1, (u64)gdt};
	struct table_pointer idt_at = {sizeof(idt) - 1, (u64)idt};

	cpu->kernel_sp = (u64)kernel_stack_top;
	tss_fill(&cpu->tss);
	idt_fill();
	__asm__ volatile("lgdt %0; ltr %w1; lidt %2" ::"m"(gdt_at), "r"(SEL_TSS), "m"(idt_at));
	wrmsr(MSR_FS_BASE, 0);
	wrmsr(MSR_GS_BASE, (u64)cpu);
	wrmsr(MSR_KERNEL_GS_BASE, 0); /* the user's */
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SCE);
	/* sysretq takes cs = base + 16 and ss = base + 8, both with privilege 3. */
	wrmsr(MSR_STAR, (u64)(SEL_KDATA | 3) << 48 | (u64)SEL_KCODE << 32);
	wrmsr(MSR_LSTAR, entry_point);
	wrmsr(MSR_FMASK, SYSCALL_FLAGS);
}

void entry_stack_set(struct thread *t)
{
	this_cpu()->tss.rsp[0] = (u64)(&t->regs + 1);
}
