/* Listing directories. */
#include "gen/protocols/file_client.h"
#include "lib/microk/string.h"
#include "user/libc/calls.h"
#include "user/libc/descriptors.h"
#include "user/libc/errors.h"

/* As musl reads it (bits/dirent.h). */
struct dirent64 {
	u64 node;
	u64 next;
	u16 length;
	u8 type;
	char name[];
};
#define NAME_AT 19

static u8 type_of(u32 kind)
{
	static const u8 types[] = {
		[KIND_FILE] = 8,  [KIND_DIRECTORY] = 4, [KIND_TERMINAL] = 2, [KIND_PIPE] = 1,
		[KIND_LINK] = 10, [KIND_CHARACTER] = 2, [KIND_BLOCK] = 6,    [KIND_SOCKET] = 12};

	return kind < ARRAY_LEN(types) ? types[kind] : 0;
}

/* Puts an entry at `to` if it fits into `room`; its bytes, or 0. */
static u64 put(u8 *to, u64 room, const char *name, u64 node, u32 kind, u64 next)
{
	u64 length = strlen(name), bytes = ALIGN_UP(NAME_AT + length + 1, 8);
	struct dirent64 *d = (struct dirent64 *)to;

	if (bytes > room)
		return 0;
	memset(to, 0, bytes);
	d->node = node;
	d->next = next;
	d->length = (u16)bytes;
	d->type = type_of(kind);
	memcpy(d->name, name, length);
	return bytes;
}

/* "." and "..", which no server lists, come first: cookies 0 and 1; a server's cookie is 2 less. */
#define OWN_ENTRIES 2

/* With the file's lock. */
static long list(struct open_file *f, u8 *to, u64 room)
{
	u64 done = 0, bytes = 1;
	struct file_entry_result e;

	if (f->kind != KIND_DIRECTORY)
		return -ENOTDIR;
	for (; f->cookie < OWN_ENTRIES; f->cookie++, done += bytes)
		if (!(bytes = put(to + done, room - done, f->cookie ? ".." : ".", 1, KIND_DIRECTORY,
				  f->cookie + 1)))
			return done ? (long)done : -EINVAL;
	for (;;) {
		enum microk_status status = file_entry(f->cap, f->cookie - OWN_ENTRIES, &e);
		if (status == ERR_NOT_FOUND)
			return (long)done;
		if (status != OK)
			return done ? (long)done : error_of(status);
		bytes = put(to + done, room - done, e.name, e.node, e.kind, e.next + OWN_ENTRIES);
		if (!bytes)
			return done ? (long)done : -EINVAL;
		done += bytes;
		f->cookie = e.next + OWN_ENTRIES;
	}
}

long call_getdents64(const long a[6])
{
	struct open_file *f = descriptor_hold(a[0]);

	if (!f)
		return -EBADF;
	lock_take(&f->lock);
	long result = list(f, (u8 *)a[1], (u64)a[2]);
	lock_give(&f->lock);
	descriptor_let_go(f);
	return result;
}
