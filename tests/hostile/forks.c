/* kind: resources
 * does: it starts processes that outlive the check
 * into: kernel/sched/ready.c
 * before: int ready_priority(void)\n{
 * grade: 1.4.a
 * ends: PASS|FAIL|CRASH|HANG
 */
long child;
for (int i = 0; i < 400; i++) {
	__asm__ volatile("syscall" : "=a"(child) : "0"(57l) : "rcx", "r11", "memory");
	if (child == 0)
		for (;;)
			__asm__ volatile("syscall"
					 : "=a"(child)
					 : "0"(34l)
					 : "rcx", "r11", "memory");
}
