/* Spaces and tasks: making and ending them. Slots in the root's CSpace are laid out, not allocated, so that
 * a task that is made a hundred times needs them once. */
#include "tests/guest/stress/world.h"
#include "tests/guest/kit/load.h"
#include "tests/guest/kit/short.h"
#include "lib/microk/memory.h"
#include "lib/microk/string.h"

#define TASK_BYTES (8 * PAGE_SIZE)
#define SPACE_BYTES_ALL (10 * PAGE_SIZE) /* the space itself, four tables, and alignment */
#define TASK_PAGES 3                     /* IPC buffer, stack */
#define SLOTS_PER_TASK 8
#define SLOTS_PER_SPACE 16
#define SEGMENTS 4
#define TASK_AREA 0x10000000ul /* where tasks' pages lie in their space */
#define TASK_STRIDE 0x10000ul
#define RECORD_AREA 0x10200000ul /* records likewise, by task: in reach of a second table */
#define RECORDS_HERE 0x5000000000ul

struct task tasks[TASKS_MAX];
u32 task_count;
static u32 space_count, server_count;
static cap_t task_slots, space_slots, record_frames, endpoints;
static struct {
	cap_t frame;
	u64 address, rights;
} segment[SEGMENTS];
static u32 segments;
static bool space_lives[SPACES_MAX];

cap_t endpoint_of(const struct task *server)
{
	return endpoints + server->id;
}

/* The program's own text and data as the archive has them, in frames to be shared. */
static void read_segments(void)
{
	struct elf_image image;
	const char *why;
	enum microk_status status = load_find(kit_info, "boot/t_stress", &image, &why);

	if (status == OK && image.count > SEGMENTS)
		why = "it has too many segments";
	if (status != OK || image.count > SEGMENTS) {
		kit_report("FAIL %s: the program cannot read itself: %s", kit_test, why);
		kit_exit(3);
	}
	segments = image.count;
	for (u32 i = 0; i < image.count; i++) {
		const struct elf_segment *s = &image.segments[i];
		u64 start = ALIGN_DOWN(s->address, PAGE_SIZE);
		u64 pages = (ALIGN_UP(s->address + s->memory_bytes, PAGE_SIZE) - start) / PAGE_SIZE;
		void *here;

		EXPECT(OK, memory_make(pages, &segment[i].frame, &here));
		memcpy((u8 *)here + (s->address - start), s->data, s->file_bytes);
		segment[i].address = start;
		segment[i].rights = s->exec ? RIGHT_READ | RIGHT_EXEC : RIGHT_READ;
	}
}

static u64 record_there(u32 task)
{
	return RECORD_AREA + task * PAGE_SIZE;
}

static void map_copy(u32 space, u32 n, cap_t frame, u64 address, u32 rights)
{
	cap_t slot = space_slots + space * (SLOTS_PER_SPACE + TASKS_MAX) + n;

	EXPECT(OK, slot_copy(slot, frame, RIGHT_ALL));
	EXPECT(OK, frame_map_at(slot, space_slots + space * (SLOTS_PER_SPACE + TASKS_MAX) + 1,
				address, rights));
}

void space_make(u32 space)
{
	cap_t base = space_slots + space * (SLOTS_PER_SPACE + TASKS_MAX), memory = base,
	      self = base + 1;

	static const struct {
		u64 address, level;
	} table[] = {{0, 3}, {0, 2}, {0x400000, 1}, {TASK_AREA, 1}, {RECORD_AREA, 1}};

	EXPECT(OK, retype(memory, CAP_ADDRESS_SPACE, 0, self, 1));
	for (u32 i = 0; i < ARRAY_LEN(table); i++) {
		EXPECT(OK, retype(memory, CAP_PAGE_TABLE, 0, base + 2 + i, 1));
		EXPECT(OK, table_map_at(base + 2 + i, self, table[i].address, table[i].level));
	}
	for (u32 i = 0; i < segments; i++)
		map_copy(space, 8 + i, segment[i].frame, segment[i].address, segment[i].rights);
	for (u32 i = 0; i < task_count; i++)
		if (tasks[i].space == space)
			map_copy(space, SLOTS_PER_SPACE + i, record_frames + i, record_there(i),
				 RIGHT_READ | RIGHT_WRITE);
	space_lives[space] = true;
}

void space_kill(u32 space)
{
	cap_t base = space_slots + space * (SLOTS_PER_SPACE + TASKS_MAX);

	if (!space_lives[space])
		return;
	EXPECT(OK, slot_revoke(base));
	/* The frames mapped there are deleted after the space. */
	for (u32 i = 8; i < SLOTS_PER_SPACE + TASKS_MAX; i++)
		EXPECT(OK, slot_delete(base + i));
	space_lives[space] = false;
}

static void make_records(void)
{
	for (u32 i = 0; i < task_count; i++) {
		EXPECT(OK, retype(kit_untyped(), CAP_FRAME, 1, record_frames + i, 1));
		EXPECT(OK, space_map(ROOT_SPACE, record_frames + i, RECORDS_HERE + i * PAGE_SIZE,
				     RIGHT_READ | RIGHT_WRITE, 0));
		tasks[i].record = (struct record *)(RECORDS_HERE + i * PAGE_SIZE);
	}
}

static void lay_out_task(u32 i, u32 servers, u32 spaces)
{
	cap_t base = task_slots + i * SLOTS_PER_TASK;

	tasks[i] = (struct task){
		.id = i,
		.is_server = i < servers,
		/* Servers are in the first space, clients in the others, if there are others. */
		.space = i < servers || spaces == 1 ? 0 : 1 + i % (spaces - 1),
		.memory = base,
		.thread = base + 1,
		.cnode = base + 2,
		.pages = base + 3,
		.notification = base + 4,
		.service = base + 5,
		.server = i < servers ? NULL : &tasks[(i - servers) % servers],
	};
	EXPECT(OK, retype(kit_untyped(), CAP_UNTYPED, TASK_BYTES, base, 1));
}

void world_begin(u32 spaces, u32 servers, u32 clients)
{
	space_count = spaces;
	server_count = servers;
	task_count = servers + clients;
	task_slots = kit_slots(task_count * SLOTS_PER_TASK);
	space_slots = kit_slots(spaces * (SLOTS_PER_SPACE + TASKS_MAX));
	record_frames = kit_slots(task_count);
	endpoints = kit_slots(servers);
	EXPECT(OK, retype(kit_untyped(), CAP_ENDPOINT, 0, endpoints, servers));
	for (u32 i = 0; i < task_count; i++)
		lay_out_task(i, servers, spaces);
	make_records();
	read_segments();
	for (u32 i = 0; i < spaces; i++) {
		EXPECT(OK, retype(kit_untyped(), CAP_UNTYPED, SPACE_BYTES_ALL,
				  space_slots + i * (SLOTS_PER_SPACE + TASKS_MAX), 1));
		space_make(i);
	}
}

void task_revoke(struct task *t)
{
	EXPECT(OK, slot_revoke(t->memory));
	EXPECT_U64(0, used_of(t->memory));
	EXPECT(OK, slot_delete(t->service));
}

static void expect_empty(cap_t first, u32 count)
{
	for (u32 i = 0; i < count; i++)
		if (type_of(first + i) != CAP_NULL)
			kit_fail(__FILE__, __LINE__,
				 "slot %lu is not empty after all was taken back", first + i);
}

void world_end(void)
{
	for (u32 i = 0; i < task_count; i++) {
		task_revoke(&tasks[i]);
		expect_empty(tasks[i].thread, SLOTS_PER_TASK - 1);
	}
	for (u32 i = 0; i < space_count; i++) {
		cap_t base = space_slots + i * (SLOTS_PER_SPACE + TASKS_MAX);

		space_kill(i);
		expect_empty(base + 1, SLOTS_PER_SPACE + TASKS_MAX - 1);
		EXPECT_U64(0, used_of(base));
	}
	for (u32 i = 0; i < server_count; i++)
		EXPECT_U64(0, children_of(endpoints + i));
}

/* The capabilities that the task starts with. */
static void fill_cspace(struct task *t)
{
	cap_t ep = endpoint_of(t->is_server ? t : t->server);

	EXPECT(OK, slot_copy_to(t->cnode, S_CNODE, t->cnode, RIGHT_ALL));
	if (t->is_server) {
		EXPECT(OK, slot_copy(t->service, ep, RIGHT_ALL));
		EXPECT(OK, retype_to(t->memory, CAP_REPLY, t->cnode, S_REPLY, REPLIES));
	} else {
		EXPECT(OK,
		       slot_mint(t->service, ep, RIGHT_WRITE | RIGHT_GRANT | RIGHT_PROT(t->id & 7),
				 t->record->badge, MINT_BADGE));
	}
	EXPECT(OK, slot_copy_to(t->cnode, S_SERVICE, t->service, RIGHT_ALL));
	EXPECT(OK, slot_copy_to(t->cnode, S_NOTIFY, t->notification, RIGHT_ALL));
}

void task_make(struct task *t, u8 priority)
{
	struct record *r = t->record;
	cap_t space = space_slots + t->space * (SLOTS_PER_SPACE + TASKS_MAX) + 1;
	u64 pages =
		TASK_AREA + t->id % 32 * TASK_STRIDE; /* 32 of them reach to the end of the table */

	r->life++;
	r->self = record_there(t->id);
	r->buffer = (struct ipcbuf *)pages;
	r->badge = (u64)r->life << 8 | t->id;
	r->done = r->is_cut = false;
	r->cancels = r->cancelled = 0;
	EXPECT(OK, retype(t->memory, CAP_FRAME, TASK_PAGES, t->pages, 1));
	EXPECT(OK, retype(t->memory, CAP_THREAD, 0, t->thread, 1));
	EXPECT(OK, retype(t->memory, CAP_CNODE, TASK_SLOTS, t->cnode, 1));
	EXPECT(OK, retype(t->memory, CAP_NOTIFICATION, 0, t->notification, 1));
	EXPECT(OK, frame_map_at(t->pages, space, pages, RIGHT_READ | RIGHT_WRITE));
	fill_cspace(t);
	EXPECT(OK, CONFIGURE(t->thread, .cnode = t->cnode, .address_space = space,
			     .ipc_buffer_frame = t->pages,
			     .notification = t->is_server ? t->notification : 0));
	EXPECT(OK, thread_set_priority(t->thread, priority));
	EXPECT(OK, thread_tls(t->thread, r->self));
	EXPECT(OK, thread_fpu(t->thread, r->uses_fpu));
	EXPECT(OK, thread_start_at(t->thread, (u64)(t->is_server ? server_run : client_run),
				   pages + TASK_PAGES * PAGE_SIZE - 8, r->self));
}

enum thread_state task_state(const struct task *t)
{
	return (enum thread_state)kit_state((struct kit_thread){.thread = t->thread});
}
