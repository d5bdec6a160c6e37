/* Takes system calls from the subject's process of one check, so that the code under test computes and does nothing else: it cannot
 * start or end a process, or open a file to write. It keeps what answers need, the socket, and what sanitizers need to report an
 * error: memory, reading, and writing to the standard error. (Linux, Documentation/userspace-api/seccomp_filter.) */
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
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
#define NEVER(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 1), REFUSE
/* The call is refused unless its argument n, masked, is `value`. */
#define ONLY(call, n, mask, value)                                                                 \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 5), LOAD(ARGUMENT(n)),                  \
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask),                                         \
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1), ALLOW, REFUSE

#define ANSWERS 3 /* the socket to the judge; with 2, the standard error, one of the two that may be written */
#define FIRST_X32 0x40000000u
#define WRITING (O_ACCMODE | O_CREAT | O_TRUNC)

/* Returns 0, or -1 where this kernel has no such filters. */
static int confine(void)
{
	const unsigned own = (unsigned)getpid(), any = ~0u;
	struct sock_filter rules[] = {
		LOAD(offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
		KILL,
		LOAD(NUMBER),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FIRST_X32, 0, 1),
		KILL,
		ONLY(write, 0, ~1u, STDERR_FILENO),
		ONLY(openat, 2, WRITING, O_RDONLY),
		ONLY(open, 1, WRITING, O_RDONLY),
		ONLY(kill, 0, any, own),
		ONLY(tgkill, 0, any, own),
		NEVER(writev),
		NEVER(sendto),
		NEVER(sendmsg),
		NEVER(sendmmsg),
		NEVER(pwrite64),
		NEVER(pwritev),
		NEVER(pwritev2),
		NEVER(sendfile),
		NEVER(splice),
		NEVER(tee),
		NEVER(vmsplice),
		NEVER(copy_file_range),
		NEVER(io_uring_setup),
		NEVER(io_setup),
		NEVER(creat),
		NEVER(openat2),
		NEVER(open_by_handle_at),
		NEVER(tkill),
		NEVER(rt_sigqueueinfo),
		NEVER(rt_tgsigqueueinfo),
		NEVER(pidfd_open),
		NEVER(pidfd_send_signal),
		NEVER(pidfd_getfd),
		NEVER(fork),
		NEVER(vfork),
		NEVER(clone),
		NEVER(clone3),
		NEVER(execve),
		NEVER(execveat),
		NEVER(ptrace),
		NEVER(process_vm_readv),
		NEVER(process_vm_writev),
		NEVER(socket),
		NEVER(socketpair),
		NEVER(unshare),
		NEVER(setns),
		NEVER(mount),
		NEVER(bpf),
		NEVER(userfaultfd),
		ALLOW,
	};
	struct sock_fprog program = {sizeof(rules) / sizeof(rules[0]), rules};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}
