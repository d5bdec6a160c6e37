/* How a root task makes others: objects out of Untyped memory, capabilities into their slots, and at last a thread. init does
 * the same (servers/init/instance.c), with more care for failures. */
#include "gen/lib/microk/methods.h"
#include "labs/2-caps/attacks/play.h"
#include "microk/info.h"
#include "lib/archive/archive.h"
#include "lib/microk/command_line.h"
#include "lib/spawn/elf.h"
#include "lib/microk/slots.h"
#include "lib/microk/start.h"

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

/* Allocates pages and maps them both in the task and here. */
static void *give_pages(struct task *t, u64 address, u64 pages, u32 rights, u64 *frame)
{
	cap_t own, there = slot_alloc();
	void *here;

	must(memory_make(pages, &own, &here), "making pages");
	must(cnode_copy(ROOT_CNODE,
			&(struct cnode_copy){
				.index = there,
				.source_cnode = ROOT_CNODE,
				.source_index = own,
				.rights = RIGHT_READ | RIGHT_WRITE | RIGHT_EXEC,
			}),
	     "copying a frame");
	must(space_map(t->space, there, address, rights, 0), "mapping");
	if (frame)
		*frame = own;
	return here;
}

/* The root task's own program, which the command line's word root= names. */
static void find_program(struct elf_image *image)
{
	const u8 *archive = (const u8 *)ROOT_ARCHIVE_ADDRESS + info->archive_offset;
	const char *why = "";
	struct archive_file file;
	char path[64];

	command_line_value(info->command_line, "root=", path, sizeof(path));
	must(archive_find(archive, info->archive_bytes, path, &file) ? OK : ERR_NOT_FOUND,
	     "finding this program");
	must(elf_read(file.data, file.bytes, image, &why) ? OK : ERR_NOT_FOUND,
	     "reading this program");
}

static u64 load(struct task *t)
{
	static struct elf_image image;

	if (!image.count)
		find_program(&image);
	for (u32 i = 0; i < image.count; i++) {
		const struct elf_segment *s = &image.segments[i];
		u64 start = ALIGN_DOWN(s->address, PAGE_SIZE),
		    end = ALIGN_UP(s->address + s->memory_bytes, PAGE_SIZE);
		u8 *here = give_pages(
			t, start, (end - start) / PAGE_SIZE,
			RIGHT_READ | (s->write ? RIGHT_WRITE : 0) | (s->exec ? RIGHT_EXEC : 0),
			NULL);

		memset(here, 0, (end - start));
		memcpy(here + (s->address - start), s->data, s->file_bytes);
		/* The seed of the secret is not for the tasks. */
		if ((u64)&arguments >= start && (u64)&arguments < end)
			memset(here + ((u64)&arguments - start), 0, sizeof(arguments));
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
	void *stack;

	must(object_make(CAP_ADDRESS_SPACE, 0, &t->space), "making an address space");
	must(object_make(CAP_THREAD, 0, &t->thread), "making a thread");
	u64 entry = load(t);
	stack = give_pages(t, ROOT_STACK_TOP - 4 * PAGE_SIZE, 4, RIGHT_READ | RIGHT_WRITE, NULL);
	memset(stack, 0, 4 * PAGE_SIZE);
	memset(give_pages(t, STARTUP_IPC_BUFFER, 1, RIGHT_READ | RIGHT_WRITE, &t->buffer), 0,
	       PAGE_SIZE);
	t->page = give_pages(t, STARTUP_ADDRESS, 1, RIGHT_READ, NULL);
	memset(t->page, 0, PAGE_SIZE);
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
