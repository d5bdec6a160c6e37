/* Protocol file. */
#include "lib/fileserver/handle.h"
#include "lib/fileserver/lent.h"
#include "lib/fileserver/locks.h"
#include "lib/fileserver/met.h"
#include "lib/fileserver/mount.h"
#include "lib/fileserver/once.h"
#include "lib/fileserver/running.h"
#include "lib/fileserver/serve_parts.h"
#include "lib/fileserver/watch.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "protocols/dir.h"

_Static_assert(FILE_DATA_MAX == FILE_READ_DATA_MAX, "protocols/file.h has the number of file.idl");
_Static_assert(FILE_DATA_AT_MAX == FILE_READ_AT_DATA_MAX, "likewise");
_Static_assert(FILE_NAME_MAX <= FILE_ENTRY_NAME_MAX, "every name fits an answer");

/* The description, if it is of a file; else NULL and a status. */
static const struct description *file_of(const struct request *r, enum microk_status *status)
{
	const struct description *d = description_find(r->badge);

	*status = !d ? ERR_NOT_FOUND : d->kind == KIND_DIRECTORY ? ERR_IS_DIR : OK;
	return *status == OK ? d : NULL;
}

/* Where a request that moves the description's offset begins, and how many bytes it moves. */
struct transfer {
	const struct description *d;
	u64 offset;
	u32 size;
	bool again; /* it was done already, by an instance that ended before its answer arrived */
};

static enum microk_status read_bytes(const struct description *d, u64 offset, void *to, size_t size,
				     size_t *length)
{
	struct place p = description_held(d);

	return p.fs->ops->read(p.fs, p.node.id, offset, to, size, length);
}

static enum microk_status write_bytes(const struct description *d, u64 offset, const void *from,
				      size_t size, size_t *length)
{
	struct place p = description_held(d);

	if (offset > (u64)INT64_MAX - size)
		return ERR_TOO_LARGE;
	return SERVE_CALL(p.fs, write, p.node.id, offset, from, size, length);
}

/* A file that was opened to append is written at its end, wherever that is now. */
static enum microk_status find_end(struct transfer *t)
{
	struct place p = description_held(t->d);
	struct fs_attributes a;

	if (!(t->d->flags & OPEN_APPEND) || t->again)
		return OK;
	enum microk_status status = serve_attributes(&p, &a);
	t->offset = a.node.bytes;
	return status;
}

/* EXERCISE 3.1 open-read-close part 2: begin */
static enum microk_status transfer_begin(const struct request *r, u32 size, struct transfer *t)
{
	enum microk_status status;
	struct kept k;

	t->d = file_of(r, &status);
	if (!t->d)
		return status;
	t->again = once_find(r, &k, &status);
	t->offset = t->again ? k.a : t->d->offset;
	t->size = t->again ? (u32)kept_count(&k) : size;
	return status;
}

static void transfer_end(const struct request *r, const struct transfer *t, u64 moved)
{
	if (t->again)
		return;
	description_set_offset(t->d, t->offset + moved);
	once_keep(r, t->offset, moved);
}

static enum microk_status op_read(struct request *r, const struct file_read_args *args,
				  struct file_read_result *result)
{
	struct transfer t;
	enum microk_status status = transfer_begin(r, MIN(args->size, FILE_DATA_MAX), &t);

	if (status == OK)
		status = read_bytes(t.d, t.offset, result->data, MIN(t.size, FILE_DATA_MAX),
				    &result->data_length);
	if (status == OK)
		transfer_end(r, &t, result->data_length);
	return status;
}
/* EXERCISE 3.1 open-read-close part 2: end */

static enum microk_status op_write(struct request *r, const struct file_write_args *args,
				   struct file_write_result *result)
{
	struct transfer t;
	size_t written = 0;
	enum microk_status status = transfer_begin(r, 0, &t);

	if (status == OK && t.again) {
		result->written = t.size;
		return OK;
	}
	if (status == OK)
		status = find_end(&t);
	if (status == OK)
		status = write_bytes(t.d, t.offset, args->data, args->data_length, &written);
	if (status == OK)
		transfer_end(r, &t, written);
	result->written = (u32)written;
	return status;
}

static enum microk_status op_seek(struct request *r, const struct file_seek_args *args,
				  struct file_seek_result *result)
{
	const struct description *d = description_find(r->badge);
	struct fs_attributes a;
	struct kept k;
	enum microk_status status;
	i64 position, base = 0;

	if (!d)
		return ERR_NOT_FOUND;
	if (once_find(r, &k, &status)) {
		result->position = k.a;
		return OK;
	}
	if (status != OK)
		return status;
	struct place p = description_held(d);
	switch (args->whence) {
	case SEEK_FROM_START: break;
	case SEEK_FROM_HERE: base = (i64)d->offset; break;
	case SEEK_FROM_END:
		status = serve_attributes(&p, &a);
		if (status != OK)
			return status;
		base = (i64)a.node.bytes;
		break;
	default: return ERR_ARG;
	}
	if (d->kind == KIND_DIRECTORY && args->whence != SEEK_FROM_START)
		return ERR_IS_DIR;
	if (__builtin_add_overflow(base, args->offset, &position) || position < 0)
		return ERR_ARG;
	description_set_offset(d, (u64)position);
	result->position = (u64)position;
	once_keep(r, result->position, 0);
	return OK;
}

static enum microk_status op_stat(struct request *r, struct file_stat_result *result)
{
	const struct description *d = description_find(r->badge);
	struct fs_attributes a;

	if (!d)
		return ERR_NOT_FOUND;
	struct place p = description_held(d);
	enum microk_status status = serve_attributes(&p, &a);
	if (status != OK)
		return status;
	*result = (struct file_stat_result){SERVE_STAT(a)};
	return OK;
}

#define TICKS 1000000000 /* nanoseconds in a second */

/* The file's version: two contents have different ones. 0: its file system does not count as finely as its content changes. */
static u64 version_of(const struct fs *fs, const struct fs_attributes *a)
{
	if (fs->fixed)
		return 1;
	return a->changed > 0 && a->changed % TICKS ? (u64)a->changed : 0;
}

static enum microk_status op_execute(struct request *r, struct file_execute_result *result)
{
	enum microk_status status;
	const struct description *d = file_of(r, &status);
	struct fs_attributes a;

	if (!d)
		return status;
	struct place p = description_held(d);
	status = serve_attributes(&p, &a);
	if (status == OK && a.node.kind != KIND_FILE)
		status = ERR_TYPE;
	if (status == OK)
		status = running_mark(d);
	if (status != OK)
		return status;
	*result = (struct file_execute_result){
		.system = d->fs,
		.node = a.node.id,
		.version = version_of(p.fs, &a),
		.size = a.node.bytes};
	return OK;
}

static enum microk_status op_entry(struct request *r, const struct file_entry_args *args,
				   struct file_entry_result *result)
{
	const struct description *d = description_find(r->badge);
	struct fs_entry entry = {.next = 0};

	if (!d)
		return ERR_NOT_FOUND;
	if (d->kind != KIND_DIRECTORY)
		return ERR_NOT_DIR;
	struct place p = description_held(d);
	enum microk_status status = mount_entry(&p, args->cookie, &entry);
	if (status != OK)
		return status;
	result->next = entry.next;
	result->node = entry.node.id;
	result->kind = entry.node.kind;
	result->size = entry.node.bytes;
	string_copy(result->name, sizeof(result->name), entry.name);
	return OK;
}

static enum microk_status op_read_at(struct request *r, const struct file_read_at_args *args,
				     struct file_read_at_result *result)
{
	enum microk_status status;
	const struct description *d = file_of(r, &status);

	return d ? read_bytes(d, args->offset, result->data, MIN(args->size, FILE_DATA_AT_MAX),
			      &result->data_length)
		 : status;
}

static enum microk_status op_write_at(struct request *r, const struct file_write_at_args *args,
				      struct file_write_at_result *result)
{
	enum microk_status status;
	const struct description *d = file_of(r, &status);
	size_t written = 0;
	struct kept k;

	if (!d)
		return status;
	if (once_find(r, &k, &status)) {
		result->written = (u32)kept_count(&k);
		return OK;
	}
	if (status != OK)
		return status;
	status = write_bytes(d, args->offset, args->data, args->data_length, &written);
	result->written = (u32)written;
	if (status == OK)
		once_keep(r, 0, written);
	return status;
}

static enum microk_status op_truncate(struct request *r, const struct file_truncate_args *args)
{
	enum microk_status status;
	const struct description *d = file_of(r, &status);

	if (!d)
		return status;
	if (args->size > INT64_MAX)
		return ERR_TOO_LARGE;
	struct place p = description_held(d);
	return SERVE_CALL(p.fs, truncate, p.node.id, args->size);
}

static enum microk_status op_sync(struct request *r)
{
	const struct description *d = description_find(r->badge);

	if (!d)
		return ERR_NOT_FOUND;
	struct place p = description_held(d);
	return p.fs->ops->sync ? p.fs->ops->sync(p.fs, p.node.id) : OK;
}

static enum microk_status op_set(struct request *r, const struct file_set_args *args)
{
	const struct description *d = description_find(r->badge);

	if (!d)
		return ERR_NOT_FOUND;
	if (args->what & ~SET_ALL || args->mode > FILE_MODE_MAX)
		return ERR_ARG;
	struct place p = description_held(d);
	struct fs_attributes to = {
		.mode = args->mode,
		.owner = args->owner,
		.group = args->group,
		.accessed = args->accessed,
		.modified = args->modified};
	return SERVE_CALL(p.fs, set, p.node.id, args->what, &to);
}

/* ---- Lent frames ---- */

static enum microk_status op_lend(struct request *r, const struct file_lend_args *args)
{
	enum microk_status status;
	const struct description *d = file_of(r, &status);

	return d ? lent_keep(d, args->frame) : status;
}

static enum microk_status op_read_lent(struct request *r, const struct file_read_lent_args *args,
				       struct file_read_lent_result *result)
{
	struct transfer t;
	enum microk_status status = transfer_begin(r, MIN(args->size, FILE_LENT_MAX), &t);

	if (status == OK)
		status = lent_read(t.d, t.offset, args->at, t.size, &result->length);
	if (status == OK)
		transfer_end(r, &t, result->length);
	return status;
}

static enum microk_status op_write_lent(struct request *r, const struct file_write_lent_args *args,
					struct file_write_lent_result *result)
{
	struct transfer t;
	enum microk_status status = transfer_begin(r, 0, &t);

	if (status == OK && t.again) {
		result->written = t.size;
		return OK;
	}
	if (status == OK)
		status = find_end(&t);
	if (status == OK)
		status = lent_write(t.d, t.offset, args->at, args->size, &result->written);
	if (status == OK)
		transfer_end(r, &t, result->written);
	return status;
}

static enum microk_status op_read_lent_at(
	struct request *r, const struct file_read_lent_at_args *args,
	struct file_read_lent_at_result *result)
{
	enum microk_status status;
	const struct description *d = file_of(r, &status);

	return d ? lent_read(d, args->offset, args->at, MIN(args->size, FILE_LENT_MAX),
			     &result->length)
		 : status;
}

static enum microk_status op_write_lent_at(
	struct request *r, const struct file_write_lent_at_args *args,
	struct file_write_lent_at_result *result)
{
	enum microk_status status;
	const struct description *d = file_of(r, &status);
	struct kept k;

	if (!d)
		return status;
	if (once_find(r, &k, &status)) {
		result->written = (u32)kept_count(&k);
		return OK;
	}
	if (status == OK)
		status = lent_write(d, args->offset, args->at, args->size, &result->written);
	if (status == OK)
		once_keep(r, 0, result->written);
	return status;
}

static enum microk_status op_watch(struct request *r, const struct file_watch_args *args)
{
	const struct description *d = description_find(r->badge);

	if (!d)
		return ERR_NOT_FOUND;
	if (args->events & ~(EVENT_READABLE | EVENT_WRITABLE))
		return ERR_ARG;
	if ((args->events & EVENT_READABLE && !(r->prot & PROT(FILE_RIGHT_READ))) ||
	    (args->events & EVENT_WRITABLE && !(r->prot & PROT(FILE_RIGHT_WRITE))))
		return ERR_RIGHTS;
	return watch_set(d, args->events, args->signal);
}

static enum microk_status op_flags(struct request *r, const struct file_flags_args *args)
{
	enum microk_status status;
	const struct description *d = file_of(r, &status);

	if (!d)
		return status;
	if (args->flags & ~OPEN_APPEND)
		return ERR_ARG;
	u32 flags = (d->flags & ~OPEN_APPEND) | args->flags;
	keep_write(&d->flags, &flags, sizeof(flags));
	return OK;
}

/* ---- Locks ---- */

/* The badge of a capability to a file or directory of this server. */
static enum microk_status owner_of(cap_t owner, u64 *badge)
{
	struct cnode_describe_result d;

	if (owner == 0 || cnode_describe(SLOT_CNODE, owner, &d) != OK || d.type != CAP_ENDPOINT)
		return ERR_TYPE;
	if (!handle_is_own(owner) || !badge_is_description(d.value))
		return ERR_CROSS;
	*badge = d.value;
	return OK;
}

static enum microk_status op_lock(struct request *r, const struct file_lock_args *args)
{
	u64 owner;
	enum microk_status status = owner_of(args->owner, &owner);

	return status == OK ? locks_set(r, args, owner) : status;
}

static enum microk_status op_lock_test(struct request *r, const struct file_lock_test_args *args,
				       struct file_lock_test_result *result)
{
	u64 owner;
	enum microk_status status = owner_of(args->owner, &owner);

	return status == OK ? locks_test(r, args, owner, result) : status;
}

/* ---- Capabilities at names ---- */

static enum microk_status op_keep(struct request *r, const struct file_keep_args *args)
{
	const struct description *d = description_find(r->badge);

	return d ? met_keep(d, args->met) : ERR_NOT_FOUND;
}

static enum microk_status op_fetch(struct request *r, struct file_fetch_result *result)
{
	const struct description *d = description_find(r->badge);

	return d ? met_find(d, &result->met) : ERR_NOT_FOUND;
}

const struct file_ops serve_file_ops = {
	.abandon = serve_abandoned,
	.read = op_read,
	.write = op_write,
	.seek = op_seek,
	.stat = op_stat,
	.entry = op_entry,
	.read_at = op_read_at,
	.write_at = op_write_at,
	.truncate = op_truncate,
	.sync = op_sync,
	.set = op_set,
	.lend = op_lend,
	.read_lent = op_read_lent,
	.write_lent = op_write_lent,
	.read_lent_at = op_read_lent_at,
	.write_lent_at = op_write_lent_at,
	.watch = op_watch,
	.execute = op_execute,
	.flags = op_flags,
	.keep = op_keep,
	.fetch = op_fetch,
	.lock = op_lock,
	.lock_test = op_lock_test,
};
