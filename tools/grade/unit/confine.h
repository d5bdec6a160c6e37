/* Leaves few system calls to the subject's process of one check, so that the code under test computes and does nothing else: it
 * cannot start, end or stop a process, wait for a time, or change a file. It keeps what answers need, the socket, and what
 * sanitizers need to report an error: memory, reading, and writing to the standard error. (Linux,
 * Documentation/userspace-api/seccomp_filter.) */
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NUMBER offsetof(struct seccomp_data, nr)
#define ARGUMENT(n) (offsetof(struct seccomp_data, args) + 8u * (n)) /* its lower half */
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, field)
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define REFUSE BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)
#define KILL BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)
#define MAY(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 1), ALLOW
/* The call is refused unless its argument n, masked, is `value`. */
#define ONLY(call, n, mask, value)                                                                 \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 5), LOAD(ARGUMENT(n)),                  \
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask),                                         \
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1), ALLOW, REFUSE
/* abort(3): no other signal, and to no other process. */
#define ABORT_OF(own)                                                                              \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tgkill, 0, 6), LOAD(ARGUMENT(0)),                  \
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, own, 0, 3), LOAD(ARGUMENT(2)),                 \
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SIGABRT, 0, 1), ALLOW, REFUSE

#define ANSWERS 3 /* the socket to the judge; with 2, the standard error, one of the two that may be written */
#define FIRST_X32 0x40000000u
#define UNLIKE_READING (O_ACCMODE | O_CREAT | O_TRUNC | O_DIRECT) /* the last reads at the pace of a disk, without computing */

/* Returns 0, or -1 where this kernel has no such filters. */
static int confine(void)
{
	struct sock_filter rules[] = {
		LOAD(offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
		KILL,
		LOAD(NUMBER),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FIRST_X32, 0, 1),
		KILL,
		MAY(read),
		ONLY(write, 0, ~1u, STDERR_FILENO),
		MAY(exit_group),
		MAY(mmap),
		MAY(munmap),
		MAY(mprotect),
		MAY(mremap),
		MAY(madvise),
		MAY(brk),
		ONLY(openat, 2, UNLIKE_READING, O_RDONLY),
		ONLY(open, 1, UNLIKE_READING, O_RDONLY),
		MAY(close),
		MAY(pread64),
		MAY(lseek),
		MAY(stat),
		MAY(fstat),
		MAY(newfstatat),
		MAY(readlink),
		MAY(readlinkat),
		MAY(getcwd),
		MAY(getpid),
		MAY(gettid),
		MAY(getppid),
		MAY(getrlimit),
		MAY(uname),
		MAY(rt_sigaction),
		MAY(rt_sigprocmask),
		MAY(rt_sigreturn),
		MAY(sigaltstack),
		ONLY(futex, 1, ~(unsigned)FUTEX_PRIVATE_FLAG, FUTEX_WAKE), /* pthread_once(3) */
		MAY(arch_prctl), /* the segment gs, of a stand-in */
		ABORT_OF((unsigned)getpid()),
		REFUSE,
	};
	struct sock_fprog program = {sizeof(rules) / sizeof(rules[0]), rules};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}
