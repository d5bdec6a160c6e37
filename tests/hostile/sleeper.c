/* kind: resources
 * does: the exercise's function sleeps, so that no limit on processor time ends it
 * into: kernel/sched/ready.c
 * grade: 1.4.a
 * wrong: filled ? 63 => filled ? 62
 * before: int ready_priority(void)\n{
 * ends: HANG
 * prints: it slept
 */
for (long n;;)
	__asm__ volatile("syscall" : "=a"(n) : "0"(34l) : "rcx", "r11", "memory");
