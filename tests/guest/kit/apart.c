/*
 * A thread in another address space runs the same program, loaded anew from the archive, so that
 * function addresses are the same while no memory is shared. Its first page lists what to
 * run. CSpace and slots stay the root's.
 */
#include "tests/guest/kit/apart.h"
#include "lib/archive/archive.h"
#include "lib/spawn/elf.h"
#include "tests/guest/kit/short.h"
#include "lib/microk/memory.h"
#include "lib/microk/start.h"
#include "lib/microk/string.h"

#define APART_MAGIC 0x5452415041ul /* "APART" */
#define APART_PAGE 0x7fffff000000ul
#define APART_STACK 0x7ffffe000000ul
#define APART_STACK_PAGES 4

struct apart {
	u64 magic;
	void (*entry)(u64 argument);
	u64 argument;
	cap_t thread;
};

void apart_begin(void)
{
	const struct apart *a = start_argument;

	if ((u64)a != APART_PAGE || a->magic != APART_MAGIC)
		return;
	a->entry(a->argument);
	for (;;)
		thread_suspend(a->thread);
}

static void must(enum microk_status s, const char *what)
{
	if (s == OK)
		return;
	kit_report("FAIL %s: the test kit cannot %s: %s", kit_test, what, status_name(s));
	kit_exit(3);
}

/* A fresh run of pages in the other space; returns where this space sees it. */
static void *give_pages(cap_t space, u64 address, u64 pages, u32 rights, cap_t *original)
{
	cap_t frame, there = kit_slot();
	void *here;

	must(memory_make(pages, &frame, &here), "make pages");
	must(slot_copy(there, frame, RIGHT_ALL), "copy a frame");
	must(space_map(space, there, address, rights, 0), "map into another space");
	if (original)
		*original = frame;
	return here;
}

static void load_segment(cap_t space, const struct elf_segment *s)
{
	u64 start = ALIGN_DOWN(s->address, PAGE_SIZE);
	u64 end = ALIGN_UP(s->address + s->memory_bytes, PAGE_SIZE);
	u8 *here = give_pages(
		space, start, (end - start) / PAGE_SIZE,
		RIGHT_READ | (s->write ? RIGHT_WRITE : 0) | (s->exec ? RIGHT_EXEC : 0), NULL);

	memcpy(here + (s->address - start), s->data, s->file_bytes);
}

static u64 load(cap_t space)
{
	struct archive_file file;
	struct elf_image image;
	const char *why = "";
	char path[64];
	const u8 *archive = (const u8 *)ROOT_ARCHIVE_ADDRESS + kit_info->archive_offset;

	/* This very program's. */
	command_line_value(kit_info->command_line, "root=", path, sizeof(path));
	if (!archive_find(archive, kit_info->archive_bytes, path, &file) ||
	    !elf_read(file.data, file.bytes, &image, &why)) {
		kit_report("FAIL %s: the test kit cannot load itself (%s): %s", kit_test, path,
			   why);
		kit_exit(3);
	}
	for (u32 i = 0; i < image.count; i++)
		load_segment(space, &image.segments[i]);
	return image.entry;
}

struct kit_thread kit_thread_apart(void (*entry)(u64), u64 argument, u8 priority)
{
	struct kit_thread t = {.thread = kit_make(CAP_THREAD, 0)};
	cap_t space = kit_make(CAP_ADDRESS_SPACE, 0), buffer;
	u64 ip = load(space);
	struct apart *a = give_pages(space, APART_PAGE, 1, RIGHT_READ, NULL);

	*a = (struct apart){APART_MAGIC, entry, argument, t.thread};
	give_pages(space, APART_STACK - APART_STACK_PAGES * PAGE_SIZE, APART_STACK_PAGES,
		   RIGHT_READ | RIGHT_WRITE, NULL);
	t.buffer = give_pages(space, ROOT_IPC_BUFFER_ADDRESS, 1, RIGHT_READ | RIGHT_WRITE, &buffer);
	must(CONFIGURE(t.thread, .cnode = ROOT_CNODE, .address_space = space,
		       .ipc_buffer_frame = buffer),
	     "configure a thread");
	must(thread_set_priority(t.thread, priority), "set a priority");
	must(thread_start_at(t.thread, ip, APART_STACK, APART_PAGE), "start a thread");
	return t;
}
