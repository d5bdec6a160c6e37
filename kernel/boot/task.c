/* Tasks that the kernel itself makes at boot. After boot, user space makes every task from Untyped memory; only the first
 * one must come from the kernel. */
#include "boot/task.h"
#include "boot/archive.h"
#include "boot/handoff.h"
#include "boot/memory.h"
#include "cap/thread_slots.h"
#include "lib/print.h"
#include "lib/string.h"
#include "microk/info.h"
#include "mm/map.h"
#include "object/identity.h"
#include "x86/layout.h"
#include "x86/pte.h"

const void *boot_archive(void)
{
	return phys_to_virt(handoff.archive.start);
}

/* One page, with the tables that it needs. */
static void map_one(u64 *root, u64 va, u64 phys, u64 flags)
{
	status_t s = map_page(root, va, phys, flags, 1);

	for (u32 level = 3; s == ERR_TABLE && level >= 1; level--) {
		u64 *entry = map_entry(root, va, level + 1);
		if (entry && !(*entry & PTE_PRESENT))
			map_table(root, va, boot_alloc(TABLE_BYTES, PAGE_SIZE), level);
		s = map_page(root, va, phys, flags, 1);
	}
	if (s != OK)
		panic("boot: cannot map page 0x%lx: status %u", va, s);
}

void boot_task_map(struct boot_task *task, u64 va, u64 phys, u64 bytes, u32 rights)
{
	u64 flags;

	if (map_flags(rights, 0, &flags) != OK)
		panic("boot: rights 0x%x at 0x%lx are not allowed", rights, va);
	for (u64 at = 0; at < bytes; at += PAGE_SIZE)
		map_one(task->space->root, va + at, phys + at, flags);
}

void boot_slot_range(struct boot_task *task, u32 index, u8 type, u64 base, u32 size, u32 rights,
		     u8 flags)
{
	ASSERT(index < task->cnode->count && task->cnode->slots[index].type == CAP_NULL);
	task->cnode->slots[index] = (struct slot){
		.type = type,
		.flags = flags,
		.rights = rights & RIGHT_ALL_KERNEL,
		.size = size,
		.base = base};
}

void boot_slot_object(struct boot_task *task, u32 index, struct kobject *object, u32 rights,
		      u64 badge)
{
	ASSERT(index < task->cnode->count && task->cnode->slots[index].type == CAP_NULL);
	task->cnode->slots[index] = (struct slot){
		.type = object->type,
		.rights = rights & RIGHT_ALL_KERNEL,
		.prot = (u8)(rights >> RIGHT_PROT_SHIFT),
		.object = object,
		.badge = badge};
	slot_seal(&task->cnode->slots[index]);
	object_hold(object);
}

static u32 rights_of(const struct elf_segment *s)
{
	u32 rights = RIGHT_READ;

	if (s->write)
		rights |= RIGHT_WRITE;
	if (s->exec)
		rights |= RIGHT_EXEC;
	return rights;
}

static void load_segment(struct boot_task *task, const struct elf_segment *s)
{
	u64 start = ALIGN_DOWN(s->address, PAGE_SIZE),
	    end = ALIGN_UP(s->address + s->memory_bytes, PAGE_SIZE);
	u64 phys = boot_alloc(end - start, PAGE_SIZE);

	memcpy((u8 *)phys_to_virt(phys) + (s->address - start), s->data, s->file_bytes);
	boot_task_map(task, start, phys, end - start, rights_of(s));
}

static void load_program(struct boot_task *task, const char *path)
{
	struct archive_file file;
	struct elf_image image;
	const char *why;

	if (!archive_find(boot_archive(), handoff.archive.end - handoff.archive.start, path, &file))
		refuse("the boot archive has no %s, or is damaged; build it with `make`", path);
	if (!elf_read(file.data, file.bytes, &image, &why))
		refuse("%s of the boot archive cannot be loaded: %s", path, why);
	for (u32 i = 0; i < image.count; i++)
		load_segment(task, &image.segments[i]);
	task->thread->regs.rip = image.entry;
	task->thread->regs.rsp = ROOT_STACK_TOP;
}

static void embed(struct boot_task *task, enum thread_slot which, struct kobject *object)
{
	struct slot *s = &task->thread->slots[which];

	s->type = object->type;
	s->rights = RIGHT_ALL_KERNEL;
	s->object = object;
	object_hold(object);
	thread_slot_changed(task->thread, which);
}

static void make_objects(struct boot_task *task, u32 slots, u8 priority)
{
	task->cnode =
		phys_to_virt(boot_alloc(CNODE_HEADER_BYTES + slots * sizeof(struct slot), 64));
	task->cnode->header.type = CAP_CNODE;
	task->cnode->count = slots;
	u64 *root = phys_to_virt(boot_alloc(SPACE_BYTES, PAGE_SIZE));
	task->space = (struct space *)((u8 *)root + TABLE_BYTES);
	space_init(task->space, root);
	task->thread = phys_to_virt(boot_alloc(THREAD_BYTES, THREAD_BYTES));
	thread_init(task->thread);
	task->thread->priority = priority;
	task->thread->own_priority = priority;
	task->thread->priority_limit = priority;
	task->cnode->header.urgency = priority;
	task->space->header.urgency = priority;
	task->thread->header.urgency = priority;
	identity_give(&task->cnode->header);
	identity_give(&task->space->header);
	identity_give(&task->thread->header);
	embed(task, T_CSPACE, &task->cnode->header);
	embed(task, T_SPACE, &task->space->header);
	boot_slot_object(task, ROOT_CNODE, &task->cnode->header, RIGHT_ALL, 0);
	boot_slot_object(task, ROOT_SPACE, &task->space->header, RIGHT_ALL, 0);
	boot_slot_object(task, ROOT_THREAD, &task->thread->header, RIGHT_ALL, 0);
}

static void make_buffer(struct boot_task *task)
{
	u64 buffer = boot_alloc(PAGE_SIZE, PAGE_SIZE);
	struct slot *s = &task->thread->slots[T_BUFFER];

	boot_slot_range(task, ROOT_IPC_BUFFER, CAP_FRAME, buffer, 1, RIGHT_READ | RIGHT_WRITE, 0);
	boot_task_map(task, ROOT_IPC_BUFFER_ADDRESS, buffer, PAGE_SIZE, RIGHT_READ | RIGHT_WRITE);
	s->type = CAP_FRAME;
	s->rights = RIGHT_READ | RIGHT_WRITE;
	s->size = 1;
	s->base = buffer;
	thread_slot_changed(task->thread, T_BUFFER);
}

void boot_task_make(struct boot_task *task, const char *path, u32 slots, u8 priority)
{
	const char *name = path;

	for (const char *p = path; *p; p++)
		if (*p == '/')
			name = p + 1;
	make_objects(task, slots, priority);
	for (u32 i = 0; i < sizeof(task->thread->name) - 1 && name[i]; i++)
		task->thread->name[i] = name[i];
	make_buffer(task);
	load_program(task, path);
	u64 stack_bytes = ROOT_STACK_PAGES * PAGE_SIZE;
	boot_task_map(task, ROOT_STACK_TOP - stack_bytes, boot_alloc(stack_bytes, PAGE_SIZE),
		      stack_bytes, RIGHT_READ | RIGHT_WRITE);
}
