/* Tasks the kernel itself makes at boot, from boot memory: the root task, or in stage 1 all of them. */
#pragma once
#include "boot/elf.h"
#include "cap/cnode.h"
#include "mm/space.h"
#include "sched/thread.h"

struct boot_task {
	struct cnode *cnode;
	struct space *space;
	struct thread *thread;
};

/* Makes CSpace (with `slots` slots), address space, thread and IPC buffer; loads the program from the
 * archive and gives it a stack. The thread is stopped, its entry point and stack set. On failure panics, or refuses the
 * machine, with the program's name and the reason: the system cannot run without its first task. */
void boot_task_make(struct boot_task *task, const char *path, u32 slots, u8 priority);

/* Fills an empty slot with a capability to a range: Frame, Untyped, Irq, IoPort or IoSpace. */
void boot_slot_range(struct boot_task *task, u32 index, u8 type, u64 base, u32 size, u32 rights, u8 flags);

/* Fills an empty slot with a capability to an object. */
void boot_slot_object(struct boot_task *task, u32 index, struct kobject *object, u32 rights, u64 badge);

/* Maps physical memory into the task with these rights (RIGHT_*), never writable and executable at once. Tables come
 * from boot memory. */
void boot_task_map(struct boot_task *task, u64 va, u64 phys, u64 bytes, u32 rights);

/* Address of the archive as the kernel sees it. */
const void *boot_archive(void);
