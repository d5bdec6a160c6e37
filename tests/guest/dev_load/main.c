/*
 * Reads and writes the files of /dev at random until the Notification `wake` is signalled, and holds each result against the one
 * that is known.
 * Word i of the disk is i * DISK_FACTOR (tests/test_dev.py).
 *
 * Arguments: SEED.
 */
#include "gen/protocols/dir_client.h"
#include "gen/protocols/file_client.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/ipc.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "protocols/dir.h"
#include "tests/guest/kit/service.h"
#include "lib/microk/self.h"
#include "tests/guest/killer/answered.h"
#include "tests/random.h"

#define FAILURES_MOST 5u
#define DISK_FACTOR 0x9e3779b97f4a7c15ul
#define SIGNAL_END 1 /* as in tests/guest/dev_killed */
#define SIGNAL_WATCH 2

enum { NULL_DEVICE, ZERO, FULL, RANDOM, DISK, DEVICES };

static const char *const names[DEVICES] = {"null", "zero", "full", "random", "disk"};

static struct {
	cap_t cap;
	u64 offset;
} files[DEVICES];
static cap_t root;
static u64 random_state = 1, operations[DEVICES], all, disk_bytes;
static u32 failures, signals;

static u64 draw(u64 below)
{
	return random_next(&random_state) % below;
}

static void wrong(u32 i, const char *what, u64 expected, u64 got)
{
	report("FAIL operation %lu: %s of %s: %lu expected, %lu came\n", all, what, names[i],
	       expected, got);
	failures++;
}

static bool is_ok(u32 i, const char *what, enum microk_status status)
{
	if (status != OK)
		wrong(i, what, OK, status);
	return status == OK;
}

/* Also counts the signals of the watch. */
static bool is_over(cap_t wake)
{
	struct message m = {.tag = TAG_DEADLINE};

	ipc_buffer->deadline = 1; /* it is over: the call returns at once */
	if (ipc(SYS_WAIT, wake, &m) != OK)
		return false;
	signals += (m.badge & SIGNAL_WATCH) != 0;
	return m.badge & SIGNAL_END;
}

static void open_again(u32 i)
{
	const struct dir_open_args args = {.flags = i == DISK ? 0 : OPEN_WRITE, .path = names[i]};
	struct dir_open_result opened;
	enum microk_status status;

	if (files[i].cap)
		slot_drop(files[i].cap);
	files[i].cap = slot_alloc();
	files[i].offset = 0;
	ANSWERED(status, dir_open(root, &args, files[i].cap, &opened));
	is_ok(i, "open", status);
}

/* ---- The bytes of each file ---- */

static u8 byte_of_disk(u64 at)
{
	return (u8)(at / 8 * DISK_FACTOR >> at % 8 * 8);
}

static void check_bytes(u32 i, u64 at, const u8 *bytes, u64 length)
{
	static u64 last;
	u64 first;

	for (u64 k = 0; k < length && (i == ZERO || i == FULL || i == DISK); k++) {
		u8 expected = i == DISK ? byte_of_disk(at + k) : 0;
		if (bytes[k] == expected)
			continue;
		wrong(i, "byte", expected, bytes[k]);
		return;
	}
	if (i != RANDOM || length < sizeof(first))
		return;
	memcpy(&first, bytes, sizeof(first));
	if (first == last)
		wrong(i, "the same number again", 0, first);
	last = first;
}

static void read_once(u32 i)
{
	static struct file_read_result got;
	u32 size = (u32)(1 + draw(FILE_DATA_MAX));
	u64 left = i == DISK ? disk_bytes - files[i].offset : i == NULL_DEVICE ? 0 : size;
	enum microk_status status;

	ANSWERED(status, file_read(files[i].cap, size, &got));
	if (!is_ok(i, "read", status))
		return;
	if (got.data_length != (size < left ? size : left))
		wrong(i, "bytes read", size < left ? size : left, got.data_length);
	check_bytes(i, files[i].offset, got.data, got.data_length);
	files[i].offset += got.data_length;
}

static void write_once(u32 i)
{
	static u8 bytes[FILE_DATA_MAX];
	struct file_write_result put;
	u64 size = 1 + draw(sizeof(bytes));
	enum microk_status status;

	if (i == DISK)
		return;
	ANSWERED(status, file_write(files[i].cap, bytes, size, &put));
	if (i == FULL && status == ERR_FULL)
		return;
	if (i == FULL || !is_ok(i, "write", status) || put.written != size)
		wrong(i, "write", size, i == FULL ? status : put.written);
	files[i].offset += size;
}

/* The position shows whether an earlier request was done twice. */
static void seek_once(u32 i)
{
	const struct file_seek_args here = {.whence = SEEK_FROM_HERE};
	const struct file_seek_args to = {.offset = (i64)draw(disk_bytes)};
	struct file_seek_result got;
	enum microk_status status;

	ANSWERED(status, file_seek(files[i].cap, &here, &got));
	if (is_ok(i, "seek", status) && got.position != files[i].offset)
		wrong(i, "position", files[i].offset, got.position);
	if (draw(3))
		return;
	ANSWERED(status, file_seek(files[i].cap, &to, &got));
	is_ok(i, "seek", status);
	files[i].offset = (u64)to.offset;
}

/* A description that stays open: each instance that takes over signals its watch. */
static void watch_one(cap_t wake)
{
	const struct dir_open_args args = {.path = names[RANDOM]};
	struct file_watch_args w = {.events = EVENT_READABLE};
	struct dir_open_result opened;
	cap_t file = slot_alloc();
	enum microk_status status;

	ANSWERED(status, dir_open(root, &args, file, &opened));
	if (!is_ok(RANDOM, "open", status) ||
	    cap_mint(wake, RIGHT_WRITE, SIGNAL_WATCH, MINT_BADGE, &w.signal) != OK)
		return;
	ANSWERED(status, file_watch(file, &w));
	is_ok(RANDOM, "watch", status);
}

static void operate(void)
{
	u32 i = (u32)draw(DEVICES), chance = (u32)draw(100);

	operations[i]++;
	all++;
	if (chance < 50)
		read_once(i);
	else if (chance < 75)
		write_once(i);
	else if (chance < 93)
		seek_once(i);
	else
		open_again(i);
}

int main(void)
{
	const struct dir_stat_args disk = {.path = names[DISK]};
	struct dir_stat_result there = {0};
	cap_t wake = grant_find("wake");
	enum microk_status status;

	root = grant_find("/");
	if (!report_begin() || !wake || !root)
		return 1;
	for (const char *c = startup->arguments; *c >= '0' && *c <= '9'; c++)
		random_state = random_state * 10 + (u64)(*c - '0');
	ANSWERED(status, dir_stat(root, &disk, &there));
	is_ok(DISK, "stat", status);
	disk_bytes = there.size;
	for (u32 i = 0; i < DEVICES; i++)
		open_again(i);
	watch_one(wake);
	while (failures < FAILURES_MOST && !is_over(wake))
		operate();
	for (u32 i = 0; i < DEVICES; i++)
		report("NOTE %s: %lu operations\n", names[i], operations[i]);
	report("NOTE %u signals of a watch\n", signals);
	report("DONE %u failed\n", failures);
	return failures > 0;
}
