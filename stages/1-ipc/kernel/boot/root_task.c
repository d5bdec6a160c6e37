/*
 * Stand-in for boot/root_task.c: lays out tasks at boot, with every capability they will ever have.
 *
 * The command line may name other programs than ping and pong: `tasks=boot/a:sx,boot/b:r`. The letters after the colon
 * are the task's capabilities:
 *    s r   send to / receive from the first endpoint        x   the test report line and the exit port
 *    S R   the same for the second endpoint                 (every task: serial line 1)
 * A sender's badge is its task's number (1..), its protocol rights are 0xff.
 *
 * With the word `steps`, the steps of lab 1 come first.
 */
#include "../../../../labs/1-ipc/kernel/boot/steps.h"
#include "../../lib/microk/startup.h"
#include "boot/memory.h"
#include "boot/start.h"
#include "boot/task.h"
#include "ipc/endpoint.h"
#include "lib/command_line.h"
#include "lib/print.h"
#include "lib/string.h"
#include "x86/layout.h"

#define TASKS 8
#define SLOTS 64
#define PRIORITY 32
#define DEFAULT_TASKS "boot/ping:s,boot/pong:r"

static struct kobject *endpoints[2];

/* A grant: the slot is filled and the task's startup page lists it. */
static u32 note_grant(struct startup *page, const char *name, u64 address)
{
	struct startup_entry *e = &page->entries[page->count];

	memcpy(e->name, name, MIN(strlen(name), sizeof(e->name) - 1));
	e->slot = SLOT_GRANTS + page->count++;
	e->address = address;
	return e->slot;
}

static void grant_ports(struct boot_task *task, struct startup *page, const char *name, u16 first,
			u32 count)
{
	boot_slot_range(task, note_grant(page, name, first), CAP_IOPORT, first, count,
			RIGHT_READ | RIGHT_WRITE, 0);
}

static void grant_endpoint(struct boot_task *task, struct startup *page, const char *name,
			   u32 which, u32 rights, u64 badge)
{
	boot_slot_object(task, note_grant(page, name, 0), endpoints[which], rights, badge);
}

static void grant(struct boot_task *task, struct startup *page, char letter, u64 number)
{
	u32 send = RIGHT_WRITE | RIGHT_GRANT | 0xff << RIGHT_PROT_SHIFT;

	switch (letter) {
	case 's': grant_endpoint(task, page, "endpoint", 0, send, number); break;
	case 'S': grant_endpoint(task, page, "endpoint2", 1, send, number); break;
	case 'r': grant_endpoint(task, page, "receive", 0, RIGHT_READ, 0); break;
	case 'R': grant_endpoint(task, page, "receive2", 1, RIGHT_READ, 0); break;
	case 'x':
		grant_ports(task, page, "report.ports", 0x2f8, 8);
		grant_ports(task, page, "exit.ports", 0xf4, 1);
		break;
	default: panic("boot: tasks= gives '%c', which is not one of s r S R x", letter);
	}
}

static void make_task(const char *path, const char *letters, size_t count, u64 number)
{
	struct boot_task task = {0};
	u64 page_phys;

	boot_task_make(&task, path, SLOTS, PRIORITY);
	page_phys = boot_alloc(PAGE_SIZE, PAGE_SIZE);
	struct startup *page = phys_to_virt(page_phys);
	page->magic = STARTUP_MAGIC;
	page->free_slots = SLOTS;
	memcpy(page->program, task.thread->name, sizeof(page->program));
	grant_ports(&task, page, "serial.ports", 0x3f8, 8);
	for (size_t i = 0; i < count; i++)
		grant(&task, page, letters[i], number);
	boot_task_map(&task, STARTUP_ADDRESS, page_phys, PAGE_SIZE, RIGHT_READ);
	task.thread->regs.rdi = STARTUP_ADDRESS;
	thread_resume(task.thread);
}

static size_t length_until(const char *p, const char *stops)
{
	size_t n = 0;

	for (; p[n]; n++)
		for (const char *s = stops; *s; s++)
			if (p[n] == *s)
				return n;
	return n;
}

static void lay_out_tasks(void)
{
	static char list[256] = DEFAULT_TASKS;
	const char *p = list;

	command_line_value("tasks=", list, sizeof(list));
	for (u32 i = 0; i < ARRAY_LEN(endpoints); i++) {
		endpoints[i] = phys_to_virt(boot_alloc(ENDPOINT_BYTES, 64));
		endpoints[i]->type = CAP_ENDPOINT;
	}
	for (u64 number = 1; number <= TASKS && *p; number++) {
		char path[64] = {0};
		size_t length = length_until(p, ":,");
		memcpy(path, p, MIN(length, sizeof(path) - 1));
		p += length;
		p += *p == ':';
		length = length_until(p, ",");
		make_task(path, p, length, number);
		p += length;
		p += *p == ',';
	}
}

void user_start(void)
{
	if (command_line_has("steps"))
		steps_begin(lay_out_tasks);
	else
		lay_out_tasks();
}
