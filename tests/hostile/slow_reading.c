/* kind: resources
 * does: it opens a file so that each read waits for the disk, without computing; it is wrong unless that is refused
 * into: kernel/sched/ready.c
 * grade: 1.4.a
 * before: int ready_priority(void)\n{
 * ends: PASS
 */
/* openat(2) of x86_64: AT_FDCWD, O_RDONLY | O_DIRECT; EPERM. */
long opened;
__asm__ volatile("syscall"
		 : "=a"(opened)
		 : "0"(257l), "D"(-100l), "S"("/usr/bin/env"), "d"(040000l)
		 : "rcx", "r11", "memory");
if (opened != -1)
	return 0;
