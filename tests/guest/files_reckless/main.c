/*
 * Opens files without closing them, writes, renames and removes them, and lends memory that a second thread takes back in
 * the middle, at random, until it is killed (tests/guest/client_killed) or the Notification `wake` is signalled. Then it
 * checks that its predecessors have left nothing open, and no byte that none of them wrote, and ends the file system.
 *
 * Byte i of each file is byte_at(i), if it was written, or else 0.
 */
#include "gen/lib/microk/methods.h"
#include "gen/protocols/dir_client.h"
#include "gen/protocols/file_client.h"
#include "lib/fileserver/account.h"
#include "lib/microk/ipc.h"
#include "lib/microk/memory.h"
#include "lib/microk/pause.h"
#include "lib/microk/print.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/thread.h"
#include "lib/microk/util.h"
#include "microk/info.h"
#include "protocols/dir.h"
#include "tests/guest/kit/service.h"
#include "tests/random.h"

#define FOLDER "reckless"
#define NAMES 12u
#define FILE_BYTES 200000u
#define LENT_BYTES 16384u
#define HELD_MOST 200u
#define PERIOD 251u
#define PRIORITY 20u       /* below the server's */
#define PRIORITY_TAKER 35u /* above it: as the supervisor declares */

static cap_t root, frame, held[HELD_MOST];
static u32 held_count, failures;
static u64 random_state, ticks;
static u8 *lent;

static u64 draw(u64 below)
{
	return random_next(&random_state) % below;
}

static u8 byte_at(u64 i)
{
	return (u8)(1 + i % PERIOD);
}

static void wrong(const char *what, const char *path, enum microk_status status)
{
	report("FAIL %s %s: %s\n", what, path, status_name(status));
	failures++;
}

static const char *draw_path(char *path, u32 bytes)
{
	format(path, bytes, FOLDER "/f%lu", draw(NAMES));
	return path;
}

/* ---- Reckless ---- */

/* The second thread: takes back the memory that was lent, from a server that may be copying to it. */
static void take_back(u64 unused)
{
	(void)unused;
	for (;;) {
		pause_ticks(ticks);
		cnode_revoke(SLOT_CNODE, frame);
	}
}

/* It may be taken back while the server takes it. */
static enum microk_status lend(cap_t file)
{
	enum microk_status status = file_lend(file, frame);

	return status == ERR_CAP || status == ERR_TYPE ? OK : status;
}

static void open_one(void)
{
	char path[24];
	struct dir_open_result opened;
	struct dir_open_args args = {
		.flags = OPEN_CREATE | OPEN_WRITE | (draw(8) ? 0 : OPEN_TRUNCATE),
		.mode = 0644,
		.path = draw_path(path, sizeof(path))};
	cap_t slot = slot_alloc();

	if (held_count == HELD_MOST)
		slot_drop(held[--held_count]);
	enum microk_status status = dir_open(root, &args, slot, &opened);
	if (status != OK) {
		wrong("open", path, status);
		slot_free(slot);
		return;
	}
	held[held_count++] = slot;
	status = lend(slot);
	if (status != OK)
		wrong("lend", path, status);
}

/* ERR_CAP: the Frame was taken back. */
static void transfer(cap_t file)
{
	const u64 offset = draw(FILE_BYTES / PERIOD) * PERIOD; /* lent[i] is byte_at(i), or 0 */
	const u32 size = (u32)(1 + draw(LENT_BYTES));
	struct file_write_lent_at_args put = {.offset = offset, .size = size};
	struct file_read_lent_at_args get = {.offset = offset, .size = size};
	struct file_write_lent_at_result written;
	struct file_read_lent_at_result length;
	enum microk_status status = draw(3) ? file_write_lent_at(file, &put, &written)
					    : file_read_lent_at(file, &get, &length);

	if (status == ERR_CAP)
		status = lend(file);
	if (status != OK)
		wrong("transfer", "", status);
}

static void change_names(void)
{
	char path[24], other[24];
	struct dir_rename_args rename = {
		.from = draw_path(path, sizeof(path)), .to = draw_path(other, sizeof(other))};
	enum microk_status status =
		draw(2) ? dir_unlink(root, &(struct dir_unlink_args){.path = path})
			: dir_rename(root, &rename);

	if (status != OK && status != ERR_NOT_FOUND)
		wrong("change of", path, status);
}

static void operate(void)
{
	u64 chance = draw(100);

	if (chance < 40 || held_count == 0)
		open_one();
	else if (chance < 80)
		transfer(held[draw(held_count)]);
	else if (chance < 95)
		change_names();
	else
		dir_sync(root);
}

/* ---- The check ---- */

static void check_bytes(const char *path, cap_t file)
{
	struct file_read_result got;
	u64 at = 0;
	enum microk_status status;

	while ((status = file_read(file, FILE_DATA_MAX, &got)) == OK && got.data_length) {
		for (u64 i = 0; i < got.data_length; i++, at++)
			if (got.data[i] && got.data[i] != byte_at(at)) {
				report("FAIL %s: byte %lu is %u\n", path, at, got.data[i]);
				failures++;
				return;
			}
	}
	if (status != OK)
		wrong("read", path, status);
}

/* The whole share is free again. */
static void check_share(void)
{
	static cap_t files[DESCRIPTIONS_PER_DIRECTORY];
	struct dir_open_result opened;
	u32 count = 0;
	char path[24];

	for (; count < DESCRIPTIONS_PER_DIRECTORY; count++) {
		struct dir_open_args args = {
			.flags = OPEN_CREATE | OPEN_WRITE,
			.mode = 0644,
			.path = draw_path(path, sizeof(path))};
		files[count] = slot_alloc();
		enum microk_status status = dir_open(root, &args, files[count], &opened);
		if (status != OK) {
			wrong("open after all is closed,", path, status);
			break;
		}
		check_bytes(path, files[count]);
	}
	report("NOTE %u files were open at once\n", count);
	while (count)
		slot_drop(files[--count]);
}

static bool is_over(cap_t wake)
{
	struct message m = {.tag = TAG_DEADLINE};

	ipc_buffer->deadline = 1; /* it is over: the call returns at once */
	return ipc(SYS_WAIT, wake, &m) == OK;
}

int main(void)
{
	const struct startup_entry *area = grant_entry("info");
	cap_t wake = grant_find("wake");
	void *memory;

	root = grant_find("/");
	if (!report_begin() || !wake || !root || !area)
		return 1;
	random_state = tsc_read() | 1ul << 40;
	ticks = ((const struct microk_info *)area->address)->tsc_hz / 5000;
	enum microk_status status =
		dir_mkdir(root, &(struct dir_mkdir_args){.mode = 0755, .path = FOLDER});
	if (status != OK && status != ERR_EXISTS)
		wrong("mkdir", FOLDER, status);
	status = memory_make(LENT_BYTES / PAGE_SIZE, &frame, &memory);
	lent = memory;
	for (u32 i = 0; status == OK && i < LENT_BYTES; i++)
		lent[i] = byte_at(i);
	if (status == OK)
		status = thread_begin(
			&(struct thread_plan){.entry = take_back,
					      .name = "taker",
					      .stack_pages = 2,
					      .priority = PRIORITY_TAKER},
			NULL);
	if (status == OK)
		status = thread_priority(
			SLOT_THREAD, &(struct thread_priority){.priority = PRIORITY});
	if (status != OK)
		wrong("start", "", status);
	while (!failures && !is_over(wake))
		operate();
	while (held_count)
		slot_drop(held[--held_count]);
	check_share();
	status = dir_detach(root);
	if (status != OK)
		wrong("detach", "", status);
	report("DONE %u failed\n", failures);
	return failures > 0;
}
