/* The server dies everywhere in each operation; then its successors, too. */
#include "tests/guest/kit/kit.h"
#include "tests/guest/tried/files_killed/files_killed.h"
#include "tests/guest/tried/files_killed/operations.h"

#define SERVER "boot/files"
#define STRIDE command_number("stride=", 24)
#define STRIKES command_number("strikes=", 100)

static void kill_everywhere(u32 operation, u64 stride)
{
	operations_begin(SERVER);
	sweep(&operations[operation], stride);
}

void test_writes_killed(void)
{
	kill_everywhere(WRITE, STRIDE);
}

void test_appends_killed(void)
{
	kill_everywhere(APPEND, STRIDE);
}

void test_reads_killed(void)
{
	kill_everywhere(READ, STRIDE);
}

/* Most of it is the kernel's: the making of capabilities, in few long steps. */
void test_opens_killed(void)
{
	kill_everywhere(OPEN, STRIDE * 4);
}

void test_renames_killed(void)
{
	kill_everywhere(RENAME, STRIDE);
}

void test_unlinks_killed(void)
{
	kill_everywhere(UNLINK, STRIDE);
}

/* A change that is larger than the log: many stores, all of them undone. */
void test_refusals_killed(void)
{
	kill_everywhere(REFUSED, STRIDE);
}

void test_closes_killed(void)
{
	kill_everywhere(CLOSE, STRIDE * 4);
}

void test_waits_killed(void)
{
	kill_everywhere(WAIT, STRIDE);
}

/* The first dies with nearly everything done and nothing committed, so the second has the most to undo. */
void test_successors_killed(void)
{
	operations_begin(SERVER);
	sweep_successor(&operations[WRITE], 4);
}

/* Three instances, one after the other, in any operation. */
void test_three_killed(void)
{
	u64 seed = command_number("seed=", 1) | 1ul << 40; /* not 0 */

	operations_begin(SERVER);
	for (u64 i = 0; i < STRIKES; i++)
		strike(&operations[i % OPERATIONS], &seed);
}
