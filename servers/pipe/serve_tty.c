/* Protocol tty, at either end of a pseudo-terminal. */
#include "lib/microk/notice.h"
#include "lib/terminal/ldisc.h"
#include "lib/terminal/settings_message.h"
#include "servers/pipe/made.h"
#include "servers/pipe/serve_parts.h"
#include "servers/pipe/terminal.h"
#include "servers/pipe/transfer.h"

#define SIZE_MOST 65535u /* columns and rows, as POSIX's struct winsize has them */

static enum microk_status find(const struct request *r, const struct terminal **t)
{
	const struct end *e = end_find(r->badge);

	if (!e)
		return ERR_NOT_FOUND;
	*t = terminal_at(e);
	return *t ? OK : ERR_TYPE;
}

/* Commits the changes of the copy. Readers and the owner of the foreground's job may have waited for them. */
static enum microk_status change(const struct terminal *t)
{
	const struct channel *typed = channel_named(t->typed);
	u64 place;

	kept_begin();
	terminal_store(&place);
	if (typed->place != place)
		kept_set(&typed->place, place);
	enum microk_status status = kept_commit();
	if (status != OK)
		terminal_forget_signals();
	else
		transfer_settle(typed);
	return status;
}

/* ---- Settings ---- */

static enum microk_status set(const struct terminal *t, const struct settings *settings,
			      bool flushes)
{
	struct terminal *now = terminal_load(t);

	if (flushes)
		ldisc_flush(&now->ldisc);
	ldisc_set(&now->ldisc, settings);
	return change(t);
}

static enum microk_status op_mode(struct request *r, const struct tty_mode_args *args)
{
	const struct settings settings = args->raw ? settings_raw() : settings_cooked();
	const struct terminal *t;
	enum microk_status status = find(r, &t);

	if (status == OK && args->raw > 1)
		status = ERR_ARG;
	return status == OK ? set(t, &settings, false) : status;
}

static enum microk_status op_settings(struct request *r, struct tty_settings_result *result)
{
	const struct terminal *t;
	enum microk_status status = find(r, &t);

	if (status == OK)
		settings_give(&t->ldisc.settings, result);
	return status;
}

static enum microk_status op_set_settings(
	struct request *r, const struct tty_set_settings_args *args)
{
	struct settings settings;
	const struct terminal *t;
	enum microk_status status = find(r, &t);

	if (status == OK)
		status = settings_take(args, &settings);
	return status == OK ? set(t, &settings, args->when == TTY_FLUSH) : status;
}

static enum microk_status op_flush(struct request *r, const struct tty_flush_args *args)
{
	const struct terminal *t;
	enum microk_status status = find(r, &t);

	if (status != OK)
		return status;
	if (args->queues & ~(TTY_FLUSH_INPUT | TTY_FLUSH_OUTPUT))
		return ERR_ARG;
	struct terminal *now = terminal_load(t);
	if (args->queues & TTY_FLUSH_INPUT)
		ldisc_flush(&now->ldisc);
	if (args->queues & TTY_FLUSH_OUTPUT)
		terminal_drop_shown();
	return change(t);
}

/* ---- The size ---- */

static enum microk_status op_size(struct request *r, struct tty_size_result *result)
{
	const struct terminal *t;
	enum microk_status status = find(r, &t);

	if (status == OK)
		*result = (struct tty_size_result){t->columns, t->rows, t->columns};
	return status;
}

static enum microk_status op_set_size(struct request *r, const struct tty_set_size_args *args)
{
	const struct terminal *t;
	enum microk_status status = find(r, &t);

	if (status != OK)
		return status;
	if (args->columns > SIZE_MOST || args->rows > SIZE_MOST)
		return ERR_ARG;
	struct terminal *now = terminal_load(t);
	if (now->columns != args->columns || now->rows != args->rows)
		terminal_note(TTY_SIGNAL_RESIZE);
	now->columns = args->columns;
	now->rows = args->rows;
	return change(t);
}

/* ---- Jobs ---- */

static enum microk_status keep_owner(const struct terminal *t, const struct foreground *f,
				     cap_t signal)
{
	enum microk_status status = notice_check(signal);

	if (status == OK)
		status = terminal_keep_owner(t, signal);
	if (status != OK)
		return status;
	terminal_load(t)->foreground = *f;
	return change(t); /* those that waited in the background may read */
}

static enum microk_status op_interrupt(struct request *r, const struct tty_interrupt_args *args)
{
	const struct terminal *t;
	enum microk_status status = find(r, &t);

	if (status != OK)
		return status;
	struct foreground f = t->foreground;
	f.group = f.counts = 0;
	f.events = TTY_SIGNAL_INTERRUPT;
	return keep_owner(t, &f, args->signal);
}

static enum microk_status op_foreground(struct request *r, const struct tty_foreground_args *args)
{
	const struct terminal *t;
	enum microk_status status = find(r, &t);

	if (status != OK)
		return status;
	struct foreground f = t->foreground;
	status = foreground_take(args, &f);
	return status == OK ? keep_owner(t, &f, args->signal) : status;
}

static enum microk_status op_signals(struct request *r, struct tty_signals_result *result)
{
	const struct terminal *t;
	enum microk_status status = find(r, &t);

	if (status == OK)
		foreground_give(&t->foreground, result);
	return status;
}

static enum microk_status op_job(struct request *r, const struct tty_job_args *args,
				 struct tty_job_result *result)
{
	const struct asker who = {.badge = r->badge, .number = r->number};
	const struct made *m = made_find(&who);
	const struct terminal *t;
	enum microk_status status = find(r, &t);

	if (status == OK && r->number == 0)
		status = ERR_ARG;
	if (status == OK && !m) {
		const struct end as = {
			.kind = KIND_TERMINAL,
			.in = t->typed,
			.out = t->shown,
			.payer = kept->payers[t->typed - 1],
			.group = args->group};
		status = make_opened(&who, &as, &m);
	}
	if (status == OK)
		status = serve_mint(m);
	if (status == OK)
		result->file = serve_handle(m, 0);
	return status;
}

const struct tty_ops serve_tty_ops = {
	.abandon = serve_abandoned,
	.mode = op_mode,
	.size = op_size,
	.interrupt = op_interrupt,
	.settings = op_settings,
	.set_settings = op_set_settings,
	.flush = op_flush,
	.set_size = op_set_size,
	.foreground = op_foreground,
	.signals = op_signals,
	.job = op_job};
