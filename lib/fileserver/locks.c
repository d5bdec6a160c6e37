#include "lib/fileserver/locks.h"
#include "lib/fileserver/account.h"
#include "lib/fileserver/once.h"
#include "lib/fileserver/serve_parts.h"
#include "lib/fileserver/waiting.h"

/* The lock after that one; NULL: the first. */
static const struct file_lock *next_lock(const struct file_lock *l)
{
	const struct file_lock *end = keep_locks() + keep_lock_count();

	for (l = l ? l + 1 : keep_locks(); l < end; l++)
		if (l->owner)
			return l;
	return NULL;
}

static bool
	none; /* there are no locks, so that a close need not look; an instance begins without knowing */

/* A request's lock, or an owner's. */
static bool meets(const struct file_lock *l, const struct file_lock *other)
{
	return l->node == other->node && l->fs == other->fs && l->whole == other->whole &&
	       l->start <= other->end && other->start <= l->end;
}

static const struct file_lock *find_conflict(const struct file_lock *wanted)
{
	const struct file_lock *first = NULL;

	for (const struct file_lock *l = next_lock(NULL); l; l = next_lock(l)) {
		if (l->owner == wanted->owner || !meets(l, wanted) ||
		    (l->kind == LOCK_READ && wanted->kind == LOCK_READ))
			continue;
		if (!first || l->start < first->start)
			first = l;
	}
	return first;
}

/* The owner, and the range of the file that the request's description has. */
static enum microk_status find(const struct request *r, u64 owner, u64 start, u64 length, u32 flags,
			       struct file_lock *to)
{
	const struct description *d = description_find(r->badge);

	if (!d)
		return ERR_NOT_FOUND;
	if (d->kind == KIND_DIRECTORY && !(flags & LOCK_WHOLE))
		return ERR_IS_DIR;
	if (flags & ~LOCK_FLAGS || start > INT64_MAX || length > INT64_MAX - start)
		return ERR_RANGE;
	bool whole = flags & LOCK_WHOLE;
	*to = (struct file_lock){
		.owner = owner,
		.node = d->held,
		.fs = d->fs,
		.whole = whole,
		.start = whole ? 0 : start,
		.end = whole || !length ? INT64_MAX : start + length - 1};
	return OK;
}

/* ---- Changes, in a transaction ---- */

static enum microk_status add(const struct file_lock *lock)
{
	u64 payer = account_payer(lock->owner);
	u32 held = 0;

	for (const struct file_lock *l = next_lock(NULL); l; l = next_lock(l))
		held += account_payer(l->owner) == payer;
	for (const struct file_lock *l = keep_locks(); l < keep_locks() + keep_lock_count(); l++) {
		if (l->owner || held >= LOCKS_PER_CLIENT)
			continue;
		none = false;
		keep_write(l, lock, sizeof(*lock));
		return OK;
	}
	return ERR_NO_SPACE;
}

static void remove(const struct file_lock *l)
{
	keep_write(l, &(struct file_lock){0}, sizeof(*l));
}

/* Takes the range out of a lock of the same owner: of one that goes beyond both ends two are left. */
static enum microk_status cut(const struct file_lock *l, const struct file_lock *range)
{
	struct file_lock left = *l, right = *l;

	remove(l);
	left.end = range->start - 1;
	right.start = range->end + 1;
	enum microk_status status = left.start < range->start ? add(&left) : OK;
	if (status == OK && right.end > range->end)
		status = add(&right);
	return status;
}

static enum microk_status replace(const struct file_lock *wanted)
{
	enum microk_status status = OK;
	struct file_lock next = *wanted;

	for (const struct file_lock *l = next_lock(NULL); l; l = next_lock(l)) {
		if (l->owner != wanted->owner || !meets(l, wanted) || status != OK)
			continue;
		status = cut(l, wanted);
	}
	if (status == OK && next.kind != LOCK_NONE)
		status = add(&next);
	return status;
}

/* ---- Requests ---- */

static bool has_right(const struct request *r, const struct file_lock_args *args)
{
	u64 right = args->kind == LOCK_READ    ? FILE_RIGHT_READ
		    : args->kind == LOCK_WRITE ? FILE_RIGHT_WRITE
					       : 0;

	return args->flags & LOCK_WHOLE || !right || r->prot & PROT(right);
}

enum microk_status locks_set(struct request *r, const struct file_lock_args *args, u64 owner)
{
	enum microk_status status;
	struct file_lock wanted;

	if (serve_is_done(r, &status))
		return status;
	if (!keep_lock_count())
		return ERR_METHOD;
	if (args->kind > LOCK_WRITE)
		return ERR_ARG;
	if (!has_right(r, args))
		return ERR_RIGHTS;
	status = find(r, owner, args->start, args->length, args->flags, &wanted);
	if (status != OK)
		return status;
	wanted.kind = (u16)args->kind;
	wanted.holder = args->holder;
	if (args->kind != LOCK_NONE && find_conflict(&wanted)) {
		if (!(args->flags & LOCK_WAIT))
			return ERR_WOULD_BLOCK;
		return waiting_may_hold(r) ? FS_WAIT : ERR_NO_SPACE;
	}
	status = replace(&wanted);
	if (status != OK)
		return status;
	once_keep(r, 0, 0);
	waiting_change();
	return OK;
}

enum microk_status locks_test(struct request *r, const struct file_lock_test_args *args, u64 owner,
			      struct file_lock_test_result *result)
{
	struct file_lock wanted;
	enum microk_status status = find(r, owner, args->start, args->length, args->flags, &wanted);

	if (status != OK)
		return status;
	if (args->kind != LOCK_READ && args->kind != LOCK_WRITE)
		return ERR_ARG;
	wanted.kind = (u16)args->kind;
	const struct file_lock *l = find_conflict(&wanted);
	*result = (struct file_lock_test_result){.found = LOCK_NONE};
	if (l)
		*result = (struct file_lock_test_result){
			.found = l->kind,
			.at = l->start,
			.bytes = l->end == INT64_MAX ? 0 : l->end - l->start + 1,
			.holder = l->holder};
	return OK;
}

void locks_drop(u64 owner)
{
	bool some = false, others = false;

	if (none)
		return;
	for (const struct file_lock *l = next_lock(NULL); l; l = next_lock(l)) {
		others |= l->owner != owner;
		if (l->owner != owner)
			continue;
		if (!some)
			keep_begin();
		some = true;
		remove(l);
	}
	none = !some && !others;
	if (!some)
		return;
	keep_commit();
	waiting_change();
}
