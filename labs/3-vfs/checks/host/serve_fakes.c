/* Around a file server's requests: all other files of the library, as far as these requests come to them. */
#include "serve_fakes.h"
#include "lib/fileserver/account.h"
#include "lib/fileserver/handle.h"
#include "lib/fileserver/lent.h"
#include "lib/fileserver/locks.h"
#include "lib/fileserver/met.h"
#include "lib/fileserver/mount.h"
#include "lib/fileserver/once.h"
#include "lib/fileserver/opening.h"
#include "lib/fileserver/running.h"
#include "lib/fileserver/serve.h"
#include "lib/fileserver/waiting.h"
#include "lib/fileserver/watch.h"
#include "lib/microk/method.h"
#include "unit.h"
#include <setjmp.h>

SHARED struct description table[PLACES];
SHARED u64 file_bytes = 1000;
SHARED enum microk_status read_status;
SHARED u32 reads, offset_sets;
SHARED u64 read_size;
SHARED bool was_served;
SHARED struct kept served;
SHARED enum microk_status once_status;
SHARED u32 keeps;
SHARED u64 kept_a, kept_moved;
SHARED u32 handles_closed, handle_closed_last, clients_forgotten, openers_closed, recounts;
SHARED bool forget_result;
SHARED u64 opener_closed_last, forgotten_last;
SHARED u32 in_transaction, forgotten_outside;

static jmp_buf out_of_the_loop;
static struct server *running;
static u32 dispatched;

u8 byte_of(u64 node, u64 offset)
{
	return (u8)(offset * 7 + (offset >> 8) + node * 31);
}

u64 badge_of(u32 number)
{
	return 1ul << 63 | (u64)table[number].generation << 16 | number;
}

/* ---- The file system ---- */
static enum microk_status read_node(struct fs *fs, u64 node, u64 offset, void *data, size_t size,
				    size_t *length)
{
	(void)fs;
	reads++;
	read_size = size;
	if (read_status != OK)
		return read_status;
	*length = offset >= file_bytes ? 0 : MIN(size, file_bytes - offset);
	for (u64 i = 0; i < *length; i++)
		((u8 *)data)[i] = byte_of(node, offset + i);
	return OK;
}

static const struct fs_ops ops = {.read = read_node};
static struct fs files = {.name = "files", .ops = &ops};

/* ---- Descriptions ---- */
bool badge_is_description(u64 badge)
{
	return badge >> 63;
}

const struct description *description_find(u64 badge)
{
	const struct description *d = &table[badge % PLACES];

	return badge >> 63 && d->use == DESCRIPTION_OPEN && badge_of((u32)(d - table)) == badge
		       ? d
		       : NULL;
}

u32 description_number(const struct description *d)
{
	return (u32)(d - table);
}

struct place description_held(const struct description *d)
{
	return (struct place){.fs = &files, .node = {.id = d->held, .kind = d->kind}};
}

void description_set_offset(const struct description *d, u64 offset)
{
	offset_sets++;
	if (d)
		table[d - table].offset = offset;
}

enum microk_status serve_attributes(const struct place *p, struct fs_attributes *out)
{
	return (void)p, (void)out, ERR_METHOD;
}

enum microk_status mount_entry(const struct place *at, u64 cookie, struct fs_entry *out)
{
	return (void)at, (void)cookie, (void)out, ERR_METHOD;
}

/* ---- Requests that take effect once ---- */
bool once_find(const struct request *r, struct kept *k, enum microk_status *status)
{
	(void)r;
	*status = once_status;
	if (was_served)
		*k = served;
	return was_served;
}

void once_keep(const struct request *r, u64 a, u64 count)
{
	(void)r;
	keeps++;
	kept_a = a;
	kept_moved = count;
}

bool once_forget(u64 badge)
{
	clients_forgotten++;
	forgotten_last = badge;
	forgotten_outside += !in_transaction;
	return forget_result;
}

/* ---- The rest of the server ---- */
enum microk_status keep_open(const struct keep_plan *plan, bool *was_there)
{
	return (void)plan, *was_there = false, OK;
}
u32 keep_description_count(void)
{
	return PLACES;
}
void keep_begin(void)
{
	in_transaction++;
}
enum microk_status keep_commit(void)
{
	return in_transaction--, OK;
}
void keep_abort(void)
{
	in_transaction--;
}
void account_settle(void) {}
void account_undo(void) {}
void account_recount(void)
{
	recounts++;
}
void opening_go_on(void) {}
void opening_take_over(void) {}
void opening_settle(bool done)
{
	(void)done;
}
enum microk_status waiting_setup(void)
{
	return OK;
}
bool waiting_has_share(u64 badge)
{
	return (void)badge, true;
}
bool waiting_add(struct request *r, u32 starts)
{
	return (void)r, (void)starts, true;
}
void waiting_retry(const struct server *s, bool (*run)(struct request *r, u32 *starts))
{
	(void)s, (void)run;
}
void watch_setup(cap_t first_slot)
{
	(void)first_slot;
}
enum microk_status watch_set(const struct description *d, u32 events, cap_t signal)
{
	return (void)d, (void)events, (void)signal, ERR_METHOD;
}
void watch_look(void) {}
void watch_take_over(void) {}
enum microk_status lent_setup(cap_t first_slot, struct pool_frames frames)
{
	return (void)first_slot, (void)frames, OK;
}
void lent_take_over(void) {}
enum microk_status lent_keep(const struct description *d, cap_t frame)
{
	return (void)d, (void)frame, ERR_METHOD;
}
enum microk_status lent_read(const struct description *d, u64 offset, u32 at, u32 size, u32 *length)
{
	return (void)d, (void)offset, (void)at, (void)size, (void)length, ERR_METHOD;
}
enum microk_status lent_write(const struct description *d, u64 offset, u32 at, u32 size,
			      u32 *length)
{
	return (void)d, (void)offset, (void)at, (void)size, (void)length, ERR_METHOD;
}

void handle_setup(cap_t endpoint, cap_t first_slot)
{
	(void)endpoint, (void)first_slot;
}
void handle_take_over(void) {}
void handle_unmint(cap_t slot)
{
	(void)slot;
}
void handle_arrived(cap_t slot)
{
	(void)slot;
}
void handle_lost(cap_t slot)
{
	(void)slot;
}
void handle_settle(void) {}
void handle_closed(const struct description *d)
{
	handles_closed++;
	handle_closed_last = (u32)(d - table);
}
void handle_opener_closed(u64 badge)
{
	openers_closed++;
	opener_closed_last = badge;
}

const struct dir_ops serve_dir_ops = {0};

enum microk_status serve_abandoned(struct request *r)
{
	return (void)r, ERR_METHOD;
}

void dir_dispatch(const struct dir_ops *o, struct request *r)
{
	(void)r;
	dispatched |= o == &serve_dir_ops ? TO_DIR : NOWHERE;
}

void file_dispatch(const struct file_ops *o, struct request *r)
{
	(void)r;
	dispatched |= o == &serve_file_ops ? TO_FILE : NOWHERE;
}

struct thread_self *thread_self(void)
{
	static struct ipcbuf buffer;
	static struct thread_self self = {.buffer = &buffer};

	return &self;
}

_Noreturn void server_run(struct server *s)
{
	running = s;
	longjmp(out_of_the_loop, 1);
}

/* ---- For the judge ---- */
void begin_serving(void)
{
	static struct fileserver f = {.name = "files"};
	bool was_there;

	fileserver_open(&f, &was_there);
	if (setjmp(out_of_the_loop) == 0)
		fileserver_run(&f);
}

enum dispatched route(u16 label, u64 badge)
{
	struct message m = {.tag = TAG(label, 0)};
	struct request r = {.badge = badge, .label = label, .message = &m};

	dispatched = NOWHERE;
	serve_route(&r);
	return (enum dispatched)dispatched;
}

enum microk_status read_file(u64 badge, u32 size, struct file_read_result *result)
{
	struct message m = {0};
	struct request r = {.badge = badge, .number = 77, .message = &m};
	struct file_read_args args = {.size = size};

	return serve_file_ops.read(&r, &args, result);
}

void tell_closed(u64 badge)
{
	running->closed(badge);
}

/* ---- Locks, capabilities at names, programs: no check sends a request about them ---- */

enum microk_status locks_set(struct request *r, const struct file_lock_args *args, u64 owner)
{
	(void)r, (void)args, (void)owner;
	return ERR_METHOD;
}

enum microk_status locks_test(struct request *r, const struct file_lock_test_args *args, u64 owner,
			      struct file_lock_test_result *result)
{
	(void)r, (void)args, (void)owner, (void)result;
	return ERR_METHOD;
}

void locks_drop(u64 owner)
{
	(void)owner;
}

void met_setup(cap_t first_slot)
{
	(void)first_slot;
}

enum microk_status met_keep(const struct description *d, cap_t met)
{
	(void)d, (void)met;
	return ERR_METHOD;
}

enum microk_status met_find(const struct description *d, cap_t *slot)
{
	(void)d, (void)slot;
	return ERR_METHOD;
}

void met_change(void) {}

void met_look(void) {}

enum microk_status running_mark(const struct description *d)
{
	(void)d;
	return ERR_METHOD;
}

enum microk_status running_check(const struct place *p)
{
	(void)p;
	return OK;
}

enum microk_status method_call(cap_t cap, u16 label, const u64 *words, size_t count,
			       struct message *result)
{
	(void)cap, (void)label, (void)words, (void)count, (void)result;
	return ERR_CAP;
}

bool handle_is_own(cap_t cap)
{
	(void)cap;
	return false;
}

void keep_write(const void *to, const void *from, u64 bytes)
{
	(void)to, (void)from, (void)bytes;
}

bool waiting_is_due(void)
{
	return false;
}
