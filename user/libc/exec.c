/* Another program in place of this one. */
#include "user/libc/actions.h"
#include "user/libc/calls.h"
#include "user/libc/program.h"

long call_execve(const long a[6])
{
	struct program_files files = {0};

	program_files_now(&files);
	long failed = program_begin(&(struct program){
		.path = (const char *)a[0],
		.arguments = (const char *const *)a[1],
		.variables = (const char *const *)a[2],
		.files = &files,
		.mask = signals_control()->mask,
		.ignored = signals_ignored(),
		.replaces = true});
	program_files_end(&files);
	return failed;
}
