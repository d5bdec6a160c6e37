/* Around an Untyped: a CNode, the derivation tree's ends, and the parts that an object is completed by. */
#include "retype_fakes.h"
#include "object/identity.h"
#include "sched/preempt.h"
#include "cap/cnode.h"
#include "cap/derive.h"
#include "cap/reap.h"
#include "cap/replace.h"
#include "cap/make_mapped.h"
#include "mm/space.h"
#include "mm/wx.h"
#include "x86/cpu.h"
#include "sched/thread.h"
#include "unit.h"

SHARED struct slot dest[RETYPE_SLOTS];
SHARED u32 links, looks;
SHARED bool interrupts, dying;
SHARED u64 reaped_from, reaped_bytes;
SHARED struct cpu_area cpu_area;

void derive_link(struct slot *child, struct slot *parent)
{
	if (!parent->first)
		parent->first = child;
	parent->last = child;
	links++;
}

status_t cnode_slot(const struct thread *caller, u64 cnode, u64 index, struct slot **out)
{
	(void)caller, (void)cnode;
	if (index >= RETYPE_SLOTS)
		return ERR_RANGE;
	*out = &dest[index];
	return OK;
}

bool reap_in(u64 from, u64 bytes)
{
	reaped_from = from, reaped_bytes = bytes;
	return !dying;
}
bool preempt_pending(void)
{
	return looks++, interrupts;
}
status_t untyped_map_frame_method(struct invocation *inv)
{
	return (void)inv, ERR_METHOD;
}
status_t untyped_replace_frame_method(struct invocation *inv)
{
	return (void)inv, ERR_METHOD;
}
void wx_begin(const struct slot *frame)
{
	(void)frame;
}
void identity_give(struct kobject *o)
{
	(void)o;
}

void thread_init(struct thread *t)
{
	(void)t;
}
void space_init(struct space *s, u64 *root)
{
	(void)root;
	s->header.type = CAP_ADDRESS_SPACE;
}
