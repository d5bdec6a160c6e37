/* kind: resources
 * does: it answers without end
 * into: kernel/sched/ready.c
 * grade: 1.4.d
 * before: void ready_add_first(struct thread *t)\n{
 * ends: FAIL
 */
static u64 answer[3];
for (long n;;)
	__asm__ volatile("syscall"
			 : "=a"(n)
			 : "0"(1l), "D"(3l), "S"(answer), "d"(sizeof(answer))
			 : "rcx", "r11", "memory");
