/*
 * Every processor with the 64-bit mode has these features, but firmware and hypervisors can hide or switch off some. Linux
 * checks a similar list in its boot code (verify_cpu) and falls back where it can; MicroK refuses the machine.
 *
 * A processor made since 2022 or so may have been locked in x2APIC mode by its firmware, until the next reset. Linux has a
 * driver for each of the two modes and uses the one that it finds locked; seL4 is built for one of them. MicroK supports
 * only the older mode, and returns to it where that is allowed (apic.c). If it is locked, the write would cause an
 * exception that gives no hint of the reason.
 */
#include "pc/require.h"
#include "lib/print.h"
#include "pc/apic.h"
#include "x86/x86.h"

#define LEAF_EXTENDED 0x80000001
#define LEAF_FEATURES 7
#define CPUID7_D_ARCH_CAPABILITIES (1u << 29) /* SDM vol. 2, CPUID, leaf 7 */

#define MSR_ARCH_CAPABILITIES 0x10a /* SDM vol. 4, table 2-2 */
#define CAPABILITIES_XAPIC_STATUS (1ul << 21)
#define MSR_XAPIC_STATUS 0xbd
#define XAPIC_STATUS_DISABLED 1ul

static const struct {
	bool extended; /* leaf 0x80000001, else leaf 1 (SDM vol. 2, CPUID); both times edx */
	u8 bit;
	const char *name;
} required[] = {
	{false, 4, "TSC (time stamp counter)"},
	{false, 5, "MSR (model-specific registers)"},
	{false, 9, "APIC (local interrupt controller)"},
	{false, 13, "PGE (global pages)"},
	{false, 16, "PAT (page attribute table)"},
	{false, 24, "FXSR (saving of FPU and SSE registers)"},
	{false, 26, "SSE2"},
	{true, 11, "SYSCALL"},
	{true, 20, "NX (no-execute pages)"},
};

static bool has_arch_capabilities(void)
{
	u32 a, b, c, d, leaves;

	cpuid(0, 0, &leaves, &b, &c, &d);
	if (leaves < LEAF_FEATURES)
		return false;
	cpuid(LEAF_FEATURES, 0, &a, &b, &c, &d);
	return d & CPUID7_D_ARCH_CAPABILITIES;
}

static bool x2apic_is_locked(void)
{
	if (!(rdmsr(MSR_APIC_BASE) & APIC_BASE_X2APIC) || !has_arch_capabilities())
		return false;
	if (!(rdmsr(MSR_ARCH_CAPABILITIES) & CAPABILITIES_XAPIC_STATUS))
		return false;
	return rdmsr(MSR_XAPIC_STATUS) & XAPIC_STATUS_DISABLED;
}

static void require_features(void)
{
	u32 a, b, c, plain, extended;

	cpuid(1, 0, &a, &b, &c, &plain);
	cpuid(LEAF_EXTENDED, 0, &a, &b, &c, &extended);
	for (u32 i = 0; i < ARRAY_LEN(required); i++)
		if (!((required[i].extended ? extended : plain) >> required[i].bit & 1))
			refuse("its processor has no %s, or the firmware's setup turned that off",
			       required[i].name);
}

void machine_require(void)
{
	require_features();
	if (x2apic_is_locked())
		refuse("its firmware has locked the local APIC in x2APIC mode, which MicroK cannot "
		       "use; switch x2APIC off in the firmware's setup");
}
