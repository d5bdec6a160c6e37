/* Every processor with the 64-bit mode is made with these, but firmware and hypervisors can hide or switch off some. Linux
 * checks a like list in its boot code (verify_cpu) and falls back where it can; a kernel for one kind of machine refuses. */
#include "x86/require.h"
#include "lib/print.h"
#include "x86/x86.h"

#define LEAF_EXTENDED 0x80000001

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

void machine_require(void)
{
	u32 a, b, c, plain, extended;

	cpuid(1, 0, &a, &b, &c, &plain);
	cpuid(LEAF_EXTENDED, 0, &a, &b, &c, &extended);
	for (u32 i = 0; i < ARRAY_LEN(required); i++)
		if (!((required[i].extended ? extended : plain) >> required[i].bit & 1))
			refuse("its processor has no %s, or the firmware's setup turned that off",
			       required[i].name);
}
