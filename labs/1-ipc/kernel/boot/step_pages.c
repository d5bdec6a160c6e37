/* Exercise 1.2: three pages are mapped by map_page, and a program reads, writes and runs each of them, and a fourth address. The
 * processor decides; its answer is the page fault's error code (SDM vol. 3, 4.7). */
#include "../../kernel/boot/step.h"
#include "boot/memory.h"
#include "boot/task.h"
#include "lib/print.h"
#include "microk/cap.h"
#include "mm/map.h"
#include "x86/layout.h"

/* The instruction's bytes. They lie in each page, away from the programs: a wrong mapping may let a program write there. */
#define UD2 0x0b0f
#define TARGET 0x800

#define PAGES 4
#define PAGE_FAULT 14
#define WAYS 3

static const char *const asked[PAGES] = {"read, run", "read, write", "read", "(not mapped)"};
static const u32 rights[PAGES - 1] = {
	RIGHT_READ | RIGHT_EXEC, RIGHT_READ | RIGHT_WRITE, RIGHT_READ};
static const char *const ways[WAYS] = {steps_load, steps_store, steps_jump};
static struct thread *program;
static struct answer {
	u64 vector, error;
} answers[PAGES][WAYS];

static void map_all(void)
{
	u64 *root = phys_to_virt(boot_alloc(SPACE_BYTES, PAGE_SIZE));
	struct boot_task task = {.space = (struct space *)((u8 *)root + TABLE_BYTES)};

	space_init(task.space, root);
	for (u32 i = 0; i < PAGES - 1; i++) {
		u64 page = i ? boot_alloc(PAGE_SIZE, PAGE_SIZE) : steps_code_page();

		*(u64 *)phys_to_virt(page + TARGET) = UD2;
		boot_task_map(&task, STEPS_CODE + i * PAGE_SIZE, page, PAGE_SIZE, rights[i]);
	}
	program = steps_thread('p', task.space);
}

static void attempt(u32 i)
{
	u64 address = STEPS_CODE + i / WAYS * PAGE_SIZE + TARGET;

	program->regs.rax = UD2;
	steps_run(program, steps_at(ways[i % WAYS]), address);
}

static void print_answers(void)
{
	kprintf("[1.2] a program on your page tables: each access, and the processor's answer\n");
	kprintf("      address   asked for     read     write    run\n");
	for (u32 i = 0; i < PAGES; i++) {
		kprintf("      0x%lx  ", STEPS_CODE + i * PAGE_SIZE);
		steps_column(asked[i], 14);
		for (u32 way = 0; way < WAYS; way++) {
			const struct answer *a = &answers[i][way];

			if (a->vector != PAGE_FAULT)
				steps_column("yes", way + 1 < WAYS ? 9 : 0);
			else
				kprintf("error %lu%s", a->error,
					way + 1 == WAYS ? ""
					: a->error > 9  ? " "
							: "  ");
		}
		kprintf("\n");
	}
}

static void print_refusal(void)
{
	u64 flags = 0;
	u32 status = map_flags(RIGHT_READ | RIGHT_WRITE | RIGHT_EXEC, 0, &flags);

	kprintf("      writable and executable at once: %s\n", steps_status(status));
}

bool step_pages(u32 turn)
{
	if (turn == 0) {
		map_all();
		attempt(0);
		return true;
	}
	if (!step_fault)
		return false;
	answers[(turn - 1) / WAYS][(turn - 1) % WAYS] =
		(struct answer){step_fault->fault_vector, step_fault->fault_error};
	if (turn == 1 && step_fault->fault_vector == PAGE_FAULT) {
		kprintf("[1.2] a program on your page tables: nothing can be run at 0x%lx\n",
			STEPS_CODE);
		return false;
	}
	if (turn < PAGES * WAYS) {
		attempt(turn);
		return true;
	}
	print_answers();
	print_refusal();
	return false;
}
