/*
 * A root task that starts tasks as stage 1's kernel did, from the same word of the command line
 * (`tasks=boot/a:sx,boot/b:r`; the letters are stages/1-ipc/kernel/boot/root_task.c's), but by capabilities: so lab 1's test
 * programs run unchanged on the kernels of the later stages.
 */
#include "gen/lib/microk/methods.h"
#include "microk/info.h"
#include "lib/archive/archive.h"
#include "lib/spawn/elf.h"
#include "lib/microk/command_line.h"
#include "lib/microk/ipc.h"
#include "lib/microk/memory.h"
#include "lib/microk/slots.h"
#include "lib/microk/start.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"

#define SLOTS 64
#define PRIORITY 32
#define FIRST_SLOT 160
#define CANNOT 3 /* exit code */

static const struct microk_info *info = (const struct microk_info *)ROOT_INFO_ADDRESS;
static cap_t endpoints[2];

struct task {
	cap_t cnode, space, thread;
	struct startup *page;
	u64 number;
};

_Noreturn static void give_up(const char *what, enum microk_status s)
{
	for (const char *p = what; *p; p++)
		ioport_out(ROOT_IOPORT,
			   &(struct ioport_out){.port = 0x2f8, .bytes = 1, .value = *p});
	for (const char *p = status_name(s); *p; p++)
		ioport_out(ROOT_IOPORT,
			   &(struct ioport_out){.port = 0x2f8, .bytes = 1, .value = *p});
	ioport_out(ROOT_IOPORT, &(struct ioport_out){.port = 0x2f8, .bytes = 1, .value = '\n'});
	ioport_out(ROOT_IOPORT, &(struct ioport_out){.port = 0xf4, .bytes = 1, .value = CANNOT});
	program_stop();
}

static void must(enum microk_status s, const char *what)
{
	if (s != OK)
		give_up(what, s);
}

/* Pages of the task, seen here too. */
static void *give_pages(struct task *t, u64 address, u64 pages, u32 rights, cap_t *frame)
{
	cap_t own, there = slot_alloc();
	void *here;

	must(memory_make(pages, &own, &here), "t_tasks: no memory: ");
	must(cnode_copy(ROOT_CNODE,
			&(struct cnode_copy){
				.index = there,
				.source_cnode = ROOT_CNODE,
				.source_index = own,
				.rights = RIGHT_ALL,
			}),
	     "t_tasks: copying a frame: ");
	must(space_map(t->space, there, address, rights, 0), "t_tasks: mapping: ");
	if (frame)
		*frame = own;
	return here;
}

static u64 load(struct task *t, const char *path)
{
	const u8 *archive = (const u8 *)ROOT_ARCHIVE_ADDRESS + info->archive_offset;
	struct archive_file file;
	struct elf_image image;
	const char *why;

	if (!archive_find(archive, info->archive_bytes, path, &file) ||
	    !elf_read(file.data, file.bytes, &image, &why))
		give_up("t_tasks: a program is missing or broken: ", ERR_NOT_FOUND);
	for (u32 i = 0; i < image.count; i++) {
		const struct elf_segment *s = &image.segments[i];
		u64 start = ALIGN_DOWN(s->address, PAGE_SIZE),
		    end = ALIGN_UP(s->address + s->memory_bytes, PAGE_SIZE);
		u8 *here = give_pages(
			t, start, (end - start) / PAGE_SIZE,
			RIGHT_READ | (s->write ? RIGHT_WRITE : 0) | (s->exec ? RIGHT_EXEC : 0),
			NULL);
		memcpy(here + (s->address - start), s->data, s->file_bytes);
	}
	return image.entry;
}

static u32 note_grant(struct task *t, const char *name, u64 address)
{
	struct startup_entry *e = &t->page->entries[t->page->count];

	memcpy(e->name, name, strlen(name));
	e->slot = SLOT_GRANTS + t->page->count++;
	e->address = address;
	return e->slot;
}

static void grant_ports(struct task *t, const char *name, u64 first, u64 count)
{
	must(ioport_narrow(ROOT_IOPORT,
			   &(struct ioport_narrow){
				   .first = first,
				   .count = count,
				   .cnode = t->cnode,
				   .index = note_grant(t, name, first),
			   }),
	     "t_tasks: ports: ");
}

static void grant_endpoint(struct task *t, const char *name, u32 which, u64 rights, u64 badge)
{
	must(cnode_mint(t->cnode,
			&(struct cnode_mint){
				.index = note_grant(t, name, 0),
				.source_cnode = ROOT_CNODE,
				.source_index = endpoints[which],
				.rights = rights,
				.badge = badge,
				.flags = badge ? MINT_BADGE : 0}),
	     "t_tasks: an endpoint: ");
}

static void grant(struct task *t, char letter)
{
	u64 send = RIGHT_WRITE | RIGHT_GRANT | 0xff << RIGHT_PROT_SHIFT;

	switch (letter) {
	case 's': grant_endpoint(t, "endpoint", 0, send, t->number); break;
	case 'S': grant_endpoint(t, "endpoint2", 1, send, t->number); break;
	case 'r': grant_endpoint(t, "receive", 0, RIGHT_READ, 0); break;
	case 'R': grant_endpoint(t, "receive2", 1, RIGHT_READ, 0); break;
	case 'x':
		grant_ports(t, "report.ports", 0x2f8, 8);
		grant_ports(t, "exit.ports", 0xf4, 1);
		break;
	default: give_up("t_tasks: a letter that means nothing: ", ERR_ARG);
	}
}

static void make_task(const char *path, const char *letters, size_t count, u64 number)
{
	struct task t = {.number = number};
	const char *name = path;
	u64 name_words[2] = {0};
	cap_t buffer;

	must(object_make(CAP_CNODE, SLOTS, &t.cnode), "t_tasks: a CNode: ");
	must(object_make(CAP_ADDRESS_SPACE, 0, &t.space), "t_tasks: an address space: ");
	must(object_make(CAP_THREAD, 0, &t.thread), "t_tasks: a thread: ");
	u64 entry = load(&t, path);
	give_pages(&t, ROOT_STACK_TOP - ROOT_STACK_PAGES * PAGE_SIZE, ROOT_STACK_PAGES,
		   RIGHT_READ | RIGHT_WRITE, NULL);
	give_pages(&t, ROOT_IPC_BUFFER_ADDRESS, 1, RIGHT_READ | RIGHT_WRITE, &buffer);
	t.page = give_pages(&t, STARTUP_ADDRESS, 1, RIGHT_READ, NULL);
	for (const char *p = path; *p; p++)
		if (*p == '/')
			name = p + 1;
	memcpy(name_words, name, MIN(strlen(name), (size_t)15));
	t.page->magic = STARTUP_MAGIC;
	t.page->free_slots = SLOTS;
	memcpy(t.page->program, name_words, sizeof(name_words));
	grant_ports(&t, "serial.ports", 0x3f8, 8);
	for (size_t i = 0; i < count; i++)
		grant(&t, letters[i]);
	must(thread_configure(
		     t.thread,
		     &(struct thread_configure){
			     .cnode = t.cnode,
			     .address_space = t.space,
			     .fault_endpoint = 0,
			     .ipc_buffer_frame = buffer,
			     .notification = 0}),
	     "t_tasks: configuring a thread: ");
	must(thread_name(
		     t.thread,
		     &(struct thread_name){.name_start = name_words[0], .name_end = name_words[1]}),
	     "t_tasks: naming a thread: ");
	must(thread_priority(t.thread, &(struct thread_priority){.priority = PRIORITY}),
	     "t_tasks: a priority: ");
	must(thread_start(t.thread,
			  &(struct thread_start){
				  .instruction_pointer = entry,
				  .stack_pointer = ROOT_STACK_TOP,
				  .first_argument = STARTUP_ADDRESS,
			  }),
	     "t_tasks: starting a thread: ");
}

int main(void)
{
	slots_init(FIRST_SLOT, ROOT_CNODE_SLOTS);
	memory_untyped = ROOT_UNTYPED;
	for (u32 i = 0; i < 2; i++)
		must(object_make(CAP_ENDPOINT, 0, &endpoints[i]), "t_tasks: an endpoint: ");
	const char *p = command_line_find(info->command_line, "tasks=");
	for (u64 number = 1; p && *p && *p != ' '; number++) {
		char path[64] = {0};
		size_t length = 0;

		while (p[length] && p[length] != ':' && p[length] != ',' && p[length] != ' ')
			length++;
		memcpy(path, p, MIN(length, sizeof(path) - 1));
		p += length;
		p += *p == ':';
		for (length = 0; p[length] && p[length] != ',' && p[length] != ' ';)
			length++;
		make_task(path, p, length, number);
		p += length;
		p += *p == ',';
	}
	/* The tasks have been waiting for this: the root is more urgent. */
	for (;;)
		thread_suspend(ROOT_THREAD);
}
