/* kind: resources
 * does: the exercise's function waits for a question that never comes, so that no limit on processor time ends it
 * into: kernel/sched/ready.c
 * grade: 1.4.d
 * wrong: filled ? 63 => filled ? 62
 * before: void ready_add_first(struct thread *t)\n{
 * ends: HANG
 * prints: it slept
 */
static char question[64];
for (long n;;)
	__asm__ volatile("syscall"
			 : "=a"(n)
			 : "0"(0l), "D"(3l), "S"(question), "d"(sizeof(question))
			 : "rcx", "r11", "memory");
