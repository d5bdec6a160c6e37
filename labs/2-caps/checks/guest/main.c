/*
 * A root task that starts tasks as stage 1's kernel did, from the same word of the command line
 * (`tasks=boot/a:sx,boot/b:r`; the letters are stages/1-ipc/kernel/boot/root_task.c's), but by capabilities: so lab 1's test
 * programs run unchanged on the kernels of the later stages.
 */
#include "gen/lib/microk/methods.h"
#include "microk/info.h"
#include "tests/guest/kit/load.h"
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

static void report(const char *text)
{
	for (; *text; text++)
		ioport_out(ROOT_IOPORT,
			   &(struct ioport_out){.port = 0x2f8, .bytes = 1, .value = *text});
}

_Noreturn static void give_up(const char *what, enum microk_status s)
{
	report("t_tasks: ");
	report(what);
	report(": ");
	report(status_name(s));
	report("\n");
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
	struct loader l = {.space = t->space};
	void *here = NULL;
	enum microk_status status = load_pages(&l, address, pages, rights, frame, &here);

	must(status, l.doing);
	return here;
}

static u64 load(struct task *t, const char *path)
{
	struct loader l = {.space = t->space};
	struct elf_image image;
	const char *why = "";
	u8 *here;
	enum microk_status status = load_find(info, path, &image, &why);

	must(status, why);
	for (u32 i = 0; i < image.count; i++) {
		status = load_segment(&l, &image.segments[i], &here);
		must(status, l.doing);
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
	     "ports");
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
	     "an endpoint");
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
	default: give_up("a letter that means nothing", ERR_ARG);
	}
}

static void make_task(const char *path, const char *letters, size_t count, u64 number)
{
	struct task t = {.number = number};
	const char *name = path;
	u64 name_words[2] = {0};
	cap_t buffer;

	must(object_make(CAP_CNODE, SLOTS, &t.cnode), "a CNode");
	must(object_make(CAP_ADDRESS_SPACE, 0, &t.space), "an address space");
	must(object_make(CAP_THREAD, 0, &t.thread), "a thread");
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
	     "configuring a thread");
	must(thread_name(
		     t.thread,
		     &(struct thread_name){.name_start = name_words[0], .name_end = name_words[1]}),
	     "naming a thread");
	must(thread_priority(t.thread, &(struct thread_priority){.priority = PRIORITY}),
	     "a priority");
	must(thread_start(t.thread,
			  &(struct thread_start){
				  .instruction_pointer = entry,
				  .stack_pointer = ROOT_STACK_TOP,
				  .first_argument = STARTUP_ADDRESS,
			  }),
	     "starting a thread");
}

int main(void)
{
	slots_init(FIRST_SLOT, ROOT_CNODE_SLOTS);
	memory_untyped = ROOT_UNTYPED;
	for (u32 i = 0; i < 2; i++)
		must(object_make(CAP_ENDPOINT, 0, &endpoints[i]), "an endpoint");
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
