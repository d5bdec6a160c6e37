/* kind: resources
 * does: it allocates and touches memory without end, past the sanitizer's own limit
 * into: kernel/sched/ready.c
 * before: int ready_priority(void)\n{
 * grade: 1.4.a
 * ends: CRASH|HANG|NOT STARTED
 */
for (;;) {
	char *p;
	__asm__ volatile("mov $34, %%r10\n\tmov $-1, %%r8\n\txor %%r9d, %%r9d\n\tsyscall"
			 : "=a"(p)
			 : "0"(9l), "D"(0l), "S"(64l << 20), "d"(3l)
			 : "rcx", "r8", "r9", "r10", "r11", "memory");
	if ((unsigned long)p > -4096ul)
		break;
	for (long i = 0; i < 64l << 20; i += 4096)
		p[i] = 1;
}
