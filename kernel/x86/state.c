/*
 * Every register of the processor that concerns user code, set once, with the reason beside it.
 *
 * Firmware, boot loader and reset leave any value in them, and a register that none of the three uses is easily forgotten:
 * without `lldt` LDTR has the reset's base 0 and limit 0xffff, and a program that maps a page at 0 has a table of
 * descriptors of its own there, call gates to ring 0 included. seL4 sets its registers where it needs them (boot_sys.c,
 * machine.c, c_traps.c), Linux for each feature apart (cpu/common.c), NOVA in cpu.cpp. Here they stand in one file, and each
 * is written whole, never ORed into the old value. tests/guest/state reads back as many registers as user mode can, and
 * tests/test_state.py reads the rest through QEMU's monitor, on processors with and without each feature.
 *
 * The descriptor tables (GDT, IDT, LDT, TSS) are in descriptors.c; the local APIC in apic.c; RFLAGS of user mode in regs.h,
 * applied in trap.S; the FPU's registers in fpu.c. These are left as the firmware set them: the MTRRs, which give the types of
 * memory; IA32_MISC_ENABLE, no bit of which gives user code more rights (MONITOR and MWAIT are for ring 0, SDM vol. 2); and
 * AMD's HWCR. Of HWCR's many bits, which differ between families, one allows user code MWAIT, which does no more there than
 * MWAITX does anyway.
 */
#include "x86/state.h"
#include "x86/regs.h"
#include "x86/x86.h"

/* SDM vol. 3, 2.5: control registers. */
#define CR0_PE 0x1ul
#define CR0_MP 0x2ul
#define CR0_ET 0x10ul
#define CR0_NE 0x20ul
#define CR0_WP 0x10000ul
#define CR0_PG 0x80000000ul
#define CR4_DE 0x8ul
#define CR4_PAE 0x20ul
#define CR4_MCE 0x40ul
#define CR4_PGE 0x80ul
#define CR4_OSFXSR 0x200ul
#define CR4_OSXMMEXCPT 0x400ul
#define CR4_UMIP 0x800ul
#define CR4_SMEP 0x100000ul
#define CR4_SMAP 0x200000ul

#define EFER_SCE 0x1ul
#define EFER_LME 0x100ul
#define EFER_LMA 0x400ul
#define EFER_NXE 0x800ul

#define CPUID7_B_SMEP (1u << 7) /* SDM vol. 2, CPUID, leaf 7 */
#define CPUID7_B_SMAP (1u << 20)
#define CPUID7_C_UMIP (1u << 2)
#define CPUID7_C_WAITPKG (1u << 5)
#define CPUID7_C_RDPID (1u << 22)
#define CPUID_EXTENDED_D_RDTSCP (1u << 27) /* leaf 0x80000001 */

#define DR6_CLEAR 0xffff0ff0ul /* SDM vol. 3, 17.2: the bits that read as 1 */
#define DR7_CLEAR 0x400ul

/* Entries 0..7: WB WT UC- UC, WC WT UC- UC; only 4 differs from reset (SDM vol. 3, 11.12.4). */
#define PAT_VALUE 0x0007040100070406ul
/* Cleared on syscall: TF IF DF IOPL NT RF AC. TF: no trap on the way in; DF: as C code wants it; AC: it would switch
 * SMAP off; NT: `iretq` would fault. */
#define SYSCALL_FLAGS 0x57700ul
#define IF_IOPL_NT_VM 0x27200ul
_Static_assert(!(RFLAGS_CHOICE & IF_IOPL_NT_VM), "user mode cannot choose these");

/*
 * PG PE ET: long mode has them. WP: the kernel does not write read-only pages. NE: x87 errors are an
 * exception. TS, MP: the FPU is off until a thread that declared it runs; any other gets vector 7 (fpu.c). Not EM:
 * SSE would be undefined. Not AM: alignment checks are user code's to switch on by AC, and no thread waits for vector 17.
 * Not CD, NW: caches are on.
 */
#define CR0_VALUE (CR0_PG | CR0_PE | CR0_ET | CR0_WP | CR0_NE | CR0_TS | CR0_MP)

/*
 * Always set: PAE, which long mode has; MCE: without it a machine check is a shutdown; PGE: the kernel's pages stay in the
 * TLB; OSFXSR, OSXMMEXCPT: SSE, its errors as vector 19; DE: DR4 and DR5 are not aliases of DR6 and DR7. Not TSD: programs
 * may read the TSC, which is their clock. (On AMD's processors with RDPRU they may then read MPERF and APERF, too, two
 * counters of the cycles passed; no other bit forbids that.) Not PCE: rdpmc is a fault. Not FSGSBASE: bases are set by
 * THREAD_TLS and nothing else, so that no switch need save them, and gs has none. Not OSXSAVE: no AVX and no other state
 * that fxsave does not know. Not PKE, CET, PCIDE, VMXE, SMXE: not used.
 */
#define CR4_ALWAYS (CR4_PAE | CR4_MCE | CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT | CR4_DE)

/* SCE: syscall. LME, LMA: long mode. NXE: no-execute. Not SVME, LMSLE, FFXSR (with which fxsave leaves out the SSE
 * registers), TCE: AMD's, where firmware might have left one (AMD APM vol. 2, 3.1.7). */
#define EFER_VALUE (EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE)

/* UMWAIT and TPAUSE, by which a program waits without leaving its time slice (SDM vol. 2): no longer than 100,000 cycles
 * at once, as Linux sets it, and not in C0.2, out of which an interrupt, of an urgent driver perhaps, takes longer. */
#define UMWAIT_NO_C02 1ul
#define UMWAIT_CYCLES_MAX 100000ul
_Static_assert(UMWAIT_CYCLES_MAX % 4 == 0, "the two lowest bits are others");

enum condition { ALWAYS, WITH_PROCESSOR_NUMBER, WITH_WAITPKG };

static const struct msr_setting {
	u32 msr;
	enum condition when;
	u64 value;
} settings[] = {
	/* Page attributes: PTE_PAT is write-combining (mm/map.c). */
	{MSR_PAT, ALWAYS, PAT_VALUE},
	/* sysretq takes cs = base + 16 and ss = base + 8, both with privilege 3 (SDM vol. 3, 5.8.8). */
	{MSR_STAR, ALWAYS, (u64)(SEL_KDATA | 3) << 48 | (u64)SEL_KCODE << 32},
	{MSR_FMASK, ALWAYS, SYSCALL_FLAGS},
	/* `syscall` from 32-bit code, on AMD: there is no 32-bit code segment to come from. */
	{MSR_CSTAR, ALWAYS, 0},
	/* SYSENTER_CS 0 makes `sysenter` a general protection fault (SDM vol. 2, SYSENTER); ESP and EIP are not used then. */
	{MSR_SYSENTER_CS, ALWAYS, 0},
	{MSR_SYSENTER_ESP, ALWAYS, 0},
	{MSR_SYSENTER_EIP, ALWAYS, 0},
	/* No branch trace, and TF means one instruction, not one branch (SDM vol. 3, 17.4.1). */
	{MSR_DEBUGCTL, ALWAYS, 0},
	/* The value that rdtscp and rdpid return to user code: the number of the processor. */
	{MSR_TSC_AUX, WITH_PROCESSOR_NUMBER, 0},
	{MSR_UMWAIT_CONTROL, WITH_WAITPKG, UMWAIT_CYCLES_MAX | UMWAIT_NO_C02},
	/* The first user's thread pointer, and its gs base, which nothing ever sets. */
	{MSR_FS_BASE, ALWAYS, 0},
	{MSR_KERNEL_GS_BASE, ALWAYS, 0},
};

static u64 protections; /* bits of CR4 */

static u32 extended_features(void)
{
	u32 a, b, c, d;

	cpuid(0x80000001, 0, &a, &b, &c, &d);
	return d;
}

/* Leaf 7: *b and *c, both 0 where there is no such leaf. */
static void read_features(u32 *b, u32 *c)
{
	u32 a, d, leaves;

	cpuid(0, 0, &leaves, b, c, &d);
	*b = 0;
	*c = 0;
	if (leaves >= 7)
		cpuid(7, 0, &a, b, c, &d);
}

static u64 detect_protections(void)
{
	u32 b, c;
	u64 found = 0;

	read_features(&b, &c);
	if (b & CPUID7_B_SMEP)
		found |= CR4_SMEP;
	if (b & CPUID7_B_SMAP)
		found |= CR4_SMAP;
	if (c & CPUID7_C_UMIP)
		found |= CR4_UMIP;
	return found;
}

static bool holds(enum condition condition)
{
	u32 b, c;

	read_features(&b, &c);
	switch (condition) {
	case WITH_PROCESSOR_NUMBER:
		return (c & CPUID7_C_RDPID) || (extended_features() & CPUID_EXTENDED_D_RDTSCP);
	case WITH_WAITPKG: return c & CPUID7_C_WAITPKG;
	default: return true;
	}
}

/* No breakpoint: one that a debugger or firmware left would be hit in the entry code, on the user's stack. */
static void clear_debug_registers(void)
{
	__asm__ volatile(
		"movq %1, %%dr7; movq %0, %%dr0; movq %0, %%dr1; movq %0, %%dr2; movq %0, %%dr3; "
		"movq %2, %%dr6" ::"r"(0ul),
		"r"(DR7_CLEAR), "r"(DR6_CLEAR));
}

void state_init(void)
{
	protections = detect_protections();
	wrmsr(MSR_EFER, EFER_VALUE);
	for (u32 i = 0; i < ARRAY_LEN(settings); i++)
		if (holds(settings[i].when))
			wrmsr(settings[i].msr, settings[i].value);
	write_cr4(CR4_ALWAYS | protections);
	write_cr0(CR0_VALUE);
	clear_debug_registers();
	selectors_clear();
}

u64 state_cr0(void)
{
	return CR0_VALUE;
}

const char *state_protections(void)
{
	static const char *const names[] = {"",      " SMEP",      " SMAP",      " SMEP SMAP",
					    " UMIP", " SMEP UMIP", " SMAP UMIP", " SMEP SMAP UMIP"};

	return names[(protections & CR4_SMEP ? 1 : 0) + (protections & CR4_SMAP ? 2 : 0) +
		     (protections & CR4_UMIP ? 4 : 0)];
}
