/*
 * A thread in another address space runs the same program, loaded anew from the archive, so that
 * function addresses are the same while no memory is shared. Its first page lists what to
 * run. CSpace and slots stay the root's.
 */
#include "tests/guest/kit/apart.h"
#include "tests/guest/kit/load.h"
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
	kit_report("FAIL %s: the test kit failed at a thread in another space, at %s: %s", kit_test,
		   what, status_name(s));
	kit_exit(3);
}

static void *give_pages(struct loader *l, u64 address, u64 pages, u64 rights, cap_t *frame)
{
	void *here = NULL;
	enum microk_status status = load_pages(l, address, pages, rights, frame, &here);

	must(status, l->doing);
	return here;
}

static u64 load(struct loader *l)
{
	struct elf_image image;
	const char *why = "";
	u8 *here;
	enum microk_status status = load_find_own(kit_info, &image, &why);

	must(status, why);
	for (u32 i = 0; i < image.count; i++) {
		status = load_segment(l, &image.segments[i], &here);
		must(status, l->doing);
	}
	return image.entry;
}

struct kit_thread kit_thread_apart(void (*entry)(u64), u64 argument, u8 priority)
{
	struct kit_thread t = {.thread = kit_make(CAP_THREAD, 0)};
	struct loader l = {.space = kit_make(CAP_ADDRESS_SPACE, 0)};
	u64 ip = load(&l);
	cap_t buffer;
	struct apart *a = give_pages(&l, APART_PAGE, 1, RIGHT_READ, NULL);

	*a = (struct apart){APART_MAGIC, entry, argument, t.thread};
	give_pages(&l, APART_STACK - APART_STACK_PAGES * PAGE_SIZE, APART_STACK_PAGES,
		   RIGHT_READ | RIGHT_WRITE, NULL);
	t.buffer = give_pages(&l, ROOT_IPC_BUFFER_ADDRESS, 1, RIGHT_READ | RIGHT_WRITE, &buffer);
	must(CONFIGURE(t.thread, .cnode = ROOT_CNODE, .address_space = l.space,
		       .ipc_buffer_frame = buffer),
	     "configuring the thread");
	must(thread_set_priority(t.thread, priority), "setting its priority");
	must(thread_start_at(t.thread, ip, APART_STACK, APART_PAGE), "starting it");
	return t;
}
