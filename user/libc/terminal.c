/* Terminals. */
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

long call_ioctl(const long a[6])
{
	struct open_file *f = descriptor_find(a[0]);
	struct tty_size_result size;

	if (!f)
		return -EBADF;
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
