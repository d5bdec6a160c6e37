/* How a root task makes others: objects out of Untyped memory, capabilities into their slots, and at last a thread. init does
 * the same (lib/spawn/spawn.c), with more care for failures. */
#include "gen/lib/microk/methods.h"
#include "labs/2-caps/attacks/play.h"
#include "microk/info.h"
#include "tests/guest/kit/load.h"
#include "lib/microk/slots.h"
#include "lib/microk/start.h"
#include "lib/microk/startup.h"

#define MEMORY_BYTES (32 * PAGE_SIZE)
#define FIRST_GRANT 8
#define CANNOT 3 /* exit code */

static const struct microk_info *info = (const struct microk_info *)ROOT_INFO_ADDRESS;

void must(u32 status, const char *what)
{
	if (status == OK)
		return;
	tell("attack: %s failed: %s\n", what, status_name(status));
	ioport_out(ROOT_IOPORT, &(struct ioport_out){.port = 0xf4, .bytes = 1, .value = CANNOT});
	program_stop();
}

/* Makes pages and maps them both in the task and here. */
static void *give_pages(struct task *t, u64 address, u64 pages, u32 rights, u64 *frame)
{
	struct loader l = {.space = t->space};
	void *here = NULL;
	u32 status = load_pages(&l, address, pages, rights, frame, &here);

	must(status, l.doing);
	return here;
}

static bool is_in(const struct elf_segment *s, u64 address)
{
	return address >= s->address && address < s->address + s->memory_bytes;
}

static u64 load(struct task *t)
{
	static struct elf_image image;
	struct loader l = {.space = t->space};
	const char *why;
	u8 *here;

	if (!image.count)
		must(load_find_own(info, &image, &why), "reading this program");
	for (u32 i = 0; i < image.count; i++) {
		const struct elf_segment *s = &image.segments[i];
		u32 status = load_segment(&l, s, &here);

		must(status, l.doing);
		/* The seed of the secret is not for the tasks. */
		if (is_in(s, (u64)&arguments))
			memset(here + ((u64)&arguments - s->address), 0, sizeof(arguments));
	}
	return image.entry;
}

void task_begin(struct task *t)
{
	must(object_make(CAP_CNODE, TASK_SLOTS, &t->cnode), "making a CNode");
}

static u64 next_slot(struct task *t, const char *name)
{
	struct startup_entry *e = &t->page->entries[t->page->count];

	memcpy(e->name, name, strlen(name));
	e->slot = FIRST_GRANT + t->page->count++;
	return e->slot;
}

static void give_own(struct task *t)
{
	const u64 own[][2] = {
		{SLOT_CNODE, t->cnode}, {SLOT_SPACE, t->space}, {SLOT_THREAD, t->thread}};

	for (u32 i = 0; i < ARRAY_LEN(own); i++)
		must(cnode_copy(t->cnode,
				&(struct cnode_copy){
					.index = own[i][0],
					.source_cnode = ROOT_CNODE,
					.source_index = own[i][1],
					.rights = RIGHT_READ | RIGHT_WRITE,
				}),
		     "giving a task its own");
	must(untyped_retype(
		     memory_untyped,
		     &(struct untyped_retype){
			     .type = CAP_UNTYPED,
			     .size = MEMORY_BYTES,
			     .cnode = t->cnode,
			     .index = SLOT_UNTYPED,
			     .count = 1}),
	     "giving memory");
	/* Both serial lines, and the port that ends the machine. */
	u64 ports = next_slot(t, "serial.ports");
	must(ioport_narrow(ROOT_IOPORT,
			   &(struct ioport_narrow){
				   .first = 0xf4,
				   .count = 0x400 - 0xf4,
				   .cnode = t->cnode,
				   .index = ports,
			   }),
	     "giving ports");
}

void task_make(struct task *t, const char *part, u64 secret)
{
	must(object_make(CAP_ADDRESS_SPACE, 0, &t->space), "making an address space");
	must(object_make(CAP_THREAD, 0, &t->thread), "making a thread");
	u64 entry = load(t);
	give_pages(t, ROOT_STACK_TOP - 4 * PAGE_SIZE, 4, RIGHT_READ | RIGHT_WRITE, NULL);
	give_pages(t, STARTUP_IPC_BUFFER, 1, RIGHT_READ | RIGHT_WRITE, &t->buffer);
	t->page = give_pages(t, STARTUP_ADDRESS, 1, RIGHT_READ, NULL);
	t->page->magic = STARTUP_MAGIC;
	t->page->free_slots = TASK_LIBRARY;
	memcpy(t->page->program, part, strlen(part));
	memcpy(t->page->arguments, &secret, sizeof(secret));
	memcpy(t->page->arguments + sizeof(secret), &entry, sizeof(entry));
	give_own(t);
}

u64 task_give(struct task *t, const char *name, u64 cap, u32 rights, u64 badge)
{
	u64 slot = next_slot(t, name);

	must(cnode_mint(t->cnode,
			&(struct cnode_mint){
				.index = slot,
				.source_cnode = ROOT_CNODE,
				.source_index = cap,
				.rights = rights,
				.badge = badge,
				.flags = badge ? MINT_BADGE : 0}),
	     "giving a capability");
	return slot;
}

u64 task_give_of(struct task *t, const char *name, struct task *from, u64 slot, u32 rights,
		 u64 badge)
{
	u64 to = next_slot(t, name);

	must(cnode_mint(t->cnode,
			&(struct cnode_mint){
				.index = to,
				.source_cnode = from->cnode,
				.source_index = slot,
				.rights = rights,
				.badge = badge,
				.flags = badge ? MINT_BADGE : 0}),
	     "giving a capability");
	return to;
}

void *task_page(struct task *t, u64 untyped, u32 rights, u64 *frame)
{
	cap_t of_root = memory_untyped, own;
	void *here;

	if (untyped)
		memory_untyped = untyped;
	must(object_make(CAP_FRAME, 1, &own), "making a page");
	memory_untyped = of_root;
	must(window_map(own, 1, RIGHT_READ | RIGHT_WRITE, 0, &here), "mapping a page here");
	cap_t there = slot_alloc();
	must(cnode_copy(ROOT_CNODE,
			&(struct cnode_copy){
				.index = there,
				.source_cnode = ROOT_CNODE,
				.source_index = own,
				.rights = RIGHT_READ | RIGHT_WRITE,
			}),
	     "copying a frame");
	must(space_map(t->space, there, PAGE_OF_TASK, rights, 0), "mapping a page there");
	if (frame)
		*frame = own;
	return here;
}

void task_start(struct task *t, u8 priority)
{
	u64 entry, name[2] = {0};

	memcpy(&entry, t->page->arguments + sizeof(u64), sizeof(entry));
	memcpy(name, t->page->program, sizeof(name));
	must(thread_configure(
		     t->thread,
		     &(struct thread_configure){
			     .cnode = t->cnode,
			     .address_space = t->space,
			     .fault_endpoint = 0,
			     .ipc_buffer_frame = t->buffer,
			     .notification = 0}),
	     "configuring a thread");
	must(thread_name(
		     t->thread, &(struct thread_name){.name_start = name[0], .name_end = name[1]}),
	     "naming a thread");
	must(thread_priority(t->thread, &(struct thread_priority){.priority = priority}),
	     "setting a priority");
	must(thread_start(t->thread,
			  &(struct thread_start){
				  .instruction_pointer = entry,
				  .stack_pointer = ROOT_STACK_TOP,
				  .first_argument = STARTUP_ADDRESS,
			  }),
	     "starting a thread");
}
