/* Another program in place of this one, and a second process like this one. */
#include "gen/protocols/process_client.h"
#include "user/libc/actions.h"
#include "user/libc/calls.h"
#include "user/libc/errors.h"
#include "user/libc/program.h"
#include "user/libc/self.h"

long call_execve(const long a[6])
{
	struct program_files files = {0};

	program_files_now(&files);
	return program_begin(&(struct program){
		.path = (const char *)a[0],
		.arguments = (const char *const *)a[1],
		.variables = (const char *const *)a[2],
		.files = &files,
		.mask = signals_control()->mask,
		.ignored = signals_ignored(),
		.replaces = true});
}

/* The child's memory is a copy of this one's, but its page is its own; so the numbers that were taken from the page are taken anew. */
long call_fork(const long a[6])
{
	struct process_fork_result r;
	enum microk_status status = process_fork(process_slot(), &r);

	(void)a;
	if (status == ERR_LIMIT || status == ERR_NO_SPACE)
		return -EAGAIN;
	if (status != OK)
		return error_of(status);
	if (!r.number)
		self_forked();
	return (long)r.number;
}

/* POSIX's vfork may be fork; what it saves, posix_spawn saves. */
long call_vfork(const long a[6])
{
	return call_fork(a);
}
