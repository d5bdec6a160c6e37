/*
 * The loader. Every object of the new instance is made from the service's Untyped, into a
 * block of init's slots that belongs to the instance: nothing needs to be listed for tearing it
 * down, and half a start is torn down like a whole one.
 */
#include "servers/init/instance.h"
#include "gen/lib/microk/methods.h"
#include "microk/cap.h"
#include "microk/info.h"
#include "servers/init/boot.h"
#include "lib/spawn/elf.h"
#include "servers/init/log.h"
#include "lib/microk/string.h"

#define RW (RIGHT_READ | RIGHT_WRITE)
#define STACK_BYTES (STARTUP_STACK_PAGES * PAGE_SIZE)

static enum microk_status make(struct unit *s, u64 type, u64 size, cap_t *out)
{
	*out = mapper_slot(&s->instance.mapper);
	if (*out == 0)
		return ERR_LIMIT;
	return untyped_retype(s->memory, &(struct untyped_retype){.type = type,
								  .size = size,
								  .cnode = ROOT_CNODE,
								  .index = *out,
								  .count = 1});
}

static bool find_program(const struct unit *s, struct elf_image *image)
{
	struct archive_file file;
	const char *why;
	if (!boot_file(s->conf->program, &file)) {
		log_line("init: cannot start %s: %s is not in the boot archive", s->conf->name,
			 s->conf->program);
		return false;
	}
	if (!elf_read(file.data, file.bytes, image, &why)) {
		log_line("init: cannot start %s: %s cannot be run: %s", s->conf->name,
			 s->conf->program, why);
		return false;
	}
	return true;
}

static enum microk_status load_image(struct unit *s, const struct elf_image *image)
{
	enum microk_status status = OK;
	for (u32 i = 0; i < image->count && status == OK; i++) {
		const struct elf_segment *g = &image->segments[i];
		u64 rights = RIGHT_READ | (g->write ? RIGHT_WRITE : 0) | (g->exec ? RIGHT_EXEC : 0);
		status = mapper_fill(&s->instance.mapper, g->address, g->memory_bytes, g->data,
				     g->file_bytes, rights, NULL);
	}
	return status;
}

/* Stack (its guard is the page below, which nobody maps) and IPC buffer. */
static enum microk_status load_stack(struct unit *s, cap_t *buffer)
{
	struct mapper *m = &s->instance.mapper;
	enum microk_status status = mapper_fill(m, STARTUP_STACK_TOP - STACK_BYTES, STACK_BYTES,
						NULL, 0, RW, &s->instance.stack);
	if (status == OK)
		status = mapper_fill(m, STARTUP_IPC_BUFFER, PAGE_SIZE, NULL, 0, RW, buffer);
	return status;
}

/* The capabilities that a program has to itself. */
static enum microk_status give_own(struct unit *s, cap_t buffer)
{
	const struct {
		cap_t slot, from;
	} own[] = {
		{SLOT_CNODE, s->cnode},
		{SLOT_SPACE, s->instance.mapper.space},
		{SLOT_THREAD, s->instance.thread},
		{SLOT_BUFFER, buffer},
	};
	enum microk_status status = OK;
	for (u32 i = 0; i < ARRAY_LEN(own) && status == OK; i++)
		status = cnode_copy(s->cnode, &(struct cnode_copy){.index = own[i].slot,
								   .source_cnode = ROOT_CNODE,
								   .source_index = own[i].from,
								   .rights = RW});
	return status;
}

static enum microk_status load_startup(struct unit *s)
{
	struct startup *page = &s->instance.page;
	string_copy(page->program, sizeof(page->program), s->conf->name);
	string_copy(page->arguments, sizeof(page->arguments), s->conf->arguments);
	page->magic = STARTUP_MAGIC;
	page->free_slots = SLOT_FREE;
	return mapper_fill(&s->instance.mapper, STARTUP_ADDRESS, sizeof(*page), page, sizeof(*page),
			   RIGHT_READ, NULL);
}

/* Last, when the instance itself has all it needs: the rest of its memory, as an Untyped of
 * its own. What the program makes of it hangs below the service's Untyped too. */
static enum microk_status give_memory(struct unit *s)
{
	struct untyped_info_result memory;
	if (untyped_info(s->memory, &memory) != OK)
		return ERR_STATE;
	u64 used = ALIGN_UP(memory.bytes_used, PAGE_SIZE);
	if (used >= memory.bytes)
		return ERR_MEMORY;
	return untyped_retype(s->memory, &(struct untyped_retype){.type = CAP_UNTYPED,
								  .size = memory.bytes - used,
								  .cnode = s->cnode,
								  .index = SLOT_UNTYPED,
								  .count = 1});
}

static enum microk_status start_thread(struct unit *s, u64 entry, cap_t buffer)
{
	cap_t thread = s->instance.thread;
	u64 name[2] = {0};
	memcpy(name, s->conf->name, strlen(s->conf->name));
	enum microk_status status = thread_configure(
		thread, &(struct thread_configure){.cnode = s->cnode,
						   .address_space = s->instance.mapper.space,
						   .fault_endpoint = s->fault,
						   .ipc_buffer_frame = buffer,
						   .notification = s->notification});
	if (status == OK)
		status = thread_name(
			thread, &(struct thread_name){.name_start = name[0], .name_end = name[1]});
	if (status == OK)
		status = thread_priority(thread,
					 &(struct thread_priority){.priority = s->conf->priority});
	if (status == OK)
		status = thread_start(thread,
				      &(struct thread_start){.instruction_pointer = entry,
							     .stack_pointer = STARTUP_STACK_TOP,
							     .first_argument = STARTUP_ADDRESS});
	return status;
}

/* The steps in their order; *doing is the one that failed. */
static enum microk_status build(struct unit *s, const struct elf_image *image, const char **doing)
{
	struct mapper *m = &s->instance.mapper;
	cap_t buffer = 0;
	enum microk_status status;
	*doing = "making its address space";
	if ((status = make(s, CAP_ADDRESS_SPACE, 0, &m->space)) != OK)
		return status;
	*doing = "making its thread";
	if ((status = make(s, CAP_THREAD, 0, &s->instance.thread)) != OK)
		return status;
	*doing = "loading its program";
	if ((status = load_image(s, image)) != OK)
		return status;
	*doing = "making its stack";
	if ((status = load_stack(s, &buffer)) != OK)
		return status;
	*doing = "giving it what system.conf grants";
	if ((status = give_own(s, buffer)) != OK || (status = unit_grant(s)) != OK)
		return status;
	*doing = "making its startup page";
	if ((status = load_startup(s)) != OK)
		return status;
	*doing = "giving it the rest of its memory";
	if ((status = give_memory(s)) != OK)
		return status;
	*doing = "starting its thread";
	return start_thread(s, image->entry, buffer);
}

bool instance_start(struct unit *s)
{
	struct elf_image image;
	const char *doing;
	memset(&s->instance, 0, sizeof(s->instance));
	s->instance.mapper = (struct mapper){.memory = s->memory,
					     .next = s->instance_slots,
					     .end = s->instance_slots + INSTANCE_SLOTS};
	if (!find_program(s, &image))
		return false;
	enum microk_status status = build(s, &image, &doing);
	if (status == OK)
		return true;
	instance_end(s);
	log_line("init: cannot start %s: %s failed with %s: %s%s", s->conf->name, doing,
		 status_name(status), status_text(status),
		 status == ERR_MEMORY ? "; raise its \"memory\" in system.conf" : "");
	return false;
}

void instance_end(struct unit *s)
{
	cnode_revoke(ROOT_CNODE, s->memory);
	unit_strip(s);
	s->instance.thread = 0;
}

u64 instance_memory_used(const struct unit *s)
{
	struct untyped_info_result memory;
	struct cnode_describe_result own;
	if (untyped_info(s->memory, &memory) != OK)
		return 0;
	u64 used = memory.bytes_used;
	/* The Untyped it got is not init's to ask; describe tells its pages, and as badge the bytes
	 * used, which count while it has children. */
	if (cnode_describe(s->cnode, SLOT_UNTYPED, &own) == OK && own.type == CAP_UNTYPED)
		used -= own.size * PAGE_SIZE - (own.children > 0 ? own.badge : 0);
	return used;
}
