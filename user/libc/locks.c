#include "user/libc/locks.h"
#include "gen/protocols/file_client.h"
#include "lib/microk/slots.h"
#include "lib/namespace/namespace.h"
#include "user/libc/calls.h"
#include "user/libc/errors.h"
#include "user/libc/flags.h"
#include "user/libc/self.h"
#include "user/libc/waiting.h"

#define F_GETLK 5
#define F_SETLK 6
#define F_SETLKW 7
#define F_OFD_GETLK 36
#define F_OFD_SETLK 37
#define F_OFD_SETLKW 38

/* struct flock, as musl and Linux have it. */
enum { F_RDLCK, F_WRLCK, F_UNLCK };
struct range {
	short type, whence;
	i64 start, length;
	int process;
};

static cap_t owners[NAMESPACE_MAX]; /* by the namespace's entry: its directory, as it is needed */
static struct lock lock;

void locks_forked(void)
{
	lock = (struct lock){0};
	descriptor_closing = NULL;
	for (u32 i = 0; i < NAMESPACE_MAX; i++) {
		slot_drop(owners[i]);
		owners[i] = 0;
	}
}

static cap_t owner_at(u32 index)
{
	const char *prefix = namespace_prefix(index);

	lock_take(&lock);
	if (prefix && !owners[index]) {
		cap_t slot = slot_alloc();

		if (slot && path_open(prefix, OPEN_DIRECTORY, 0, slot, NULL) == OK)
			owners[index] = slot;
		else
			slot_free(slot);
	}
	lock_give(&lock);
	return prefix ? owners[index] : 0;
}

/* A request about a lock: with `test`, who keeps it away. */
struct asked {
	struct file_lock_args args;
	bool test;
	struct file_lock_test_result found;
};

static enum microk_status ask(struct open_file *f, struct asked *a)
{
	if (a->test)
		return file_lock_test(
			f->cap,
			&(struct file_lock_test_args){
				.kind = a->args.kind,
				.flags = a->args.flags,
				.start = a->args.start,
				.length = a->args.length,
				.owner = a->args.owner},
			&a->found);
	if (!(a->args.flags & LOCK_WAIT))
		return file_lock(f->cap, &a->args);
	if (!wait_begin())
		return ERR_CANCELLED;
	enum microk_status status = file_lock(f->cap, &a->args);
	wait_end();
	return status;
}

/* By the directory of the server that has the file: the others are rejected as an owner. */
static enum microk_status ask_as_process(struct open_file *f, struct asked *a)
{
	enum microk_status status = ERR_CROSS;

	for (u32 i = 0; status == ERR_CROSS && namespace_prefix(i); i++) {
		a->args.owner = owner_at(i);
		if (a->args.owner)
			status = ask(f, a);
	}
	return status;
}

static long result_of(enum microk_status status)
{
	return status == ERR_NO_SPACE ? -ENOLCK
	       : status == ERR_RIGHTS ? -EBADF
	       : status == ERR_CROSS || status == ERR_METHOD || status == ERR_PROTOCOL
		       ? -EINVAL
		       : error_of(status);
}

/* The range's first byte: `start` may be relative, and the length negative. */
static long place_of(struct open_file *f, const struct range *r, struct file_lock_args *to)
{
	i64 base = 0, start, length = r->length;

	if (r->whence == SEEK_FROM_HERE) {
		struct file_seek_result at;
		if (file_seek(f->cap, &(struct file_seek_args){.whence = SEEK_FROM_HERE}, &at) !=
		    OK)
			return -EINVAL;
		base = (i64)at.position;
	} else if (r->whence == SEEK_FROM_END) {
		struct file_stat_result s;
		if (file_stat(f->cap, &s) != OK)
			return -EINVAL;
		base = (i64)s.size;
	} else if (r->whence != SEEK_FROM_START) {
		return -EINVAL;
	}
	if (__builtin_add_overflow(base, r->start, &start) ||
	    (length < 0 && __builtin_add_overflow(start, length, &start)) || start < 0)
		return -EINVAL;
	if (length < 0)
		length = -length;
	if (length > INT64_MAX - start)
		return -EOVERFLOW;
	to->start = (u64)start;
	to->length = (u64)length;
	return 0;
}

static void show(const struct file_lock_test_result *found, struct range *to)
{
	if (found->found == LOCK_NONE) {
		to->type = F_UNLCK;
		return;
	}
	*to = (struct range){
		.type = found->found == LOCK_READ ? F_RDLCK : F_WRLCK,
		.start = (i64)found->at,
		.length = (i64)found->bytes,
		.process = (int)found->holder};
}

/* A program that has never had a lock pays nothing at a close. */
static void unlock_all(struct open_file *f)
{
	struct asked a = {.args.kind = LOCK_NONE};

	if (f->kind == KIND_FILE && !f->local)
		ask_as_process(f, &a);
}

long locks_change(struct open_file *f, long command, void *flock)
{
	struct range *r = flock;
	bool of_description = command >= F_OFD_GETLK && command <= F_OFD_SETLKW;
	long plain = of_description ? command - F_OFD_GETLK + F_GETLK : command;
	struct asked a = {.test = plain == F_GETLK, .args.owner = f->cap};

	if (plain < F_GETLK || plain > F_SETLKW || (of_description && r->process))
		return -EINVAL;
	if (f->local || r->type < F_RDLCK || r->type > F_UNLCK || (a.test && r->type == F_UNLCK))
		return -EINVAL;
	a.args.kind = r->type == F_RDLCK ? LOCK_READ : r->type == F_WRLCK ? LOCK_WRITE : LOCK_NONE;
	a.args.flags = plain == F_SETLKW ? LOCK_WAIT : 0;
	a.args.holder = of_description ? ~0u : process_page->process;
	long failed = place_of(f, r, &a.args);
	if (failed)
		return failed;
	if (!of_description)
		descriptor_closing = unlock_all;
	failed = result_of(of_description ? ask(f, &a) : ask_as_process(f, &a));
	if (!failed && a.test)
		show(&a.found, r);
	return failed;
}

/* ---- flock(2) ---- */

#define FLOCK_SHARED 1
#define FLOCK_EXCLUSIVE 2
#define FLOCK_NO_WAIT 4
#define FLOCK_UNLOCK 8

long call_flock(const long a[6])
{
	long how = a[1] & ~FLOCK_NO_WAIT;
	struct open_file *f = descriptor_hold(a[0]);
	struct asked asked = {
		.args = {.kind = how == FLOCK_SHARED      ? LOCK_READ
				 : how == FLOCK_EXCLUSIVE ? LOCK_WRITE
							  : LOCK_NONE,
			 .flags = LOCK_WHOLE | (a[1] & FLOCK_NO_WAIT ? 0 : LOCK_WAIT),
			 .holder = process_page->process}};

	if (!f)
		return -EBADF;
	long result = -EINVAL;
	asked.args.owner = f->cap;
	if (!f->local && (how == FLOCK_SHARED || how == FLOCK_EXCLUSIVE || how == FLOCK_UNLOCK))
		result = result_of(ask(f, &asked));
	descriptor_let_go(f);
	return result;
}
