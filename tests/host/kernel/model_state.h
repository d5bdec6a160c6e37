/* The slots and objects of the model (model.h), and the simple ways in which they change. */
#pragma once
#include "calls.h"
#include "model.h"

#define OBJECTS 600
#define NESTED 16 /* slots of the CNodes that operations make */
#define SLOTS_MAX 16384

struct mslot {
	u32 type; /* CAP_NULL: empty */
	u32 rights;
	u64 badge;
	bool watch, closed, was_closed;
	struct mslot *parent;
	struct mobject *object; /* where there is one */
	u64 base, bytes, used;  /* Untyped; Frame and PageTable without `used` */
	struct slot *real;
};

struct mobject {
	u32 type, refs, count;
	u64 phys, bytes;
	bool dying;
	struct mslot *slots; /* CNode */
};

extern struct model {
	struct mslot pool[SLOTS_MAX]; /* the slots of all CNodes */
	u32 pool_used;
	struct mobject objects[OBJECTS];
	u32 object_count;
	struct mobject *root;
	struct mslot embedded[8]; /* the two threads' roots: they hold the objects that they name */
	u64 next_badge;
} model;

/* Adds an object. A CNode gets `slots` slots, which stand for the kernel's from `real` on. */
struct mobject *mobject_new(u32 type, u64 phys, u64 bytes, u32 slots, struct slot *real);

bool mslot_has_children(const struct mslot *s);
void mslot_empty(struct mslot *s);

/* Empties the slot and gives its children to its parent. The object may die: model_bury must follow. */
void mslot_drop(struct mslot *s);

/* Ends dead objects, and those that die with them. */
void model_bury(void);

/* Makes `to` a child of `from`, with at most these rights. */
void mslot_derive(struct mslot *to, struct mslot *from, u32 rights);

/* The filled slot of that index in the root task's CNode; NULL if there is none. */
struct mslot *model_root_slot(u64 i);

/* Looks a slot up as the kernel does, with its status. */
status_t model_find(u64 cnode, u64 index, struct mslot **out);
