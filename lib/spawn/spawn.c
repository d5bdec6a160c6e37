/*
 * Weighed: seL4's sel4utils configures a process with allocators that the caller passes, and Fuchsia's process builder runs in
 * the process that starts another; in both, the loader is a library and no service. Linux's execve is in the kernel, where a
 * mistake in reading a file endangers the kernel. Here it is a library, and the allocators are plain data (supply.h).
 */
#include "lib/spawn/spawn.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/string.h"

#define RW (RIGHT_READ | RIGHT_WRITE)
#define STACK_BYTES (STARTUP_STACK_PAGES * PAGE_SIZE)

static enum microk_status load_image(struct spawn *s, const struct elf_image *image)
{
	enum microk_status status = OK;

	for (u32 i = 0; i < image->count && status == OK; i++) {
		const struct elf_segment *g = &image->segments[i];
		u64 rights = RIGHT_READ | (g->write ? RIGHT_WRITE : 0) | (g->exec ? RIGHT_EXEC : 0);

		status = mapper_fill(
			&s->mapper, g->address, g->memory_bytes, g->data, g->file_bytes, rights);
	}
	return status;
}

/* The stack's guard is the gap below it, where nothing is ever mapped. */
static enum microk_status make_stack(struct spawn *s)
{
	enum microk_status status = mapper_zero(
		&s->mapper, STARTUP_STACK_TOP - STACK_BYTES, STARTUP_STACK_PAGES, RW, &s->stack);

	if (status == OK)
		status = mapper_zero(&s->mapper, STARTUP_IPC_BUFFER, 1, RW, &s->buffer);
	return status;
}

enum microk_status spawn_give(struct spawn *s, cap_t from, u64 rights, u32 slot)
{
	return cnode_copy(
		s->cnode,
		&(struct cnode_copy){.index = slot,
				     .source_cnode = SLOT_CNODE,
				     .source_index = from,
				     .rights = rights});
}

/* The copy is mapped before it moves to the program: a mapping moves along with its capability. The next copy takes the slot
 * that this one leaves. */
enum microk_status spawn_give_frame(struct spawn *s, cap_t frame, u64 address, u64 rights,
				    u64 attributes, u32 slot)
{
	enum microk_status status = supply_copy(&s->mapper.supply, frame, RIGHT_ALL, &s->passing);

	if (s->passing == 0)
		return status;
	if (status == OK)
		status = supply_map(&s->mapper.supply, s->mapper.space, s->passing, address, rights,
				    attributes);
	if (status == OK)
		status = cnode_move(s->cnode, &(struct cnode_move){.index = slot,
								   .source_cnode = SLOT_CNODE,
								   .source_index = s->passing});
	/* The copy is not made of the program's Untyped, so revoking that would leave it. */
	if (status != OK)
		cnode_delete(SLOT_CNODE, s->passing);
	return status;
}

static enum microk_status give_own(struct spawn *s)
{
	const struct {
		cap_t from;
		u32 slot;
	} own[] = {
		{s->cnode, SLOT_CNODE},
		{s->mapper.space, SLOT_SPACE},
		{s->thread, SLOT_THREAD},
		{s->buffer, SLOT_BUFFER},
	};
	enum microk_status status = OK;

	for (u32 i = 0; i < ARRAY_LEN(own) && status == OK; i++)
		status = spawn_give(s, own[i].from, RW, own[i].slot);
	return status;
}

enum microk_status spawn_begin(struct spawn *s, const struct elf_image *image, const char **doing)
{
	enum microk_status status;

	*doing = "making its address space";
	if ((status = supply_make(&s->mapper.supply, CAP_ADDRESS_SPACE, 0, &s->mapper.space)) != OK)
		return status;
	*doing = "making its thread";
	if ((status = supply_make(&s->mapper.supply, CAP_THREAD, 0, &s->thread)) != OK)
		return status;
	*doing = "loading its program";
	if ((status = load_image(s, image)) != OK)
		return status;
	*doing = "making its stack";
	if ((status = make_stack(s)) != OK)
		return status;
	*doing = "giving it its own capabilities";
	return give_own(s);
}

static enum microk_status make_startup(struct spawn *s)
{
	s->page.magic = STARTUP_MAGIC;
	s->page.free_slots = SLOT_FREE;
	return mapper_fill(&s->mapper, STARTUP_ADDRESS, sizeof(s->page), &s->page, sizeof(s->page),
			   RIGHT_READ);
}

/* When the instance itself has all it needs, the program gets the rest as an Untyped of its own. The objects that the program
 * makes of it descend from the instance's Untyped too. */
static enum microk_status give_memory(struct spawn *s)
{
	struct untyped_info_result memory;
	enum microk_status status = untyped_info(s->mapper.supply.memory, &memory);

	if (status != OK)
		return status;
	u64 used = ALIGN_UP(memory.bytes_used, PAGE_SIZE);
	if (used >= memory.bytes)
		return ERR_MEMORY;
	return untyped_retype(
		s->mapper.supply.memory,
		&(struct untyped_retype){
			.type = CAP_UNTYPED,
			.size = memory.bytes - used,
			.cnode = s->cnode,
			.index = SLOT_UNTYPED,
			.count = 1});
}

static enum microk_status start_thread(struct spawn *s, const struct spawn_thread *t)
{
	u64 name[2] = {0};

	memcpy(name, t->name, strnlen(t->name, sizeof(name)));
	enum microk_status status = thread_configure(
		s->thread,
		&(struct thread_configure){
			.cnode = s->cnode,
			.address_space = s->mapper.space,
			.fault_endpoint = t->fault,
			.ipc_buffer_frame = s->buffer,
			.notification = t->notification});
	if (status == OK)
		status = thread_name(
			s->thread,
			&(struct thread_name){.name_start = name[0], .name_end = name[1]});
	if (status == OK)
		status = thread_priority(
			s->thread, &(struct thread_priority){.priority = t->priority});
	if (status == OK)
		status = thread_start(
			s->thread,
			&(struct thread_start){
				.instruction_pointer = t->entry,
				.stack_pointer = STARTUP_STACK_TOP,
				.first_argument = STARTUP_ADDRESS,
			});
	return status;
}

enum microk_status spawn_start(struct spawn *s, const struct spawn_thread *thread,
			       const char **doing)
{
	enum microk_status status;

	*doing = "making its startup page";
	if ((status = make_startup(s)) != OK)
		return status;
	*doing = "giving it the rest of its memory";
	if ((status = give_memory(s)) != OK)
		return status;
	*doing = "starting its thread";
	return start_thread(s, thread);
}

u64 spawn_memory_used(cap_t memory, cap_t cnode)
{
	struct untyped_info_result all;
	struct cnode_describe_result own, source;

	if (untyped_info(memory, &all) != OK)
		return 0;
	u64 used = all.bytes_used;
	/* The caller has no capability to the program's own Untyped. CNODE_DESCRIBE returns its pages as the size and its bytes
	 * in use as the value, which count while it has children. The program may have put another one in its place. */
	if (cnode_describe(cnode, SLOT_UNTYPED, &own) == OK && own.type == CAP_UNTYPED &&
	    cnode_describe(SLOT_CNODE, memory, &source) == OK &&
	    own.parent_identity == source.slot_identity)
		used -= own.size * PAGE_SIZE - (own.children > 0 ? own.value : 0);
	return used;
}
