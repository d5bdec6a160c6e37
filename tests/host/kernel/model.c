#include "model.h"
#include "calls.h"
#include "mm/space.h"
#include "model_ops.h"

static void compare_slot(const struct mslot *m)
{
	const struct slot *r = m->real;

	MUST(r->type == m->type);
	if (!m->type)
		return;
	MUST(slot_rights(r) == m->rights);
	MUST(!(r->flags & SLOT_WATCH) == !m->watch && !(r->flags & SLOT_CLOSED) == !m->closed);
	if (m->type == CAP_ENDPOINT)
		MUST(!(r->flags & SLOT_WAS_CLOSED) == !m->was_closed);
	if (m->type == CAP_ENDPOINT || m->type == CAP_NOTIFICATION)
		MUST(r->badge == m->badge);
	if (m->object) {
		MUST(r->object->refs == m->object->refs);
		u64 phys = virt_to_phys(r->object);
		MUST(phys >= m->object->phys && phys < m->object->phys + m->object->bytes);
	} else {
		MUST(r->base == m->base &&
		     r->size * PAGE_SIZE == (m->type == CAP_PAGE_TABLE ? 0 : m->bytes));
	}
	struct slot *parent = derive_parent(r, 100000);
	MUST(parent == (m->parent ? m->parent->real : NULL));
	MUST(derive_has_children(r) == mslot_has_children(m));
}

static void compare(void)
{
	for (u32 i = 0; i < model.object_count; i++)
		for (u32 k = 0; model.objects[i].refs && k < model.objects[i].count; k++)
			compare_slot(&model.objects[i].slots[k]);
	machine_check();
}

/* Later objects use the entries of dead ones. */
static void forget_dead(void)
{
	while (model.object_count > 1 && !model.objects[model.object_count - 1].refs) {
		model.object_count--;
		model.pool_used -= model.objects[model.object_count].count;
	}
}

static void hold(u32 i, u32 type, u64 phys, u64 bytes)
{
	struct mslot *s = &model.root->slots[i];

	*s = (struct mslot){.type = type, .rights = RIGHT_ALL, .real = s->real};
	if (type == CAP_UNTYPED) {
		s->base = phys;
		s->bytes = bytes;
		return;
	}
	s->object = i == M_CNODE ? model.root : mobject_new(type, phys, bytes, 0, NULL);
	s->object->refs++;
}

#define KINDS 16

void model_begin(u64 seed)
{
	machine_begin(seed);
	model.pool_used = model.object_count = 0;
	model.next_badge = 0;
	memset(model.embedded, 0, sizeof(model.embedded));
	model.root = mobject_new(CAP_CNODE, virt_to_phys(machine_root), PAGE_SIZE * 2, ROOT_SLOTS,
				 machine_root->slots);
	hold(M_CNODE, CAP_CNODE, 0, 0);
	hold(M_UNTYPED, CAP_UNTYPED, UNTYPED_PHYS, UNTYPED_PAGES * PAGE_SIZE);
	hold(M_THREAD_A, CAP_THREAD, 0x20000, THREAD_BYTES);
	hold(M_THREAD_B, CAP_THREAD, 0x22000, THREAD_BYTES);
	hold(M_PIPE, CAP_ENDPOINT, 0x40000, ENDPOINT_BYTES);
	hold(M_SPACE, CAP_ADDRESS_SPACE, 0x30000, SPACE_BYTES);
	for (u32 i = 0; i < 4; i++) {
		struct mslot *of = &model.root->slots[i < 2 ? M_CNODE : M_SPACE];
		model.embedded[i] = (struct mslot){.type = of->type, .parent = of};
		of->object->refs++;
	}
	compare();
}

void model_step(const struct op *op)
{
	u32 kind = op->kind % KINDS;
	struct arguments a = op_arguments(op, kind == 3 ? CAP_ENDPOINT : CAP_TYPES);
	struct mslot *called = model_root_slot(a.cnode);

	/* On another object the label would be another method's. */
	if (called && called->type != CAP_CNODE)
		a.cnode = M_CNODE;
	/* Slots on a closed queue are moved more often than chance would have it. */
	for (u64 i = M_FIRST_FREE; kind == 4 && (op->g & 3) && i < ROOT_SLOTS; i++)
		if (model.root->slots[i].closed)
			a.source_cnode = M_CNODE, a.source = i;
	/* Deletes and revokes name slots that are filled. */
	if ((kind == 5 || kind == 6 || kind == 12) && (op->b & 0x80))
		a.index = op_near(op->b & 0x7f, CAP_TYPES);
	switch (kind) {
	case 0:
	case 1: op_copy(&a); break;
	case 2: op_mint(&a, op->g % 5); break;
	case 3: op_mint(&a, MINT_WATCH | (op->g & MINT_BADGE)); break;
	case 4: op_move(&a); break;
	case 5:
	case 12: op_delete(&a); break;
	case 6:
		/* A revoke empties much: some deletes instead. */
		if (op->g & 1)
			op_revoke(&a);
		else
			op_delete(&a);
		break;
	case 7: op_receive(op_near(op->a % ROOT_SLOTS, CAP_ENDPOINT)); break;
	case 8: op_transfer(op); break;
	case 13: op_narrow(op); break;
	case 14: op_replace(op); break;
	case 15: op_copy_slots(&a, 1 + op->g % 8); break;
	default: op_retype(op);
	}
	compare();
	forget_dead();
}

void model_end(void)
{
	struct arguments all = {.cnode = 1, .index = M_UNTYPED};

	op_revoke(&all);
	compare();
	forget_dead();
	/* Only copies of objects that were not made of it remain. */
	for (u32 i = 0; i < ROOT_SLOTS; i++)
		MUST(!model.root->slots[i].type || model.root->slots[i].parent || i < M_FIRST_FREE);
	MUST(!mslot_has_children(&model.root->slots[M_UNTYPED]));
	op_scribble(&model.root->slots[M_UNTYPED]);
	model.root->slots[M_UNTYPED].used = 0;
	op_delete(&(struct arguments){.cnode = 1, .index = M_FIRST_FREE});
	op_expect(OK, call_retype(M_UNTYPED, CAP_FRAME, UNTYPED_PAGES, M_FIRST_FREE, 1));
	const u64 *p = phys_to_virt(UNTYPED_PHYS);
	for (u64 i = 0; i < UNTYPED_PAGES * PAGE_SIZE / 8; i++)
		MUST(p[i] == 0);
	op_expect(OK, call_cnode_delete(M_CNODE, M_FIRST_FREE));
}

void model_print(FILE *to, const struct op *op)
{
	static const char *const names[KINDS] = {
		"copy",
		"copy",
		"mint",
		"mint, watched",
		"move",
		"delete",
		"revoke or delete",
		"receive",
		"transfer",
		"retype",
		"retype",
		"retype",
		"delete",
		"narrow",
		"replace",
		"copy slots"};
	const u8 *byte = &op->kind;

	fprintf(to, "%s:", names[op->kind % KINDS]);
	for (u32 i = 0; i < sizeof(*op); i++)
		fprintf(to, " %u", byte[i]);
	fprintf(to, "\n");
}
