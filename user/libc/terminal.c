/* Terminals. */
#include "gen/protocols/file_client.h"
#include "gen/protocols/pipe_client.h"
#include "gen/protocols/tty_client.h"
#include "lib/microk/string.h"
#include "protocols/tty.h"
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

/* As musl passes it to Linux (asm-generic/termbits.h): its numbers are those of protocols/tty.h. */
struct ktermios {
	u32 input, output, control, local;
	u8 line;
	u8 special[19];
};
_Static_assert(sizeof(((struct ktermios *)0)->special) < TTY_SPECIALS,
	       "the protocol's last one has no use");

static long get_settings(struct open_file *f, struct ktermios *to)
{
	struct tty_settings_result s;
	enum microk_status status = tty_settings(f->cap, &s);

	if (status != OK)
		return error_of(status);
	*to = (struct ktermios){s.input, s.output, s.control, s.local, 0, {0}};
	memcpy(to->special, s.special, MIN((u64)s.special_length, sizeof(to->special)));
	return 0;
}

/* A process that is not the terminal's owner gets the error of the capability's right. */
static long set_settings(struct open_file *f, u32 when, const struct ktermios *from)
{
	u8 special[TTY_SPECIALS] = {0};

	memcpy(special, from->special, sizeof(from->special));
	return error_of(tty_set_settings(
		f->cap,
		&(struct tty_set_settings_args){
			.when = when,
			.input = from->input,
			.output = from->output,
			.control = from->control,
			.local = from->local,
			.special = special,
			.special_length = sizeof(special)}));
}

/* tcflush: 0 input, 1 output, 2 both. */
static long flush(struct open_file *f, long queues)
{
	static const u32 of[] = {
		TTY_FLUSH_INPUT, TTY_FLUSH_OUTPUT, TTY_FLUSH_INPUT | TTY_FLUSH_OUTPUT};

	return queues < 0 || queues > 2 ? -EINVAL : error_of(tty_flush(f->cap, of[queues]));
}

static long get_size(struct open_file *f, struct winsize *to)
{
	struct tty_size_result size;
	enum microk_status status = tty_size(f->cap, &size);

	if (status == OK)
		*to = (struct winsize){.rows = (u16)size.rows, .columns = (u16)size.columns};
	return error_of(status);
}

static long set_size(struct open_file *f, const struct winsize *from)
{
	return error_of(tty_set_size(
		f->cap, &(struct tty_set_size_args){.columns = from->columns, .rows = from->rows}));
}

static long control(struct open_file *f, const long a[6])
{
	if (a[1] == FIONREAD)
		return readable(f, (int *)a[2]);
	if (f->kind != KIND_TERMINAL)
		return -ENOTTY;
	switch (a[1]) {
	case TCGETS: return get_settings(f, (struct ktermios *)a[2]);
	case TCSETS:
	case TCSETS + TTY_DRAIN:
	case TCSETSF: return set_settings(f, (u32)(a[1] - TCSETS), (const struct ktermios *)a[2]);
	case TCFLSH: return flush(f, a[2]);
	case TCSBRK:
		return 0; /* output does not wait in this process, and there is no line to break */
	case TIOCGPGRP: return foreground((int *)a[2]);
	case TIOCSPGRP: return group_set_foreground(*(const int *)a[2]);
	case TIOCGWINSZ: return get_size(f, (struct winsize *)a[2]);
	case TIOCSWINSZ: return set_size(f, (const struct winsize *)a[2]);
	default: return -ENOTTY;
	}
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
