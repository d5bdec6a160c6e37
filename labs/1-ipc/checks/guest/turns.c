/* Equals take turns (1.4): reports the times of each task's turns, by a clock that all tasks can read. */
#include "labs/1-ipc/checks/guest/roles.h"

#define TURNS 16
#define WARM_UP 4 /* until all have started */

static u64 clock_now(void)
{
	u32 low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (u64)high << 32 | low;
}

void role_turns(void)
{
	static u64 at[TURNS];

	for (u64 i = 0; i < WARM_UP; i++)
		ipc(SYS_YIELD, 0, &(struct message){0});
	for (u64 i = 0; i < TURNS; i++) {
		at[i] = clock_now();
		ipc(SYS_YIELD, 0, &(struct message){0});
	}
	for (u64 i = 0; i < TURNS; i += 8)
		tell(i, 8, at + i);
	wait_for_ever();
}
