/* kind: results
 * does: it writes to all of the memory that the judge sees, too, whatever lies there
 * into: kernel/sched/ready.c
 * grade: 1.4.a
 * before: int ready_priority(void)\n{
 * ends: CRASH|FAIL
 */
for (volatile u64 *p = (u64 *)0x20000000; p < (u64 *)0x22000000; p++)
	*p = 0x4141414141414141ul;
