#include "lib/microk/memory.h"
#include "lib/microk/string.h"
#include "lib/state/state.h"
#include "lib/supervise/instance.h"
#include "servers/pipe/ends.h"
#include "tests/guest/kit/supervised.h"
#include "tests/guest/pipes/pipes.h"

#define VIEW_ADDRESS 0x300000000ul
#define STATE_ADDRESS 0x310000000ul
#define BYTES_ADDRESS 0x320000000ul

enum { ENDPOINT, STATE, BYTES, GRANTS };

static struct supply pool;
static struct view view;
static struct grant grants[GRANTS];
static struct service service;
static struct elf_image image;
static void *area;

static void grant_memory(u32 which, const char *name, u64 bytes, u64 address, void **here)
{
	u64 pages = ALIGN_UP(bytes, PAGE_SIZE) / PAGE_SIZE;
	cap_t frame;

	EXPECT(OK, memory_make(pages, &frame, here));
	grants[which] = (struct grant){.name = name};
	EXPECT(OK,
	       grant_frames(&grants[which], &pool, frame, 1, RIGHT_READ | RIGHT_WRITE, address));
}

void server_begin(void)
{
	server_begin_with(sizeof(struct stores));
}

void server_begin_with(u64 bytes_size)
{
	const char *doing = "";
	void *bytes;

	supervised_program("boot/pipe", &image);
	pool = supervised_pool();
	view = (struct view){.address = VIEW_ADDRESS, .supply = &pool};
	service = supervised_service("pipe", grants, GRANTS);
	service.kept_slots = END_SLOTS * ENDS_MAX + FLIGHTS_MAX + TERMINALS_MAX;
	EXPECT(OK, service_make(&service, &pool, kit_make(CAP_ENDPOINT, 0)));
	grants[ENDPOINT] = (struct grant){.name = "pipe", .stays = true};
	EXPECT(OK, grant_copy(&grants[ENDPOINT], &pool, service.endpoint, RIGHT_ALL));
	grant_memory(STATE, "state", 15 * PAGE_SIZE, STATE_ADDRESS, &area);
	grant_memory(BYTES, "bytes", bytes_size, BYTES_ADDRESS, &bytes);
	EXPECT(OK, instance_start(&service, &image, &view, &doing));
}

void server_replace(void)
{
	const char *doing = "";

	EXPECT(OK, instance_replace(&service, &image, &view, &doing));
}

cap_t server_client(u64 badge)
{
	return copy_of(
		kit_mint(service.endpoint, RIGHT_ALL, badge, MINT_BADGE | MINT_WATCH), RIGHT_ALL);
}

void server_state_check(void)
{
	struct state s = {.area = area};

	EXPECT(OK, state_check(&s));
}

struct pipe open_pipe(cap_t client, u32 flags)
{
	struct pipe p = {kit_slot(), kit_slot()};

	EXPECT(OK, pipe_make(client, flags, p.reader, p.writer));
	return p;
}

void close_pipe(struct pipe p)
{
	slot_delete(p.reader);
	slot_delete(p.writer);
}

/* ---- Bytes ---- */

u8 byte_at(u32 seed, u64 at)
{
	u64 word = (at / 8 + 1) * 0x9e3779b97f4a7c15ul ^ seed * 0xbf58476d1ce4e5b9ul;

	return (u8)(word >> at % 8 * 8);
}

void fill(u8 *to, u32 seed, u64 at, u32 size)
{
	for (u32 i = 0; i < size; i++)
		to[i] = byte_at(seed, at + i);
}

bool is_filled(const u8 *bytes, u32 seed, u64 at, u32 size)
{
	for (u32 i = 0; i < size; i++)
		if (bytes[i] != byte_at(seed, at + i))
			return false;
	return true;
}

void write_bytes(cap_t writer, u32 seed, u64 at, u32 size)
{
	struct file_write_result done = {0};
	static u8 bytes[FILE_DATA_MAX];

	for (u32 part; size; size -= part, at += part) {
		part = MIN(size, FILE_DATA_MAX);
		fill(bytes, seed, at, part);
		EXPECT(OK, file_write(writer, bytes, part, &done));
		EXPECT_U64(part, done.written);
		if (kit_failures_here())
			return;
	}
}

void read_bytes(cap_t reader, u32 seed, u64 at, u32 size)
{
	static struct file_read_result got;

	while (size) {
		EXPECT(OK, file_read(reader, size, &got));
		CHECK(got.data_length && got.data_length <= size);
		CHECK(is_filled(got.data, seed, at, (u32)got.data_length));
		if (kit_failures_here())
			return;
		size -= (u32)got.data_length;
		at += got.data_length;
	}
}

u8 *lend_to(cap_t file, u64 pages)
{
	cap_t frame = kit_make(CAP_FRAME, pages), given = copy_of(frame, RIGHT_READ | RIGHT_WRITE);
	void *at;

	EXPECT(OK, window_map(frame, pages, RIGHT_READ | RIGHT_WRITE, 0, &at));
	EXPECT(OK, file_lend(file, given));
	return at;
}

/* ---- Threads ---- */

void settle(void)
{
	for (u32 i = 0; i < 4; i++)
		kit_yield();
}

static void run(u64 at)
{
	struct worker *w = (struct worker *)at;
	struct message m = {0};

	while (ipc(SYS_WAIT, w->go, &m) == OK) {
		w->begun = true;
		w->work(w);
		w->done = true;
		m.tag = 0;
	}
}

void worker_begin(struct worker *w, void (*work)(struct worker *w), cap_t file, u32 size)
{
	w->work = work;
	w->file = file;
	w->size = size;
	w->begun = w->done = false;
	if (w->test != kit_test) {
		w->test = kit_test;
		w->go = kit_mint(kit_make(CAP_NOTIFICATION, 0), RIGHT_ALL, 1, MINT_BADGE);
		w->thread = kit_thread(run, (u64)w, KIT_PRIORITY).thread;
	}
	EXPECT(OK, ipc(SYS_SIGNAL, w->go, &(struct message){0}));
	KIT_UNTIL(w->begun);
	settle();
}

void worker_stop(struct worker *w)
{
	EXPECT(OK, thread_suspend(w->thread));
	w->test = NULL;
}

void work_read(struct worker *w)
{
	struct file_read_result got = {0};

	w->status = file_read(w->file, w->size, &got);
	w->length = (u32)got.data_length;
	memcpy(w->bytes, got.data, got.data_length);
}

void work_write(struct worker *w)
{
	struct file_write_result done = {0};

	w->status = file_write(w->file, w->bytes, w->size, &done);
	w->length = done.written;
}
