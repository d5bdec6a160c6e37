/* kind: resources
 * does: it stops its own process, so that it neither computes nor sleeps
 * into: kernel/sched/ready.c
 * grade: 1.4.a
 * wrong: filled ? 63 => filled ? 62
 * before: int ready_priority(void)\n{
 * ends: CRASH|FAIL
 * prints: index -1 out of bounds
 */
long n;
__asm__ volatile("syscall" : "=a"(n) : "0"(39l) : "rcx", "r11", "memory");
__asm__ volatile("syscall" : "=a"(n) : "0"(62l), "D"(n), "S"(19l) : "rcx", "r11", "memory");
