#include "model_state.h"

struct model model;

bool mslot_has_children(const struct mslot *s)
{
	for (u32 i = 0; i < model.pool_used; i++)
		if (model.pool[i].type && model.pool[i].parent == s)
			return true;
	for (u32 i = 0; i < 8; i++)
		if (model.embedded[i].type && model.embedded[i].parent == s)
			return true;
	return false;
}

struct mobject *mobject_new(u32 type, u64 phys, u64 bytes, u32 slots, struct slot *real)
{
	MUST(model.object_count < OBJECTS && model.pool_used + slots <= SLOTS_MAX);
	struct mobject *o = &model.objects[model.object_count++];

	*o = (struct mobject){
		.type = type,
		.phys = phys,
		.bytes = bytes,
		.count = slots,
		.slots = &model.pool[model.pool_used]};
	for (u32 i = 0; i < slots; i++)
		model.pool[model.pool_used++] = (struct mslot){.real = &real[i]};
	return o;
}

void mslot_empty(struct mslot *s)
{
	*s = (struct mslot){.real = s->real};
}

void mslot_drop(struct mslot *s)
{
	struct mslot *parent = s->parent;
	struct mobject *o = s->object;

	if (!s->type)
		return;
	for (u32 i = 0; i < model.pool_used; i++)
		if (model.pool[i].type && model.pool[i].parent == s)
			model.pool[i].parent = parent;
	mslot_empty(s);
	if (parent && parent->watch && !mslot_has_children(parent))
		parent->closed = parent->was_closed = true;
	if (o && --o->refs == 0)
		o->dying = true;
}

void model_bury(void)
{
	for (bool again = true; again;) {
		again = false;
		for (u32 i = 0; i < model.object_count; i++) {
			if (!model.objects[i].dying)
				continue;
			model.objects[i].dying = false;
			again = true;
			for (u32 k = 0; k < model.objects[i].count; k++)
				mslot_drop(&model.objects[i].slots[k]);
		}
	}
}

void mslot_derive(struct mslot *to, struct mslot *from, u32 rights)
{
	struct slot *real = to->real;

	from->closed = false;
	*to = *from;
	to->real = real;
	to->rights = from->rights & rights;
	to->parent = from;
	to->watch = to->closed = to->was_closed = false;
	if (to->object)
		to->object->refs++;
}

struct mslot *model_root_slot(u64 i)
{
	return i < ROOT_SLOTS && model.root->slots[i].type ? &model.root->slots[i] : NULL;
}

status_t model_find(u64 cnode, u64 index, struct mslot **out)
{
	struct mslot *c = model_root_slot(cnode);

	if (!c)
		return ERR_CAP;
	if (c->type != CAP_CNODE)
		return ERR_TYPE;
	if (!(c->rights & RIGHT_WRITE))
		return ERR_RIGHTS;
	if (index == 0 || index >= c->object->count)
		return ERR_RANGE;
	*out = &c->object->slots[index];
	return OK;
}
