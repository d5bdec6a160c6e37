/*
 * The server of /dev, as a client sees it through generated stubs and the host's kernel: each device, and the disk through a ring
 * whose driver is this test.
 */
#include "client.h"
#include "gen/protocols/disk_server.h"
#include "lib/driver/ring.h"
#include "lib/fileserver/keep.h"
#include "lib/microk/slots.h"
#include "lib/microk/ticker.h"
#include "microk/info.h"
#include "servers/dev/rdrand.h"

int dev_main(void);

#define TSC_HZ 1000000000000 /* so that no answer gets old on a slow host */
#define SECTORS 4096u
#define POOL_PAGES 16u
#define PART_FIRST 1000u
#define PART_SECTORS 100u
#define BAD_SECTOR 3000u

static _Alignas(4096) union {
	struct microk_info info;
	u8 page[PAGE_SIZE];
} area;
static _Alignas(4096) u8 state[64 * 1024], pool[POOL_PAGES * PAGE_SIZE];
static struct ring_requests requests;
static struct ring_answers answers;
static cap_t endpoint, holder;
static u32 commands, block = RING_SECTOR;
static bool has_generator = true;

/* ---- The surroundings of dev ---- */

enum microk_status ticker_begin(cap_t notification, u64 badge, u64 ticks)
{
	CHECK(notification && badge == 1 && ticks == TSC_HZ / 1000);
	return OK;
}

static u32 asked;

void ticker_ask(void)
{
	asked++;
}

void ticker_came(void) {}

bool rdrand_exists(void)
{
	return has_generator;
}

bool rdrand(u64 *value)
{
	static u64 number;

	*value = ++number * 0x9e3779b97f4a7c15;
	return true;
}

/* ---- The driver ---- */

static u8 byte_at(u64 offset)
{
	return (u8)(offset * 7 + offset / RING_SECTOR * 13);
}

static void serve_request(u32 i)
{
	const struct ring_request *q = &requests.request[i];
	u64 at = q->sector * RING_SECTOR;

	CHECK(q->op == RING_READ && q->sector + q->sectors <= SECTORS && q->segments == 1);
	CHECK(q->sector % (block / RING_SECTOR) == 0 && q->sectors % (block / RING_SECTOR) == 0);
	CHECK((q->segment[0].first + q->segment[0].sectors) * RING_SECTOR <= sizeof(pool));
	for (u32 k = 0; k < q->sectors * RING_SECTOR; k++)
		pool[q->segment[0].first * RING_SECTOR + k] = byte_at(at + k);
	bool bad = q->sector <= BAD_SECTOR && BAD_SECTOR < q->sector + q->sectors;
	answers.answer[i].status = bad ? ERR_IO : OK;
	answers.answer[i].done = q->submitted;
	commands++;
}

static void drive(void)
{
	static u32 before, idle;

	idle = commands == before ? idle + 1 : 0;
	before = commands;
	if (idle > 1000) {
		printf("a client waits for the disk, which has nothing to do\n");
		exit(1);
	}
	for (u32 i = 0; i < RING_ENTRIES; i++)
		if (requests.request[i].submitted != answers.answer[i].done)
			serve_request(i);
	kernel_notify(endpoint, RING_SIGNAL);
}

static enum microk_status geometry(struct request *r, struct disk_geometry_result *result)
{
	(void)r;
	*result = (struct disk_geometry_result){.sectors = SECTORS, .block = block, .best = 64};
	return OK;
}

static enum microk_status partition(struct request *r, const struct disk_partition_args *args,
				    struct disk_partition_result *result)
{
	static u32 deaths = 3; /* then the stub of the caller gives up */

	(void)r;
	if (args->number > 3)
		return ERR_NOT_FOUND;
	if (args->number == 1 && deaths && deaths--)
		return ERR_PEER_DIED;
	if (args->number != 2) /* an empty one */
		*result = (struct disk_partition_result){
			.first = PART_FIRST, .sectors = PART_SECTORS * (args->number == 1)};
	return OK;
}

static enum microk_status attach(struct request *r)
{
	(void)r;
	return OK;
}

static const struct disk_ops disk_ops = {
	.geometry = geometry, .partition = partition, .attach = attach};

static void disk_requests(struct request *r)
{
	disk_dispatch(&disk_ops, r);
}

static void run_disk(cap_t at)
{
	static struct server s = {.name = "storage", .dispatch = disk_requests};

	s.endpoint = at;
	server_run(&s);
}

/* ---- */

static void run_dev(cap_t at)
{
	endpoint = at;
	kernel_grant("dev", at, NULL, 0);
	dev_main();
}

static void start(const char *how)
{
	has_generator = strcmp(how, "no generator") != 0;
	block = strcmp(how, "4 KiB blocks") == 0 ? 4096 : RING_SECTOR;
	area.info = (struct microk_info){.magic = INFO_MAGIC, .tsc_hz = TSC_HZ};
	kernel_grant("info", 0, &area, 1);
	kernel_grant("state", 0, state, sizeof(state) / PAGE_SIZE);
	kernel_grant("wake", kernel_notification(), NULL, 0);
	if (strcmp(how, "no disk") != 0) {
		cap_t disk = kernel_server("storage", run_disk);
		kernel_grant("disk", kernel_mint(disk, RIGHT_WRITE | DISK_RIGHT_READ, 10), NULL, 0);
		kernel_grant("disk.requests", 0, &requests, RING_REQUEST_PAGES);
		kernel_grant("disk.answers", 0, &answers, RING_ANSWER_PAGES);
		kernel_grant("disk.pages", 0, pool, POOL_PAGES);
		kernel_grant("disk.bell", kernel_notification(), NULL, 0);
	}
	cap_t dev = kernel_server("dev", run_dev);
	client = kernel_mint(dev, RIGHT_WRITE | DIR_RIGHT_READ | DIR_RIGHT_WRITE, 5);
	holder = kernel_mint(dev, RIGHT_WRITE | DIR_RIGHT_READ | DIR_RIGHT_MANAGE, 6);
	kernel_waiting = drive;
}

static cap_t open_to_write(const char *path)
{
	enum microk_status s;
	cap_t file = open_as(client, path, OPEN_WRITE | OPEN_CREATE | OPEN_TRUNCATE, &s);

	CHECK(file && s == OK);
	return file;
}

static bool is_zero(const u8 *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i])
			return false;
	return true;
}

static void test_directory(bool has_disk)
{
	static const char *const names[] = {
		"null", "zero", "full", "random", "urandom", "disk", "disk1"};
	static const u32 kinds[] = {KIND_CHARACTER, KIND_CHARACTER, KIND_CHARACTER, KIND_CHARACTER,
				    KIND_CHARACTER, KIND_BLOCK,     KIND_BLOCK};
	u32 count = has_disk ? ARRAY_LEN(names) : 5;
	struct file_entry_result entry;
	struct dir_stat_result there;
	cap_t directory = open_file("/");
	u64 cookie = 0;

	for (u32 i = 0; i < count; i++, cookie = entry.next) {
		CHECK(file_entry(directory, cookie, &entry) == OK);
		CHECK(strcmp(entry.name, names[i]) == 0 && entry.kind == kinds[i]);
		CHECK(stat_as(client, names[i], &there) == OK && there.node == entry.node);
		CHECK(there.kind == kinds[i] && there.size == entry.size);
	}
	CHECK(file_entry(directory, cookie, &entry) == ERR_NOT_FOUND);
	CHECK(stat_as(client, "nul", &there) == ERR_NOT_FOUND);
	CHECK(stat_as(client, "disk2", &there) == ERR_NOT_FOUND);
	CHECK(stat_as(client, "disk01", &there) == ERR_NOT_FOUND);
	CHECK(stat_as(client, "null/x", &there) == ERR_NOT_DIR);
	if (has_disk) {
		CHECK(stat_as(client, "disk", &there) == OK && there.size == SECTORS * RING_SECTOR);
		CHECK(stat_as(client, "disk1", &there) == OK &&
		      there.size == PART_SECTORS * RING_SECTOR);
	}
	slot_drop(directory);
}

static void test_plain(void)
{
	static const u8 text[] = "written";
	struct file_read_result got;
	struct file_write_result put;
	cap_t null = open_to_write("/null"), zero = open_to_write("/zero"),
	      full = open_to_write("/full");

	CHECK(file_read(null, 100, &got) == OK && got.data_length == 0);
	CHECK(file_write(null, text, sizeof(text), &put) == OK && put.written == sizeof(text));
	CHECK(file_read(zero, 896, &got) == OK && got.data_length == 896 && is_zero(got.data, 896));
	CHECK(file_write(zero, text, sizeof(text), &put) == OK && put.written == sizeof(text));
	CHECK(file_read(full, 100, &got) == OK && got.data_length == 100 && is_zero(got.data, 100));
	CHECK(file_write(full, text, sizeof(text), &put) == ERR_FULL);
	CHECK(file_truncate(null, 5) == ERR_READ_ONLY && file_sync(null) == OK);
	CHECK(dir_unlink(client, &(struct dir_unlink_args){.path = "null"}) == ERR_READ_ONLY);
	/* As touch does. */
	struct dir_set_args times = {
		.what = SET_ACCESSED | SET_MODIFIED, .modified = 5, .path = "null"};
	CHECK(dir_set(client, &times) == OK);
	times.what |= SET_MODE;
	CHECK(dir_set(client, &times) == ERR_READ_ONLY);
	slot_drop(null), slot_drop(zero), slot_drop(full);
}

static void test_random(void)
{
	struct file_read_result first, second;
	struct file_write_result put;
	cap_t one = open_to_write("/random"), other = open_file("/urandom");

	CHECK(file_read(one, 896, &first) == OK && first.data_length == 896);
	CHECK(file_read(other, 896, &second) == OK && second.data_length == 896);
	CHECK(memcmp(first.data, second.data, 896) != 0 && !is_zero(first.data, 64));
	CHECK(file_write(one, first.data, 896, &put) == OK && put.written == 896);
	slot_drop(one), slot_drop(other);
}

/* The client waits until the times of interrupts have made a key. */
static u32 ticks;

static void tick(void)
{
	ticks++;
	if (ticks > 100000) {
		printf("dev never has a key\n");
		exit(1);
	}
	kernel_notify(endpoint, 1);
}

static enum microk_status watch(cap_t file, u32 events, cap_t notification)
{
	return file_watch(
		file, &(struct file_watch_args){.events = events, .signal = notification});
}

static cap_t watcher; /* of EVENT_READABLE of /random */

/* Before there is a key. */
static void test_watch_begins(cap_t file, cap_t null)
{
	cap_t other = kernel_notification(), written = open_to_write("/random");

	watcher = kernel_notification();
	CHECK(watch(file, EVENT_READABLE, other) == OK && kernel_signals(other) == 0);
	CHECK(watch(file, EVENT_READABLE, watcher) == OK); /* in place of the other */
	CHECK(watch(file, 4, watcher) == ERR_ARG);
	CHECK(watch(file, EVENT_READABLE, client) == ERR_TYPE);
	CHECK(watch(file, EVENT_WRITABLE, watcher) == ERR_RIGHTS);
	CHECK(watch(null, EVENT_READABLE, other) == OK && kernel_signals(other) == 1);
	CHECK(watch(written, EVENT_READABLE | EVENT_WRITABLE, other) == OK);
	CHECK(kernel_signals(other) == 2);
	/* It ends with the watch, and with the description. */
	cap_t third = open_file("/urandom");
	CHECK(watch(third, EVENT_READABLE, other) == OK && watch(third, 0, other) == OK);
	CHECK(watch(third, EVENT_READABLE, other) == OK);
	slot_drop(third), slot_drop(written);
	tick();
	CHECK(kernel_signals(other) == 2 && kernel_signals(watcher) == 0);
	slot_drop(other);
}

static void test_random_waits(void)
{
	struct file_read_result got;
	cap_t file = open_file("/random"), null = open_file("/null");

	kernel_waiting = tick;
	CHECK(file_read(null, 10, &got) == OK && ticks == 0); /* the others do not wait */
	test_watch_begins(file, null);
	CHECK(file_read(file, 32, &got) == OK && got.data_length == 32);
	CHECK(ticks >= 256 && asked >= ticks - 1);
	CHECK(kernel_signals(watcher) == 1); /* an event that goes on to hold is signalled once */
	u32 before = ticks;
	CHECK(file_read(file, 32, &got) == OK && ticks == before);
	slot_drop(file), slot_drop(null), slot_drop(watcher);
	kernel_waiting = drive;
}

static bool is_of_disk(const u8 *bytes, size_t size, u64 at)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i] != byte_at(at + i))
			return false;
	return true;
}

static void check_read(cap_t file, u64 first, u64 bytes, u64 offset, u32 size)
{
	struct file_read_at_result got;
	u64 left = offset < bytes ? bytes - offset : 0;

	CHECK(file_read_at(file, &(struct file_read_at_args){.offset = offset, .size = size},
			   &got) == OK);
	CHECK(got.data_length == (size < left ? size : left));
	CHECK(is_of_disk(got.data, got.data_length, first + offset));
}

static void test_disk(void)
{
	const u64 bytes = SECTORS * RING_SECTOR, part = PART_SECTORS * RING_SECTOR;
	struct file_read_at_result got;
	struct file_read_result next;
	enum microk_status s;

	CHECK(!open_as(client, "disk", 0, &s) && s == ERR_RIGHTS);
	CHECK(!open_as(holder, "disk", OPEN_WRITE, &s) && s == ERR_RIGHTS);
	/* A directory that its holder opened leads to no disk: its capability has not the right. */
	cap_t directory = open_as(holder, ".", OPEN_DIRECTORY, &s);
	CHECK(directory && !open_as(directory, "disk", 0, &s) && s == ERR_RIGHTS);
	cap_t disk = open_as(holder, "disk", 0, &s), disk1 = open_as(holder, "disk1", 0, &s);
	CHECK(disk && disk1);
	for (u32 i = 0; i < 300; i++) {
		u32 size = 1 + (u32)rand() % 880;
		check_read(disk, 0, bytes, (u64)rand() % (bytes / 2), size);
		check_read(disk1, PART_FIRST * RING_SECTOR, part, (u64)rand() % (part + 1000),
			   size);
	}
	check_read(disk, 0, bytes, bytes - 1, 10);
	check_read(disk, 0, bytes, bytes, 10);
	check_read(disk1, PART_FIRST * RING_SECTOR, part, part - 100, 880);
	/* Each read is a request: nothing is answered from memory. */
	u32 before = commands;
	for (u32 i = 0; i < 5; i++)
		check_read(disk, 0, bytes, 512, 512);
	CHECK(commands == before + 5);
	/* Positions go on; an error of the disk is the reader's own, each time. */
	for (u32 i = 0; i < 20; i++)
		CHECK(file_read(disk, 700, &next) == OK && next.data_length == 700 &&
		      is_of_disk(next.data, 700, i * 700));
	for (u32 i = 0; i < 2; i++)
		CHECK(file_read_at(disk,
				   &(struct file_read_at_args){
					   .offset = BAD_SECTOR * RING_SECTOR + 5, .size = 10},
				   &got) == ERR_IO);
	check_read(disk, 0, bytes, 0, 10);
	slot_drop(disk), slot_drop(disk1), slot_drop(directory);
}

static void cancel_soon(void)
{
	kernel_cancelled = true;
}

/* Reads that their clients give up leave their answers in the pool: the next client's read does not wait for its room. */
static void test_disk_abandoned(void)
{
	struct file_read_result got;
	struct file_seek_result at;
	enum microk_status s;
	cap_t disk = open_as(holder, "disk", 0, &s);
	i64 offset = 0;

	for (u32 parts = 1; parts < 8; parts++) {
		kernel_waiting = cancel_soon;
		for (u32 i = 0; i < parts; i++, offset += 16384) {
			CHECK(seek(disk, offset, SEEK_FROM_START, &at) == OK);
			CHECK(file_read(disk, 100, &got) == ERR_CANCELLED);
		}
		drive();
		kernel_waiting = drive;
		check_read(disk, 0, SECTORS * RING_SECTOR, 500 * RING_SECTOR + parts, 880);
	}
	slot_drop(disk);
}

/* dev's table is small, and so is a client's share of it: another client still opens files. */
static void test_shares(void)
{
	static cap_t files[DESCRIPTIONS_MAX];
	enum microk_status s = OK;
	u32 count = 0;

	while (count < ARRAY_LEN(files) && (files[count] = open_as(client, "null", 0, &s)) != 0)
		count++;
	CHECK(count == keep_description_count() / 4 && s == ERR_NO_SPACE);
	cap_t other = open_as(holder, "null", 0, &s);
	CHECK(other && s == OK);
	slot_drop(other);
	while (count)
		slot_drop(files[--count]);
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";

	start(how);
	u64 before = everything();
	test_directory(strcmp(how, "no disk") != 0);
	test_plain();
	test_shares();
	if (strcmp(how, "no generator") == 0)
		test_random_waits();
	test_random();
	if (strcmp(how, "no disk") != 0)
		test_disk(), test_disk_abandoned();
	CHECK(everything() == before);
	CHECK(kernel_printed[0] == '\0');
	return check_result("dev");
}
