/* The processors that are refused, and the message for each. */
#include "pc/require.h"
#include "tests/host/boot/refused.h"
#include "x86/x86.h"
#include <stdlib.h>
#include <string.h>

#define X2APIC_ON 0xc00
#define XAPIC_ON 0x800
#define ARCH_CAPABILITIES (1u << 29)
#define HAS_STATUS (1ul << 21)
#define LOCKED 1

/* The processor's answers. */
struct processor {
	u32 leaves, plain, features, extended;
	u64 apic_base, capabilities, status;
};
static const struct processor whole = {7, ~0u, 0, ~0u, 0xfee00000 | XAPIC_ON, 0, 0};
static struct processor now;

void cpuid(u32 leaf, u32 sub, u32 *a, u32 *b, u32 *c, u32 *d)
{
	*a = *b = *c = *d = sub;
	switch (leaf) {
	case 0: *a = now.leaves; break;
	case 1: *d = now.plain; break;
	case 7: *d = now.features; break;
	case 0x80000001: *d = now.extended; break;
	default: abort();
	}
}

/* A register that the processor lacks is an exception, here the test's end. */
u64 rdmsr(u32 msr)
{
	switch (msr) {
	case 0x1b: return now.apic_base;
	case 0x10a:
		if (now.leaves >= 7 && (now.features & ARCH_CAPABILITIES))
			return now.capabilities;
		break;
	case 0xbd:
		if (now.capabilities & HAS_STATUS)
			return now.status;
		break;
	}
	printf("MSR 0x%x was read, which this processor lacks\n", msr);
	exit(1);
}

/* `words` NULL: the processor is accepted. */
static void expect(const char *name, struct processor p, const char *words)
{
	now = p;
	refusal[0] = 0;
	if (!setjmp(refused))
		machine_require();
	if (words ? strstr(refusal, words) != NULL : !refusal[0])
		return;
	printf("%s: expected \"%s\", came \"%s\"\n", name, words ? words : "", refusal);
	exit(1);
}

int main(void)
{
	struct processor p = whole;

	expect("whole", p, NULL);
	p.extended = ~(1u << 20);
	expect("without NX", p, "its processor has no NX");
	p = whole;
	p.plain = ~(1u << 9);
	expect("without APIC", p, "its processor has no APIC");

	p = whole;
	p.apic_base = 0xfee00000 | X2APIC_ON;
	expect("x2APIC, an older processor", p, NULL);
	p.features = ARCH_CAPABILITIES;
	expect("x2APIC, which cannot be locked", p, NULL);
	p.capabilities = HAS_STATUS;
	expect("x2APIC, not locked", p, NULL);
	p.status = LOCKED;
	expect("x2APIC, locked", p, "its firmware has locked the local APIC in x2APIC mode");
	p.leaves = 6;
	expect("no leaf 7", p, NULL);
	p.leaves = 7;
	p.apic_base = 0xfee00000 | XAPIC_ON;
	expect("a lock, and the older mode", p, NULL);
	printf("require: ok\n");
}
