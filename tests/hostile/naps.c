/* kind: resources
 * does: it sleeps for half a second, again and again
 * into: kernel/sched/ready.c
 * grade: 1.4.d
 * wrong: filled ? 63 => filled ? 62
 * before: void ready_add_first(struct thread *t)\n{
 * ends: HANG
 */
static const long half[2] = {0, 500000000};
for (long n;;)
	__asm__ volatile("syscall"
			 : "=a"(n)
			 : "0"(35l), "D"(half), "S"(0l)
			 : "rcx", "r11", "memory");
