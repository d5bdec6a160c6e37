#include "drivers/console/requests.h"
#include "drivers/console/output.h"
#include "drivers/console/readers.h"
#include "drivers/console/session.h"
#include "drivers/console/watch_slots.h"
#include "drivers/console/watchers.h"
#include "gen/protocols/file_server.h"
#include "gen/protocols/tty_server.h"
#include "lib/terminal/settings_message.h"
#include "protocols/file.h"

_Static_assert(LDISC_LINE_MAX < FILE_READ_DATA_MAX, "a whole line fits one read");

static bool is_readable(void)
{
	return ldisc_is_readable(&kept->ldisc);
}

/* ---- protocol file ---- */

/* A read that an earlier instance served, and did not answer. False: it is new. */
static bool read_again(const struct request *r, struct file_read_result *result,
		       enum microk_status *status)
{
	const struct delivered *d = delivered_find(&kept->delivered, r->badge, r->number);

	if (!d)
		return false;
	bool there = delivered_read(d, &kept->ldisc.ready, (char *)result->data,
				    sizeof(result->data), &result->data_length);
	*status = there ? OK : ERR_PEER_DIED;
	return true;
}

static enum microk_status file_read(struct request *r, const struct file_read_args *args,
				    struct file_read_result *result)
{
	enum microk_status status;

	result->data_length = 0;
	if (args->size == 0) /* does not queue */
		return OK;
	if (read_again(r, result, &status))
		return status;
	/* Also of bytes that are there: a read that its client has given up gives them back. */
	status = readers_add(r, MIN(args->size, (u32)sizeof(result->data)));
	if (status == STATUS_DEFERRED)
		readers_serve();
	watchers_look(is_readable());
	return status;
}

static enum microk_status file_write(struct request *r, const struct file_write_args *args,
				     struct file_write_result *result)
{
	if (r->number && written_already(&kept->written, r, &result->written))
		return OK;
	output_program(args->data, args->data_length);
	result->written = (u32)args->data_length;
	written_keep(&kept->written, r, result->written);
	session_settle();
	return OK;
}

/* The client has given up waiting for a read or a write. A read that an earlier instance served without an answer is undone. */
static enum microk_status file_abandon(struct request *r)
{
	if (readers_drop(r->badge, r->number))
		return ERR_CANCELLED;
	if (delivered_find(&kept->delivered, r->badge, r->number)) {
		bool undone =
			delivered_undo(&kept->delivered, &kept->ldisc.ready, r->badge, r->number);
		if (undone)
			session_settle();
		return undone ? ERR_CANCELLED : ERR_PEER_DIED;
	}
	return written_find(&kept->written, r);
}

static enum microk_status file_stat(struct request *r, struct file_stat_result *result)
{
	char typed[FILE_READ_DATA_MAX];

	(void)r;
	result->kind = KIND_TERMINAL;
	result->size = ldisc_peek(&kept->ldisc, typed, sizeof(typed)).bytes;
	return OK;
}

static enum microk_status file_entry(struct request *r, const struct file_entry_args *args,
				     struct file_entry_result *result)
{
	(void)r, (void)args, (void)result;
	return ERR_NOT_DIR;
}

static enum microk_status file_watch(struct request *r, const struct file_watch_args *args)
{
	if (args->events & ~(EVENT_READABLE | EVENT_WRITABLE))
		return ERR_ARG;
	if ((args->events & EVENT_READABLE && !(r->prot & FILE_RIGHT_READ >> RIGHT_PROT_SHIFT)) ||
	    (args->events & EVENT_WRITABLE && !(r->prot & FILE_RIGHT_WRITE >> RIGHT_PROT_SHIFT)))
		return ERR_RIGHTS;
	return watchers_set(r->badge, args->events, args->signal, is_readable());
}

static const struct file_ops file_ops = {
	.abandon = file_abandon,
	.read = file_read,
	.write = file_write,
	.stat = file_stat,
	.entry = file_entry,
	.watch = file_watch};

/* ---- protocol tty ---- */

static enum microk_status set(const struct request *r, const struct settings *settings)
{
	kept->set_badge = r->badge;
	kept->is_set = true;
	ldisc_set(&kept->ldisc, settings);
	session_settle(); /* a half-typed line may have become readable */
	return OK;
}

static enum microk_status tty_mode(struct request *r, const struct tty_mode_args *args)
{
	struct settings settings = args->raw ? settings_raw() : settings_cooked();

	return args->raw > 1 ? ERR_ARG : set(r, &settings);
}

static enum microk_status tty_settings(struct request *r, struct tty_settings_result *result)
{
	(void)r;
	settings_give(&kept->ldisc.settings, result);
	return OK;
}

static enum microk_status tty_set_settings(
	struct request *r, const struct tty_set_settings_args *args)
{
	struct settings settings;
	enum microk_status status = settings_take(args, &settings);

	if (status != OK)
		return status;
	if (args->when == TTY_FLUSH)
		ldisc_flush(&kept->ldisc);
	return set(r, &settings);
}

/* Output does not wait here, except for the serial line, and that has its own limit. */
static enum microk_status tty_flush(struct request *r, const struct tty_flush_args *args)
{
	(void)r;
	if (args->queues & ~(TTY_FLUSH_INPUT | TTY_FLUSH_OUTPUT))
		return ERR_ARG;
	if (args->queues & TTY_FLUSH_INPUT)
		ldisc_flush(&kept->ldisc);
	session_settle();
	return OK;
}

static enum microk_status tty_size(struct request *r, struct tty_size_result *result)
{
	struct output_size size = output_size((enum output_terminal)kept->current);

	(void)r;
	result->columns = size.columns;
	result->rows = size.rows;
	result->narrowest = size.columns;
	for (enum output_terminal t = OUTPUT_SCREEN; t <= OUTPUT_LINE; t++)
		if (output_has(t))
			result->narrowest = MIN(result->narrowest, output_size(t).columns);
	return OK;
}

static enum microk_status tty_measure(struct request *r)
{
	(void)r;
	output_ask();
	session_save();
	return OK;
}

static enum microk_status tty_set_layout(struct request *r, const struct tty_set_layout_args *args)
{
	u32 number = layout_find(args->name);

	(void)r;
	if (number == layout_count())
		return ERR_NOT_FOUND;
	keyboard_set_layout(&kept->keyboard, number);
	session_save();
	return OK;
}

static void copy_text(char *to, size_t size, const char *from)
{
	for (; size > 1 && *from; size--)
		*to++ = *from++;
	*to = 0;
}

static enum microk_status tty_layout(struct request *r, const struct tty_layout_args *args,
				     struct tty_layout_result *result)
{
	(void)r;
	if (args->number >= layout_count())
		return ERR_NOT_FOUND;
	result->used = args->number == kept->keyboard.layout;
	copy_text(result->name, sizeof(result->name), layout_at(args->number)->name);
	copy_text(result->title, sizeof(result->title), layout_at(args->number)->title);
	return OK;
}

static enum microk_status keep_owner(const struct foreground *f, cap_t signal)
{
	enum microk_status status = watch_slot_check(signal);

	if (status != OK)
		return status;
	kept->foreground = *f;
	session_save();
	watch_slot_drop(WATCHERS_FOREGROUND);
	return watch_slot_keep(WATCHERS_FOREGROUND, signal);
}

static enum microk_status tty_interrupt(struct request *r, const struct tty_interrupt_args *args)
{
	struct foreground f = kept->foreground;

	(void)r;
	f.group = f.counts = 0;
	f.events = TTY_SIGNAL_INTERRUPT;
	return keep_owner(&f, args->signal);
}

static enum microk_status tty_foreground(struct request *r, const struct tty_foreground_args *args)
{
	struct foreground f = kept->foreground;
	enum microk_status status = foreground_take(args, &f);

	(void)r;
	return status == OK ? keep_owner(&f, args->signal) : status;
}

static enum microk_status tty_signals(struct request *r, struct tty_signals_result *result)
{
	(void)r;
	foreground_give(&kept->foreground, result);
	return OK;
}

static const struct tty_ops tty_ops = {
	.mode = tty_mode,
	.size = tty_size,
	.measure = tty_measure,
	.set_layout = tty_set_layout,
	.layout = tty_layout,
	.interrupt = tty_interrupt,
	.settings = tty_settings,
	.set_settings = tty_set_settings,
	.flush = tty_flush,
	.foreground = tty_foreground,
	.signals = tty_signals,
};

void requests_dispatch(struct request *r)
{
	if (request_protocol(r) == TTY_PROTOCOL)
		tty_dispatch(&tty_ops, r);
	else
		file_dispatch(&file_ops, r); /* it also rejects unknown operations */
}
