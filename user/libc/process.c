/* The process: its beginning, its end, its numbers. */
#include "gen/protocols/process_client.h"
#include "lib/microk/ipc.h"
#include "lib/microk/string.h"
#include "user/libc/begin.h"
#include "user/libc/calls.h"
#include "user/libc/errors.h"
#include "user/libc/self.h"

int __set_thread_area(void *pointer) __attribute__((visibility("hidden")));

/* musl's name for the request that sets the thread pointer (arch/x86_64/pthread_arch.h). */
int __set_thread_area(void *pointer)
{
	process_begin();
	return (int)error_of(process_pointer(process_slot(), (u64)pointer));
}

long call_exit_group(const long a[6])
{
	for (;;) {
		enum microk_status status = process_end(process_slot(), (u32)a[0] & 0xff);

		/* A program that has deleted its capabilities ends by a fault, which needs none. */
		if (status == ERR_CAP || status == ERR_TYPE || status == ERR_RIGHTS)
			__builtin_trap();
	}
}

long call_getpid(const long a[6])
{
	(void)a;
	return process_page->process;
}

long call_getppid(const long a[6])
{
	(void)a;
	return process_page->parent;
}

long call_sched_yield(const long a[6])
{
	(void)a;
	ipc(SYS_YIELD, 0, &(struct message){0});
	return 0;
}

/* There are no users: each program has the rights of its capabilities. */
long call_getuid(const long a[6])
{
	(void)a;
	return 0;
}

long call_geteuid(const long a[6])
{
	return call_getuid(a);
}

long call_getgid(const long a[6])
{
	return call_getuid(a);
}

long call_getegid(const long a[6])
{
	return call_getuid(a);
}

struct utsname {
	char system[65], node[65], release[65], version[65], machine[65], domain[65];
};

long call_uname(const long a[6])
{
	struct utsname *to = (struct utsname *)a[0];

	memset(to, 0, sizeof(*to));
	string_copy(to->system, sizeof(to->system), "MicroK");
	string_copy(to->node, sizeof(to->node), "microk");
	string_copy(to->release, sizeof(to->release), "1.0");
	string_copy(to->version, sizeof(to->version), "microkernel");
	string_copy(to->machine, sizeof(to->machine), "x86_64");
	return 0;
}
