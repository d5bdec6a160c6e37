/* Terminals. */
#include "gen/protocols/file_client.h"
#include "gen/protocols/pipe_client.h"
#include "gen/protocols/tty_client.h"
#include "user/libc/calls.h"
#include "user/libc/descriptors.h"
#include "user/libc/errors.h"
#include "user/libc/flags.h"
#include "user/libc/groups.h"

struct winsize {
	u16 rows, columns, x_pixels, y_pixels;
};

static long foreground(int *to)
{
	long group = group_foreground();

	if (group < 0)
		return group;
	*to = (int)group;
	return 0;
}

/* The bytes that a read returns at once. */
static long readable(struct open_file *f, int *to)
{
	struct pipe_state_result pipe;
	struct file_stat_result stat;
	bool is_pipe = f->kind == KIND_PIPE || f->kind == KIND_SOCKET;

	if (f->local || (!is_pipe && f->kind != KIND_TERMINAL))
		return -ENOTTY;
	enum microk_status status = is_pipe ? pipe_state(f->cap, &pipe) : file_stat(f->cap, &stat);
	if (status == OK)
		*to = (int)(is_pipe ? pipe.readable : stat.size);
	return error_of(status);
}

static long control(struct open_file *f, const long a[6])
{
	struct tty_size_result size;

	if (a[1] == FIONREAD)
		return readable(f, (int *)a[2]);
	if (f->kind == KIND_TERMINAL && a[1] == TIOCSPGRP)
		return group_set_foreground(*(const int *)a[2]);
	if (f->kind == KIND_TERMINAL && a[1] == TIOCGPGRP)
		return foreground((int *)a[2]);
	if (f->kind != KIND_TERMINAL || a[1] != TIOCGWINSZ)
		return -ENOTTY;
	enum microk_status status = tty_size(f->cap, &size);
	if (status == OK)
		*(struct winsize *)a[2] =
			(struct winsize){.rows = (u16)size.rows, .columns = (u16)size.columns};
	return error_of(status);
}

long call_ioctl(const long a[6])
{
	struct open_file *f = descriptor_hold(a[0]);

	if (!f)
		return -EBADF;
	long result = control(f, a);
	descriptor_let_go(f);
	return result;
}
