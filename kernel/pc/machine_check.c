/*
 * Machine checks.
 *
 * The processor has banks of registers; each holds one error. A corrected error is only recorded there, and is found by
 * reading the banks; an uncorrected one raises vector 18. Linux grades severities by a table of some thirty rows and
 * recovers memory by killing its users; seL4 and NOVA stop. Here three questions decide (SDM vol. 3, 15.3 and 15.9): is the
 * processor's context corrupt (PCC), can the interrupted code go on (RIPV), must something be done before it does (AR).
 */
#include "pc/machine_check.h"
#include "lib/log.h"
#include "lib/print.h"
#include "pc/apic.h"
#include "x86/regs.h"
#include "x86/x86.h"

#define CPUID1_D_MCA (1u << 14) /* SDM vol. 2, CPUID, leaf 1 */

#define MSR_MCG_CAP 0x179 /* SDM vol. 4, table 2-2 */
#define MSR_MCG_STATUS 0x17a
#define MSR_MCG_CTL 0x17b
#define MSR_BANK_CTL(i) (0x400 + 4 * (i))
#define MSR_BANK_STATUS(i) (0x401 + 4 * (i))
#define MSR_BANK_ADDRESS(i) (0x402 + 4 * (i))

#define CAP_BANKS 0xfful
#define CAP_CTL 0x100ul
#define STATUS_RIPV 1ul /* the interrupted code can go on */
#define STATUS_MCIP 4ul /* in a machine check; another one now would be a shutdown */

#define BANK_VALID (1ul << 63)
#define BANK_UNCORRECTED (1ul << 61)
#define BANK_ADDRESS_VALID (1ul << 58)
#define BANK_CONTEXT_CORRUPT (1ul << 57)
#define BANK_ACTION (3ul << 55) /* S and AR: the interrupted code used the broken data */

#define POLL_SECONDS 10
#define REPORTS 32 /* on the log; the counter of the information area goes on */

struct bank_error {
	u32 bank;
	u64 status, address;
};

static u32 banks; /* 0: the processor reports nothing but vector 18 */
static struct bank_error kept;
static bool is_kept;
static u64 poll_at;

/* Takes the error out of the bank, so that the next one has room. */
static bool take(u32 bank, struct bank_error *e)
{
	*e = (struct bank_error){.bank = bank, .status = rdmsr(MSR_BANK_STATUS(bank))};
	if (!(e->status & BANK_VALID))
		return false;
	if (e->status & BANK_ADDRESS_VALID)
		e->address = rdmsr(MSR_BANK_ADDRESS(bank));
	wrmsr(MSR_BANK_STATUS(bank), 0);
	return true;
}

static void report(const struct bank_error *e, const char *when)
{
	static u32 reports;

	if (reports++ >= REPORTS)
		return;
	kprintf("[machine check] %s error%s: bank %u, status 0x%lx, address 0x%lx\n",
		e->status & BANK_UNCORRECTED ? "uncorrected" : "corrected", when, e->bank,
		e->status, e->address);
}

static void report_all(const char *when)
{
	struct bank_error e;

	for (u32 i = 0; i < banks; i++)
		if (take(i, &e))
			report(&e, when);
}

void machine_check_init(void)
{
	u32 a, b, c, d;

	cpuid(1, 0, &a, &b, &c, &d);
	if (!(d & CPUID1_D_MCA))
		return;
	u64 cap = rdmsr(MSR_MCG_CAP);
	banks = cap & CAP_BANKS;
	if (cap & CAP_CTL)
		wrmsr(MSR_MCG_CTL, ~0ul);
	report_all(" from before the start");
	/* Bank 0 of older processors is the firmware's to switch on (15.3.2.1). */
	for (u32 i = 1; i < banks; i++)
		wrmsr(MSR_BANK_CTL(i), ~0ul);
	wrmsr(MSR_MCG_STATUS, 0);
}

bool machine_check_is_pending(void)
{
	/* Without banks the only sign is that no device has raised the vector. */
	if (!banks)
		return !apic_in_service(VECTOR_MACHINE_CHECK);
	return rdmsr(MSR_MCG_STATUS) & STATUS_MCIP;
}

enum machine_check_end machine_check_handle(bool from_user)
{
	enum machine_check_end lost = from_user ? MACHINE_CHECK_THREAD : MACHINE_CHECK_FATAL;
	enum machine_check_end end = lost;
	struct bank_error e;

	if (!banks)
		return MACHINE_CHECK_FATAL;
	if (rdmsr(MSR_MCG_STATUS) & STATUS_RIPV)
		end = MACHINE_CHECK_SURVIVED;
	for (u32 i = 0; i < banks; i++) {
		if (!take(i, &e))
			continue;
		if (!is_kept || (e.status & BANK_CONTEXT_CORRUPT))
			kept = e;
		is_kept = true;
		if ((e.status & BANK_UNCORRECTED) && (e.status & BANK_CONTEXT_CORRUPT))
			end = MACHINE_CHECK_FATAL;
		else if ((e.status & BANK_ACTION) == BANK_ACTION && end == MACHINE_CHECK_SURVIVED)
			end = lost;
	}
	wrmsr(MSR_MCG_STATUS, 0);
	return end;
}

void machine_check_report(void)
{
	if (!is_kept)
		return;
	report(&kept, "");
	is_kept = false;
}

void machine_check_poll(void)
{
	u64 now = rdtsc();

	if (now < poll_at)
		return;
	poll_at = now + POLL_SECONDS * tsc_hz;
	log_at_most(LOG_NO_THREADS);
	report_all("");
	log_at_most(LOG_ANY);
}
