/*
 * The account that is charged for a line of the log that a program causes.
 *
 * Linux limits each call site (printk_ratelimited), and printk_ratelimit, one limit for all callers, is deprecated
 * because one caller uses up the rest for all others. Hubris' kernel prints nothing: each task has a ring of its own in its
 * own memory, sized when the system is built. seL4 prints faults in debug builds only, without a limit. Here programs are
 * started and ended at any time, so neither design can be copied: a budget for each AddressSpace gives a program as many
 * budgets as it can make AddressSpaces, and a total over all of them, which bounds that, silences the programs that made
 * none.
 *
 * So a budget is an account, and an AddressSpace is charged to the account of the program that makes it, however deep. Only
 * those that the root task makes get accounts of their own, because it alone can know which of them belong together. The
 * number of accounts bounds the sum, and no account can use up another's.
 *
 * The table is small, so it can hold fewer accounts than the root task makes AddressSpaces. The account with the fewest
 * AddressSpaces is taken, the lowest of several: a program that is started again gets the account that it has just left,
 * with the rest of its budget. So a loop of crashes spends one budget and not one after another. (The kernel cannot
 * distinguish a restarted program from another one in its place, whose first lines may then be counted and not printed.)
 */
#include "mm/log_account.h"
#include "mm/space.h"
#include "sched/thread.h"
#include "x86/cpu.h"

struct log_account log_accounts[LOG_ACCOUNTS];

static const struct space *space_of(const struct thread *t)
{
	return (const struct space *)t->slots[T_SPACE].object;
}

u32 log_account_of(const struct thread *t)
{
	const struct space *space = space_of(t);

	return space ? space->log_account : LOG_ACCOUNT_NONE;
}

static u32 fewest_spaces(void)
{
	u32 best = LOG_ACCOUNT_NONE + 1;

	for (u32 i = best + 1; i < LOG_ACCOUNTS; i++)
		if (log_accounts[i].spaces < log_accounts[best].spaces)
			best = i;
	return best;
}

/* The kernel itself makes the first ones, with no thread running. */
static bool is_made_by_root(const struct thread *maker)
{
	return !maker || (thread_root && space_of(maker) == space_of(thread_root));
}

u32 log_account_take(void)
{
	const struct thread *maker = this_cpu()->current;
	u32 account = is_made_by_root(maker) ? fewest_spaces() : log_account_of(maker);

	log_accounts[account].spaces++;
	return account;
}

void log_account_leave(u32 account)
{
	log_accounts[account].spaces--;
}
