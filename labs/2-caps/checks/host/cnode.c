/* Exercises 2.1 and 2.2: a caller's CSpace and a CNode; the fakes record cnode.c's calls of other files. There is no derivation
 * tree here: only the links that cnode.c requests are compared. */
#include "cap/cnode.h"
#include "ipc/endpoint.h"
#include "sched/thread.h"
#include "gen/kernel/methods.h"
#include "cnode_fakes.h"
#include "unit.h"
#include <string.h>

#define SLOTS 16
#define HERE 1     /* slots of the caller: the CNode, with all rights */
#define READABLE 2 /* the same, without RIGHT_WRITE */
#define OTHER 3    /* an Endpoint */
#define EMPTY 4

static struct thread *caller;
static struct slot *caps; /* its CSpace */
static struct cnode *table;
static struct endpoint *ep;
static ASKED struct slot *out; /* of cnode_slot */

/* ---- the scene ---- */
static void set_up(void)
{
	caller = unit_object(THREAD_BYTES, THREAD_BYTES);
	table = unit_object(64, sizeof(struct cnode) + SLOTS * sizeof(struct slot));
	ep = unit_object(64, ENDPOINT_BYTES);
	table->header.type = CAP_CNODE;
	table->header.refs = 2;
	table->count = SLOTS;
	ep->header.type = CAP_ENDPOINT;
	ep->header.refs = 1;
	caller->caps_count = 8;
	caps = caller->caps = unit_object(64, 8 * sizeof(struct slot));
	caps[HERE] = (struct slot){
		.type = CAP_CNODE, .rights = RIGHT_READ | RIGHT_WRITE, .object = &table->header};
	caps[READABLE] =
		(struct slot){.type = CAP_CNODE, .rights = RIGHT_READ, .object = &table->header};
	caps[OTHER] = (struct slot){
		.type = CAP_ENDPOINT,
		.rights = RIGHT_ALL_KERNEL,
		.prot = 0xff,
		.object = &ep->header};
}

static struct slot endpoint_cap(u64 badge)
{
	return (struct slot){
		.type = CAP_ENDPOINT,
		.rights = RIGHT_ALL_KERNEL | SLOT_SENDABLE | SLOT_RECEIVABLE,
		.prot = 0xff,
		.object = &ep->header,
		.badge = badge};
}

static ASKED struct invocation inv;

static status_t call(u16 label, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f)
{
	inv = (struct invocation){
		.caller = caller, .slot = &caps[HERE], .label = label, .word = {a, b, c, d, e, f}};
	return cnode_decode(&inv);
}

static const char *place(const struct slot *s)
{
	if (!s)
		return "no slot";
	if (s >= table->slots && s < table->slots + SLOTS)
		return text("slot %ld of the CNode", (long)(s - table->slots));
	return "a slot outside of the CNode";
}

static void want_slot(const char *what, const struct slot *wanted, const struct slot *got)
{
	WANT(wanted == got, "slots lie after the CNode's header: c->slots[index]",
	     text("%s: %s", what, place(wanted)), place(got));
}

/* ---- 2.1 ---- */
static void finds(void)
{
	set_up();
	WANT_STATUS("the first slot there is, 1", OK, cnode_slot(caller, HERE, 1, &out),
		    "a CNode that the caller holds, with RIGHT_WRITE, and an index within it");
	want_slot("index 1", &table->slots[1], out);
	WANT_STATUS("the last slot", OK, cnode_slot(caller, HERE, SLOTS - 1, &out),
		    "the last index is count - 1");
	want_slot("index 15 of 16", &table->slots[SLOTS - 1], out);
}

static void no_cnode(void)
{
	set_up();
	WANT_STATUS("a CNode named by an empty slot", ERR_CAP, cnode_slot(caller, EMPTY, 1, &out),
		    "cap_lookup returns NULL where there is no capability");
	WANT_STATUS("by an index after the caller's CSpace", ERR_CAP,
		    cnode_slot(caller, 8, 1, &out), "cap_lookup returns NULL there, too");
	WANT_STATUS("by an absurd index", ERR_CAP, cnode_slot(caller, ~0ul, 1, &out),
		    "cap_lookup returns NULL there, too");
	WANT_STATUS("a CNode named by an Endpoint's capability", ERR_TYPE,
		    cnode_slot(caller, OTHER, 1, &out),
		    "the capability's object is read as a struct cnode: it must be one");
}

static void no_right(void)
{
	set_up();
	WANT_STATUS("through a capability without RIGHT_WRITE", ERR_RIGHTS,
		    cnode_slot(caller, READABLE, 1, &out),
		    "a capability to read a CNode does not allow to take out of it or put into it");
	caps[READABLE].rights = RIGHT_ALL_KERNEL & ~RIGHT_WRITE;
	WANT_STATUS("through one with all rights but that", ERR_RIGHTS,
		    cnode_slot(caller, READABLE, 1, &out), "the right is RIGHT_WRITE and no other");
	WANT_STATUS(
		"index 0 without RIGHT_WRITE", ERR_RIGHTS, cnode_slot(caller, READABLE, 0, &out),
		"the right comes before the index: without it no part of the table is revealed");
	WANT_STATUS(
		"index 16 of 16 without RIGHT_WRITE", ERR_RIGHTS,
		cnode_slot(caller, READABLE, SLOTS, &out),
		"the right comes before the index: without it no part of the table is revealed");
}

static void range(void)
{
	static const u64 wrong[] = {
		0, SLOTS, SLOTS + 1, SLOTS + 49, 1ul << 32, (1ul << 32) + 1, 1ul << 58, ~0ul};

	set_up();
	for (u32 i = 0; i < ARRAY_LEN(wrong); i++)
		WANT_STATUS(text("index 0x%lx of a CNode of 16 slots", wrong[i]), ERR_RANGE,
			    cnode_slot(caller, HERE, wrong[i], &out),
			    wrong[i] ? "after the last slot lies another object's memory: index >= "
				       "count is refused"
				     : "slot 0 stays empty, so that 0 can mean `none`");
	table->count = 3;
	WANT_STATUS("index 3 of a CNode that shrinks, and has 3 left", ERR_RANGE,
		    cnode_slot(caller, HERE, 3, &out),
		    "the bound is the CNode's count as it is now");
}

static void methods(void)
{
	set_up();
	table->slots[SLOTS - 1] = table->slots[5] = endpoint_cap(0);
	WANT_STATUS("delete of slot 0", ERR_RANGE, call(CNODE_DELETE, 0, 0, 0, 0, 0, 0),
		    "the slot a method is about obeys the same rules");
	WANT_STATUS("delete of slot 16 of 16", ERR_RANGE, call(CNODE_DELETE, SLOTS, 0, 0, 0, 0, 0),
		    "the slot a method is about obeys the same rules");
	WANT_STATUS("describe of slot 2^58 + 1", ERR_RANGE,
		    call(CNODE_DESCRIBE, (1ul << 58) + 1, 0, 0, 0, 0, 0),
		    "64 times the index overflows: compare indices, not addresses");
	WANT(!deleted, "a refused method changes nothing", "nothing is deleted", place(deleted));
	WANT_STATUS("delete of slot 15", OK, call(CNODE_DELETE, SLOTS - 1, 0, 0, 0, 0, 0), NULL);
	want_slot("the deleted slot", &table->slots[SLOTS - 1], deleted);
	WANT_STATUS("revoke of slot 5", OK, call(CNODE_REVOKE, 5, 0, 0, 0, 0, 0), NULL);
	want_slot("the revoked slot", &table->slots[5], deleted);
}

/* Whether the look-up of a source lets through what `wanted` refuses, or something else does. */
static const char *of_source(u64 cnode, u64 index, status_t wanted)
{
	return cnode_slot(caller, cnode, index, &out) == wanted
		       ? "the source is looked up by cnode_slot"
		       : "cnode_slot does not refuse it";
}

static void pairs(void)
{
	set_up();
	table->slots[5] = endpoint_cap(0);
	table->slots[6] = endpoint_cap(0);
	WANT_STATUS("move to slot 0", ERR_RANGE, call(CNODE_MOVE, 0, HERE, 5, 0, 0, 0),
		    "slot 0 stays empty, so that 0 can mean `none`");
	WANT_STATUS("move to slot 16 of 16", ERR_RANGE, call(CNODE_MOVE, SLOTS, HERE, 5, 0, 0, 0),
		    "the destination is within the CNode that was called");
	WANT_STATUS("move from slot 16 of 16", ERR_RANGE, call(CNODE_MOVE, 7, HERE, SLOTS, 0, 0, 0),
		    of_source(HERE, SLOTS, ERR_RANGE));
	WANT_STATUS("move out of a CNode that may only be read", ERR_RIGHTS,
		    call(CNODE_MOVE, 7, READABLE, 5, 0, 0, 0), of_source(READABLE, 5, ERR_RIGHTS));
	WANT_STATUS("move out of an Endpoint", ERR_TYPE, call(CNODE_MOVE, 7, OTHER, 5, 0, 0, 0),
		    of_source(OTHER, 5, ERR_TYPE));
	WANT_STATUS("move of an empty slot", ERR_CAP, call(CNODE_MOVE, 7, HERE, 8, 0, 0, 0),
		    "there must be something to move");
	WANT_STATUS("move of an empty slot onto a filled one", ERR_CAP,
		    call(CNODE_MOVE, 6, HERE, 8, 0, 0, 0),
		    "an empty source comes first, then a destination that is filled");
	WANT_STATUS("move onto a filled slot", ERR_OCCUPIED, call(CNODE_MOVE, 6, HERE, 5, 0, 0, 0),
		    "the capability in the way would be lost, with its place in the tree");
	WANT_STATUS("move onto itself", ERR_OCCUPIED, call(CNODE_MOVE, 5, HERE, 5, 0, 0, 0),
		    "then the destination is filled");
	WANT(!moved_to, "a refused method changes nothing", "nothing is moved", place(moved_to));
	WANT_STATUS("move from 5 to 7", OK, call(CNODE_MOVE, 7, HERE, 5, 0, 0, 0), NULL);
	want_slot("moved to", &table->slots[7], moved_to);
	want_slot("moved from", &table->slots[5], moved_from);
}

/* ---- 2.2 ---- */
static void child(void)
{
	set_up();
	struct slot *from = &table->slots[1], *to = &table->slots[2];

	*from = endpoint_cap(0);
	slot_derive(to, from, RIGHT_ALL);
	WANT_U64("type of the child", CAP_ENDPOINT, to->type, NULL);
	WANT(to->object == from->object, "a child names the same object", "the same object",
	     "another");
	WANT_U64("slots that name the object", 2, ep->header.refs,
		 "object_hold: the object ends when the last slot that names it is emptied");
	WANT(links == 1 && linked_child == to && linked_parent == from,
	     "derive_link(child, parent), once", "the child is linked below its parent",
	     text("%u links, the last of %s below %s", links, place(linked_child),
		  place(linked_parent)));
	*from = (struct slot){.type = CAP_FRAME, .rights = RIGHT_READ, .size = 7, .base = 0x5000};
	*to = (struct slot){0};
	slot_derive(to, from, RIGHT_ALL);
	WANT(to->type == CAP_FRAME && to->size == 7 && to->base == 0x5000, NULL,
	     "a Frame's child covers the same pages",
	     text("type %u, %u pages from 0x%lx", to->type, to->size, to->base));
	WANT_U64("slots that name the Endpoint", 2, ep->header.refs,
		 "a Frame has no object with a count: slot_has_object");
}

static void shrink(void)
{
	set_up();
	struct slot *from = &table->slots[1], *to = &table->slots[2];

	for (u32 have = 0; have < 16; have++)
		for (u32 ask = 0; ask < 16; ask++) {
			*from = endpoint_cap(0);
			from->rights = (u8)have;
			from->prot = (u8)(have * 17 ^ 0x5a);
			*to = (struct slot){0};
			u32 prot = (ask * 29 ^ 0x33) & 0xff;
			slot_derive(to, from, ask | prot << RIGHT_PROT_SHIFT);
			u32 got = to->rights & RIGHT_ALL_KERNEL;
			WANT_U64(text("rights of a child of one with 0x%x, asked for 0x%x", have,
				      ask),
				 have & ask, got,
				 got & ~have  ? "never more rights than the parent has"
				 : got & ~ask ? "at most the rights asked for"
					      : "all the rights that the parent has and that are "
						"asked for");
			WANT_U64(text("protocol rights of a child of one with 0x%x, asked for 0x%x",
				      from->prot, prot),
				 from->prot & prot, to->prot,
				 "protocol rights are rights, too: they lie from bit "
				 "RIGHT_PROT_SHIFT on");
		}
	*from = endpoint_cap(0);
	*to = (struct slot){0};
	slot_derive(to, from, ~0u);
	WANT_U64("rights of a child that asked for every bit there is", RIGHT_ALL_KERNEL,
		 to->rights & ~(SLOT_SENDABLE | SLOT_RECEIVABLE),
		 "RIGHT_ALL_KERNEL are all the kernel's rights; other bits of `rights` mean "
		 "something else");
}

static void badge_goes_along(void)
{
	set_up();
	struct slot *from = &table->slots[1], *to = &table->slots[2];

	*from = endpoint_cap(0x77);
	slot_derive(to, from, RIGHT_ALL);
	WANT_U64("badge of a copy of an Endpoint's capability with badge 0x77", 0x77, to->badge,
		 "a badge stands for the client: a copy stands for the same");
	*from = (struct slot){
		.type = CAP_NOTIFICATION, .rights = 3, .object = &ep->header, .badge = 0x10};
	*to = (struct slot){0};
	slot_derive(to, from, RIGHT_ALL);
	WANT_U64("badge of a copy of a Notification's capability", 0x10, to->badge,
		 "a Notification's badge is the bits it sets");
	*from = (struct slot){
		.type = CAP_FRAME,
		.rights = 3,
		.size = 1,
		.base = 0x5000,
		.badge = 0x400000,
		.aux = 0x1001};
	*to = (struct slot){0};
	slot_derive(to, from, RIGHT_ALL);
	WANT_U64("address space that a mapped Frame's child is mapped in", 0, to->aux,
		 "the parent is mapped, its child is not: or both would unmap it");
	WANT_U64("address that it is mapped at", 0, to->badge,
		 "the parent is mapped, its child is not");
}

static void flags(void)
{
	set_up();
	struct slot *from = &table->slots[1], *to = &table->slots[2];

	*from = (struct slot){
		.type = CAP_FRAME, .flags = SLOT_DEVICE, .rights = 3, .size = 1, .base = 0x5000};
	slot_derive(to, from, RIGHT_ALL);
	WANT(to->flags & SLOT_DEVICE, "whether it is memory or a device does not change",
	     "a device's frame stays one", "it became memory");
	*from = endpoint_cap(0);
	from->flags = SLOT_WATCH;
	*to = (struct slot){.flags = SLOT_THREAD};
	slot_derive(to, from, RIGHT_ALL);
	WANT(to->flags & SLOT_THREAD,
	     "the slot lies in a thread: that is a fact about the slot, not about its content",
	     "an embedded slot stays one", "it lost SLOT_THREAD");
	WANT(!(to->flags & SLOT_WATCH), "only mint, asked to, watches",
	     "a copy of a watched capability is not watched itself", "it is");
	*from = endpoint_cap(0);
	from->flags = SLOT_WATCH | SLOT_CLOSED;
	from->first = from;
	*to = (struct slot){0};
	slot_derive(to, from, RIGHT_ALL);
	WANT(unqueued == 1 && !linked_while_queued,
	     "the queue runs through the links that children need: closed_remove first",
	     "a slot on the closed queue leaves it before it gets a child",
	     unqueued ? "it was linked first" : "it stayed there");
}

static void sealed(void)
{
	set_up();
	struct slot *from = &table->slots[1], *to = &table->slots[2];

	*from = endpoint_cap(0);
	for (u32 i = 0; i < 16; i++) {
		/* A caller's word can have any bit, including those that stand for SENDABLE and RECEIVABLE in a slot. */
		u32 ask = (i & 3) | (i & 4 ? SLOT_SENDABLE : 0) | (i & 8 ? SLOT_RECEIVABLE : 0);
		*to = (struct slot){0};
		slot_derive(to, from, ask);
		u32 wanted = (ask & RIGHT_WRITE ? SLOT_SENDABLE : 0) |
			     (ask & RIGHT_READ ? SLOT_RECEIVABLE : 0);
		u32 got = to->rights & (SLOT_SENDABLE | SLOT_RECEIVABLE);
		WANT_U64(text("the bits for the fast path (SENDABLE, RECEIVABLE) after deriving "
			      "with rights 0x%x",
			      ask),
			 wanted, got,
			 got & ~wanted ? "these bits are neither copied nor asked for: only those "
					 "of RIGHT_ALL_KERNEL are rights"
				       : "slot_seal sets them, once type and rights are set");
	}
}

static void mint(void)
{
	set_up();
	struct slot *to = &table->slots[2];

	table->slots[1] = endpoint_cap(0);
	WANT_STATUS("mint with a badge", OK,
		    call(CNODE_MINT, 2, HERE, 1, RIGHT_WRITE, 0xabcdef0123456789, MINT_BADGE),
		    NULL);
	WANT_U64("its badge", 0xabcdef0123456789, to->badge, "a badge has 64 bits");
	WANT_U64("its rights", RIGHT_WRITE, to->rights & RIGHT_ALL_KERNEL,
		 "mint derives with the rights that were asked for");
	WANT_STATUS("mint without MINT_BADGE of a capability with a badge", OK,
		    call(CNODE_MINT, 3, HERE, 2, RIGHT_WRITE, 5, 0), "that changes no badge");
	WANT_U64("its badge", 0xabcdef0123456789, table->slots[3].badge,
		 "without MINT_BADGE the argument does not count");
	table->slots[4] =
		(struct slot){.type = CAP_NOTIFICATION, .rights = 3, .object = &ep->header};
	WANT_STATUS("mint of a Notification with a badge", OK,
		    call(CNODE_MINT, 5, HERE, 4, 3, 8, MINT_BADGE),
		    "Notifications have badges, too");
	WANT_U64("its badge", 8, table->slots[5].badge, NULL);
}

static void want_untouched(u32 index)
{
	WANT(table->slots[index].type == CAP_NULL && !table->slots[index].badge && !links,
	     "check everything before changing anything", "a refused mint changes nothing",
	     "the destination was filled, or a slot was linked");
}

static void mint_refused(void)
{
	set_up();
	table->slots[1] = endpoint_cap(7);
	table->slots[3] = (struct slot){.type = CAP_FRAME, .rights = 3, .size = 1};
	table->slots[4] = (struct slot){.type = CAP_UNTYPED, .rights = 3, .size = 1};
	table->slots[5] = (struct slot){.type = CAP_PAGE_TABLE, .rights = 3};
	table->slots[6] =
		(struct slot){.type = CAP_NOTIFICATION, .rights = 3, .object = &ep->header};
	WANT_STATUS(
		"a badge over a badge", ERR_STATE,
		call(CNODE_MINT, 2, HERE, 1, RIGHT_ALL, 8, MINT_BADGE),
		"the holder of a badge may not take another's: the badge stands for the client");
	WANT_STATUS("badge 0 over a badge", ERR_STATE,
		    call(CNODE_MINT, 2, HERE, 1, RIGHT_ALL, 0, MINT_BADGE),
		    "or a badge could be washed off, and another put on");
	WANT_STATUS("a badge on a Frame", ERR_TYPE,
		    call(CNODE_MINT, 2, HERE, 3, RIGHT_ALL, 8, MINT_BADGE),
		    "a Frame's `badge` is where it is mapped");
	WANT_STATUS("watching a Notification", ERR_TYPE,
		    call(CNODE_MINT, 2, HERE, 6, RIGHT_ALL, 0, MINT_WATCH),
		    "only an Endpoint has a queue of closed slots");
	table->slots[7] = endpoint_cap(0);
	table->slots[7].rights = RIGHT_WRITE | RIGHT_GRANT;
	WANT_STATUS("watching an Endpoint that one may only send to", ERR_RIGHTS,
		    call(CNODE_MINT, 2, HERE, 7, RIGHT_ALL, 0, MINT_WATCH),
		    "a client could let its own child go, and so report to the server that the "
		    "badge has no holder any more");
	WANT_STATUS("a flag that does not exist", ERR_ARG,
		    call(CNODE_MINT, 2, HERE, 1, RIGHT_ALL, 0, 4),
		    "unknown flags are refused, or they could never be given a meaning");
	WANT_STATUS("a flag beyond 32 bits", ERR_ARG,
		    call(CNODE_MINT, 2, HERE, 1, RIGHT_ALL, 0, 1ul << 32),
		    "all 64 bits of the argument count");
	WANT_STATUS("a second owner of an Untyped", ERR_DERIVED,
		    call(CNODE_MINT, 2, HERE, 4, RIGHT_ALL, 0, 0),
		    "two owners that retype the same memory overlap: is_copyable");
	WANT_STATUS("a second owner of a table", ERR_DERIVED,
		    call(CNODE_MINT, 2, HERE, 5, RIGHT_ALL, 0, 0), "is_copyable");
	want_untouched(2);
}

static void watch(void)
{
	set_up();
	table->slots[1] = endpoint_cap(0);
	WANT_STATUS("mint with badge and watch", OK,
		    call(CNODE_MINT, 2, HERE, 1, RIGHT_ALL, 9, MINT_BADGE | MINT_WATCH), NULL);
	WANT(table->slots[2].flags & SLOT_WATCH, "MINT_WATCH sets SLOT_WATCH on the new slot",
	     "the new slot is watched", "it is not");
	WANT(!(table->slots[1].flags & SLOT_WATCH),
	     "the server watches the slot that it gives away from, not the one that it keeps",
	     "the old one is not", "it is");
	WANT_STATUS(
		"mint without", OK, call(CNODE_MINT, 3, HERE, 1, RIGHT_ALL, 9, MINT_BADGE), NULL);
	WANT(!(table->slots[3].flags & SLOT_WATCH), NULL,
	     "without MINT_WATCH the slot is not watched", "it is watched");
}

static const struct unit_check checks[] = {
	{"2.1.a", finds},        {"2.1.b", no_cnode}, {"2.1.c", no_right},
	{"2.1.d", range},        {"2.1.e", methods},  {"2.1.f", pairs},
	{"2.2.a", child},        {"2.2.b", shrink},   {"2.2.c", badge_goes_along},
	{"2.2.d", flags},        {"2.2.e", sealed},   {"2.2.f", mint},
	{"2.2.g", mint_refused}, {"2.2.h", watch},
};
UNIT_MAIN(checks)
