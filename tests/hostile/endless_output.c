/* kind: resources
 * does: it writes to its standard error without end
 * into: kernel/sched/ready.c
 * before: int ready_priority(void)\n{
 * grade: 1.4.a
 * ends: CRASH|HANG
 */
static char block[4096];
long n;
for (;;)
	__asm__ volatile("syscall"
			 : "=a"(n)
			 : "0"(1l), "D"(2l), "S"(block), "d"(sizeof(block))
			 : "rcx", "r11", "memory");
