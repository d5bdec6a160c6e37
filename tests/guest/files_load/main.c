/*
 * Random operations on files until the Notification `wake` is signalled. Then everything is written and read again, and
 * listed on the tests' own serial line, for the host to find it on the disk.
 *
 * Arguments: SEED, then `detach` (the file system is ended) or `cut` (the machine stops with files open, and with changes
 * after the last sync). With a grant "/home" a part of the files is on that file system.
 */
#include "gen/protocols/dir_client.h"
#include "gen/protocols/file_client.h"
#include "lib/microk/print.h"
#include "lib/microk/ipc.h"
#include "lib/microk/memory.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "protocols/dir.h"
#include "tests/guest/files_load/load.h"
#include "tests/guest/kit/service.h"
#include "tests/random.h"

#define FAILURES_MOST 5u
#define LATE 20u /* files that are made after the last sync */

cap_t roots[VOLUMES_MOST], load_folders[VOLUMES_MOST];
struct handle handles[HANDLES];
u32 failures;
u8 *lent_memory;
cap_t lent_frame, lent_slot;

static u64 random_state = 1, operations;

cap_t root_of(u32 name)
{
	return roots[name_volume(name)];
}

u64 draw(u64 below)
{
	return random_next(&random_state) % below;
}

void wrong(const char *what, const char *path, u64 expected, u64 got)
{
	report("FAIL operation %lu: %s %s: %lu expected, %lu came\n", operations, what, path,
	       expected, got);
	failures++;
}

bool is_status(const char *what, const char *path, enum microk_status expected,
	       enum microk_status got)
{
	if (expected == got)
		return true;
	report("FAIL operation %lu: %s %s: %s expected, %s came\n", operations, what, path,
	       status_name(expected), status_name(got));
	failures++;
	return false;
}

static bool is_over(cap_t wake)
{
	struct message m = {.tag = TAG_DEADLINE};

	ipc_buffer->deadline = 1; /* it is over: the call returns at once */
	return ipc(SYS_WAIT, wake, &m) == OK;
}

static void make_folder(u32 volume, const char *path)
{
	enum microk_status status;

	ANSWERED(status,
		 dir_mkdir(roots[volume], &(struct dir_mkdir_args){.mode = 0755, .path = path}));
	is_status("mkdir", path, OK, status);
}

static void begin(void)
{
	enum microk_status status;
	void *memory;

	for (const char *c = startup->arguments; *c >= '0' && *c <= '9'; c++)
		random_state = random_state * 10 + (u64)(*c - '0');
	roots[0] = grant_find("/");
	roots[1] = grant_find("/home");
	volumes = roots[1] ? 2 : 1;
	lent_slot = slot_alloc();
	is_status("memory", "", OK, memory_make(LENT_BYTES / PAGE_SIZE, &lent_frame, &memory));
	lent_memory = memory;
	for (u32 i = 0; i < HANDLES; i++)
		handles[i].cap = slot_alloc();
	for (u32 i = 0; i < volumes; i++) {
		struct dir_open_args args = {
			.flags = OPEN_DIRECTORY | OPEN_WRITE, .path = folder_path(0)};
		struct dir_open_result opened;
		make_folder(i, args.path);
		load_folders[i] = slot_alloc();
		ANSWERED(status, dir_open(roots[i], &args, load_folders[i], &opened));
		is_status("open", args.path, OK, status);
	}
	for (u32 i = 1; i < FOLDERS; i++)
		make_folder(folder_volume(i), folder_path(i));
}

/* Some of it reaches the disk, and some does not. */
static void change_late(void)
{
	struct file_write_result written;
	struct dir_open_result opened;
	char path[24];
	enum microk_status status;

	for (u32 i = 0; i < LATE; i++) {
		struct handle *h = &handles[i % HANDLES];
		if (h->node)
			handle_close(h);
		format(path, sizeof(path), "late%u", i);
		struct dir_open_args args = {
			.flags = OPEN_CREATE | OPEN_WRITE, .mode = 0644, .path = path};
		cap_t file = slot_alloc(), root = roots[i / 2 % volumes];
		ANSWERED(status, dir_open(root, &args, file, &opened));
		if (is_status("open", path, OK, status))
			ANSWERED(status, file_write(file, path, sizeof(path), &written));
		if (i % 2)
			ANSWERED(status, dir_unlink(root, &(struct dir_unlink_args){.path = path}));
		is_status("late change of", path, OK, status);
	}
}

/* With files open, one of them without a name. */
static void detach(cap_t root)
{
	struct dir_open_args args = {
		.flags = OPEN_CREATE | OPEN_WRITE, .mode = 0644, .path = "nameless"};
	struct file_write_result written;
	struct dir_open_result opened;
	enum microk_status status;
	cap_t file = slot_alloc();

	ANSWERED(status, dir_open(root, &args, file, &opened));
	is_status("open", args.path, OK, status);
	ANSWERED(status, file_write(file, args.path, strlen(args.path), &written));
	is_status("write", args.path, OK, status);
	ANSWERED(status, dir_unlink(root, &(struct dir_unlink_args){.path = args.path}));
	is_status("unlink", args.path, OK, status);
	ANSWERED(status, dir_detach(root));
	is_status("detach", "", OK, status);
}

int main(void)
{
	cap_t wake = grant_find("wake");

	if (!report_begin() || !wake)
		return 1;
	begin();
	for (; failures < FAILURES_MOST && !is_over(wake); operations++)
		(draw(100) < 60 ? operate_on_data : operate_on_names)();
	sync_all();
	verify_all(true);
	report("NOTE %lu operations\n", operations);
	if (strchr(startup->arguments, 'u')) /* "cut" */
		change_late();
	else
		for (u32 i = 0; i < volumes; i++)
			detach(roots[i]);
	report("DONE %u failed\n", failures);
	return failures > 0;
}
