/* The capabilities of the two tasks, slot by slot, as the kernel describes them. A capability stands below the one
 * that it was derived from, whichever task holds that; those at the left were derived from the root task's. */
#include "gen/lib/microk/methods.h"
#include "labs/2-caps/attacks/play.h"

#define DEPTH_SHOWN 8

static struct row {
	const char *holder;
	u64 slot, type, rights, badge, self, parent;
} rows[2 * TASK_SLOTS];
static u32 count;

static const char *const types[CAP_TYPES] = {
	"",        "Untyped",      "CNode",     "Thread", "Endpoint", "Notification",
	"Reply",   "AddressSpace", "PageTable", "Frame",  "Irq",      "IoPort",
	"IoSpace", "Kernel"};

static void read_slots(const struct task *t, const char *holder)
{
	for (u64 slot = 1; slot < TASK_SLOTS; slot++) {
		struct cnode_describe_result found;

		if (cnode_describe(t->cnode, slot, &found) != OK || found.type == CAP_NULL)
			continue;
		rows[count++] = (struct row){
			holder,
			slot,
			found.type,
			found.rights,
			found.value,
			found.slot_identity,
			found.parent_identity};
	}
}

static void draw_row(const struct row *r, u32 depth)
{
	char rights[] = "----";

	for (u32 i = 0; i < 4; i++)
		if (r->rights & 1u << i)
			rights[i] = "rwgx"[i];
	tell("%*s%s %2lu  %s %s", (int)depth * 3, "", r->holder, r->slot,
	     types[r->type < CAP_TYPES ? r->type : 0], rights);
	if (r->type == CAP_ENDPOINT)
		tell("%s, badge %lu", r->rights & RIGHT_LOOK ? " look" : "", r->badge);
	tell("\n");
}

static void draw_below(u64 parent, u32 depth)
{
	for (u32 i = 0; i < count && depth < DEPTH_SHOWN; i++)
		if (rows[i].parent == parent) {
			draw_row(&rows[i], depth);
			draw_below(rows[i].self, depth + 1);
		}
}

static bool is_shown(u64 self)
{
	for (u32 i = 0; i < count; i++)
		if (rows[i].self == self)
			return true;
	return false;
}

void tasks_draw(const struct task *victim, const struct task *thief, const char *when)
{
	count = 0;
	read_slots(victim, "victim");
	read_slots(thief, "thief");
	tell("\n%s:\n", when);
	for (u32 i = 0; i < count; i++)
		if (!is_shown(rows[i].parent)) {
			draw_row(&rows[i], 0);
			draw_below(rows[i].self, 1);
		}
	tell("\n");
}
