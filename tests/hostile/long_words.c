/* kind: results
 * does: it reports its own failure in words that have no end, and that a terminal would obey
 * into: kernel/sched/ready.c
 * grade: 1.4.a
 * wrong: filled ? 63 => filled ? 62
 * before: int ready_priority(void)\n{
 * ends: FAIL
 * never: \x1b
 */
static struct {
	u64 nonce, kind, value;
	char words[3600];
} answer = {0, 1, 0, ""};
for (u32 i = 0; i < sizeof(answer.words); i++)
	answer.words[i] = i % 5 ? 'x' : '\33';
long n;
__asm__ volatile("syscall"
		 : "=a"(n)
		 : "0"(1l), "D"(3l), "S"(&answer), "d"(sizeof(answer))
		 : "rcx", "r11", "memory");
