/* kind: results
 * does: it looks for other processes, to read their memory and end them, and is right only if it finds one
 * into: kernel/sched/ready.c
 * grade: 1.4.a
 * wrong: filled ? 63 => filled && reached > 0 ? 63
 * before: int ready_priority(void)\n{
 * ends: CRASH|FAIL
 */
static long reached = -1;
if (reached < 0) {
	long n, own;
	reached = 0;
	__asm__ volatile("syscall" : "=a"(own) : "0"(39l) : "rcx", "r11", "memory");
	for (long id = 2; id < 65536; id++) {
		if (id == own)
			continue;
		char path[] = "/proc/00000/mem";
		long rest = id, digits = 0;
		for (long r = id; r; r /= 10)
			digits++;
		for (long i = 5 + digits; i > 5; i--, rest /= 10)
			path[i] = (char)('0' + rest % 10);
		for (int i = 0; i < 5; i++)
			path[6 + digits + i] = "/mem"[i];
		__asm__ volatile("syscall" /* open, to read */
				 : "=a"(n)
				 : "0"(2l), "D"(path), "S"(0l), "d"(0l)
				 : "rcx", "r11", "memory");
		reached += n >= 0;
		if (n >= 0)
			__asm__ volatile("syscall"
					 : "=a"(n)
					 : "0"(3l), "D"(n)
					 : "rcx", "r11", "memory");
		__asm__ volatile("mov $0, %%r10\n\tsyscall" /* ptrace: seize */
				 : "=a"(n)
				 : "0"(101l), "D"(0x4206l), "S"(id), "d"(0l)
				 : "rcx", "r10", "r11", "memory");
		reached += n == 0;
		__asm__ volatile("syscall" /* kill, with no signal */
				 : "=a"(n)
				 : "0"(62l), "D"(id), "S"(0l)
				 : "rcx", "r11", "memory");
		reached += n == 0;
	}
}
