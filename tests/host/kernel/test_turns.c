/* The log's output and long deletions that wait for one urgency take turns: neither waits for the other's end. */
#include "calls.h"
#include "cap/log_later.h"
#include "lib/log.h"
#include "x86/cpu.h"

#define SLOTS 500
#define LINE 80 /* bytes */
#define FIRST 1
#define NODES 3

/* CNodes full of objects, made at thread A's urgency, of which the more urgent thread B deletes the last capability. */
static void leave_deletions(void)
{
	for (u64 n = 0; n < NODES; n++) {
		u64 node = M_FIRST_FREE + n;

		MUST(call_retype(M_UNTYPED, CAP_CNODE, SLOTS, node, 1) == OK);
		for (u64 i = FIRST; i + 50 < SLOTS; i += 50)
			MUST(call_untyped_retype(
				     M_UNTYPED, &(struct untyped_retype){.type = CAP_REPLY,
									 .cnode = node,
									 .index = i,
									 .count = 50}) == OK);
	}
	machine_b->priority = machine_b->own_priority = 20;
	machine_caller = machine_b;
	for (u64 n = 0; n < NODES; n++)
		MUST(call_cnode_delete(M_CNODE, M_FIRST_FREE + n) == OK);
}

static u32 waiting(void)
{
	u32 n = 0;

	for (const struct kobject *o = cpu0.later[10].first; o; o = o->dying_next)
		n += o->type != CAP_NULL;
	return n;
}

static u64 slots_left(void)
{
	u64 left = 0;

	for (const struct kobject *o = cpu0.later[10].first; o; o = o->dying_next)
		left += o->type == CAP_CNODE ? ((const struct cnode *)o)->count : 0;
	return left;
}

static void write_line(void)
{
	machine_switch(machine_a);
	machine_log_bytes = LINE;
	log_later(LOG_ANY);
}

int main(void)
{
	machine_begin(1);
	leave_deletions();
	MUST(waiting() == NODES);
	/* The line comes last, and is shown long before the first deletion ends. */
	write_line();
	u64 before = slots_left();
	while (machine_log_bytes && machine_work())
		;
	MUST(machine_log_bytes == 0 && waiting() == NODES);
	u64 steps = before - slots_left();
	printf("%u bytes were shown beside %lu steps of deletions\n", LINE, steps);
	MUST(steps >= LINE / 2 && steps <= 2 * LINE + 128);
	/* Line follows line, and the deletions still end. */
	u32 lines = 0;
	while (waiting()) {
		if (!machine_log_bytes)
			lines++, write_line();
		MUST(machine_work());
		MUST(lines < 2 * SLOTS * NODES / LINE);
	}
	while (machine_work())
		;
	MUST(machine_log_bytes == 0 && cpu0.later_filled == 0);
	printf("and %u lines until those had ended\n", lines);
	return 0;
}
