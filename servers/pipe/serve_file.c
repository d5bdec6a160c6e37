/* Protocol file. */
#include "lib/microk/string.h"
#include "servers/pipe/lent.h"
#include "servers/pipe/serve_parts.h"
#include "servers/pipe/text.h"
#include "servers/pipe/transfer.h"
#include "servers/pipe/watch.h"

#define PROT(right)                                                                                \
	((right) >> RIGHT_PROT_SHIFT) /* from the rights of a capability to struct request's */

static enum microk_status op_read(struct request *r, const struct file_read_args *args,
				  struct file_read_result *result)
{
	struct ask ask = {.size = MIN(args->size, FILE_DATA_MAX)};
	const struct file_read_result *bytes;
	u32 length = 0;
	enum microk_status status = serve_ask(r, READING, &ask);

	if (status == OK)
		status = transfer_read(r, &ask, &length, &bytes);
	if (status != OK || length == 0)
		return status;
	result->data_length = length;
	memcpy(result->data, bytes->data, length);
	return OK;
}

static enum microk_status op_write(struct request *r, const struct file_write_args *args,
				   struct file_write_result *result)
{
	struct ask ask = {.size = (u32)args->data_length, .data = args->data};
	enum microk_status status = serve_ask(r, WRITING, &ask);

	return status == OK ? transfer_write(r, &ask, &result->written) : status;
}

static enum microk_status op_read_lent(struct request *r, const struct file_read_lent_args *args,
				       struct file_read_lent_result *result)
{
	struct ask ask = {.size = MIN(args->size, FILE_LENT_MAX), .at = args->at, .lent = true};
	const struct file_read_result *bytes;
	enum microk_status status = serve_ask(r, READING, &ask);

	return status == OK ? transfer_read(r, &ask, &result->length, &bytes) : status;
}

static enum microk_status op_write_lent(struct request *r, const struct file_write_lent_args *args,
					struct file_write_lent_result *result)
{
	struct ask ask = {.size = MIN(args->size, FILE_LENT_MAX), .at = args->at, .lent = true};
	enum microk_status status = serve_ask(r, WRITING, &ask);

	return status == OK ? transfer_write(r, &ask, &result->written) : status;
}

static enum microk_status op_lend(struct request *r, const struct file_lend_args *args)
{
	const struct end *e = end_find(r->badge);

	return e ? lent_keep(e, args->frame) : ERR_NOT_FOUND;
}

static enum microk_status op_stat(struct request *r, struct file_stat_result *result)
{
	const struct end *e = end_find(r->badge);

	if (!e)
		return ERR_NOT_FOUND;
	result->kind = e->kind;
	result->mode = 0600;
	if (e->kind == KIND_TERMINAL)
		result->size = text_size(channel_at(e->in));
	result->links = 1;
	result->node = e->in ? e->in : e->out ? e->out : e->name;
	return OK;
}

static enum microk_status op_seek(struct request *r, const struct file_seek_args *args,
				  struct file_seek_result *result)
{
	(void)r, (void)args, (void)result;
	return ERR_ARG; /* POSIX has ESPIPE for it, and no file of another kind that can be read refuses a seek */
}

static enum microk_status op_entry(struct request *r, const struct file_entry_args *args,
				   struct file_entry_result *result)
{
	(void)r, (void)args, (void)result;
	return ERR_NOT_DIR;
}

static enum microk_status op_sync(struct request *r)
{
	return end_find(r->badge) ? ERR_ARG
				  : ERR_NOT_FOUND; /* no disk has a part of it: POSIX has EINVAL */
}

static enum microk_status op_watch(struct request *r, const struct file_watch_args *args)
{
	const struct end *e = end_find(r->badge);

	if (!e)
		return ERR_NOT_FOUND;
	if (args->events & ~(EVENT_READABLE | EVENT_WRITABLE))
		return ERR_ARG;
	if ((args->events & EVENT_READABLE && !(r->prot & PROT(FILE_RIGHT_READ))) ||
	    (args->events & EVENT_WRITABLE && !(r->prot & PROT(FILE_RIGHT_WRITE))))
		return ERR_RIGHTS;
	kept_begin();
	enum microk_status status = watch_set(e, args->events, args->signal);
	if (status == OK)
		return kept_commit();
	kept_abort();
	return status;
}

const struct file_ops serve_file_ops = {
	.abandon = serve_abandoned,
	.read = op_read,
	.write = op_write,
	.seek = op_seek,
	.stat = op_stat,
	.entry = op_entry,
	.sync = op_sync,
	.lend = op_lend,
	.read_lent = op_read_lent,
	.write_lent = op_write_lent,
	.watch = op_watch,
};
