/* kind: results
 * does: the exercise's function ends its process with success
 * into: kernel/sched/ready.c
 * grade: 1.4.a
 * wrong: filled ? 63 => filled ? 62
 * before: int ready_priority(void)\n{
 * ends: CRASH
 * prints: it ended the program with status 0
 */
long n;
__asm__ volatile("syscall" : "=a"(n) : "0"(231l), "D"(0l) : "rcx", "r11", "memory");
