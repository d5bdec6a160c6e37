#include "model_ops.h"
#include "mm/space.h"

static bool is_single(const struct mslot *s)
{
	return s->type == CAP_UNTYPED || s->type == CAP_PAGE_TABLE;
}
static bool is_fixed(const struct mslot *s)
{
	return s >= model.root->slots && s < model.root->slots + M_FIRST_FREE;
}

u64 op_near(u64 at, u32 type)
{
	for (u64 i = 0; i < ROOT_SLOTS; i++) {
		u64 k = (at + i) % ROOT_SLOTS;
		const struct mslot *s = &model.root->slots[k];
		bool suits = type == CAP_TYPES ? s->type != CAP_NULL : s->type == type;
		if (k && suits && (type != CAP_ENDPOINT || k != M_PIPE))
			return k;
	}
	return at % ROOT_SLOTS;
}

/* The upper half of an index byte's values means a slot that suits, the lower half any, or none there is. */
static u64 pick(u8 byte, u32 type)
{
	return byte & 0x80 ? op_near(byte & 0x7f, type) : byte % (ROOT_SLOTS + 2);
}

struct arguments op_arguments(const struct op *op, u32 source_type)
{
	return (struct arguments){
		.cnode = op->a & 0x80   ? 1
			 : op->a & 0x40 ? op_near(op->a & 0x3f, CAP_CNODE)
					: op->a % (ROOT_SLOTS + 2),
		.index = pick(op->b, CAP_NULL),
		.source_cnode = op->c & 0xc0 ? 1 : op_near(op->c, CAP_CNODE),
		.source = pick(op->d, source_type),
		.rights = op->e & 3 ? RIGHT_ALL : (u64)op->f << 8 | (op->e >> 2),
	};
}

static status_t pair(const struct arguments *a, struct mslot **to, struct mslot **from)
{
	status_t s = model_find(a->cnode, a->index, to);

	if (s == OK)
		s = model_find(a->source_cnode, a->source, from);
	if (s != OK)
		return s;
	if (!(*from)->type)
		return ERR_CAP;
	return (*to)->type ? ERR_OCCUPIED : OK;
}

void op_expect(status_t want, status_t got)
{
	if (want != got) {
		fprintf(stderr, "the model has status %u, the kernel %u\n", want, got);
		abort();
	}
}

void op_copy(const struct arguments *a)
{
	struct mslot *to, *from;
	status_t s = pair(a, &to, &from);

	if (s == OK && is_single(from))
		s = ERR_DERIVED;
	if (s == OK)
		mslot_derive(to, from, (u32)a->rights);
	op_expect(s, call_cnode_copy(a->cnode, &(struct cnode_copy){.index = a->index,
								    .source_cnode = a->source_cnode,
								    .source_index = a->source,
								    .rights = a->rights}));
}

/* The slots before the first that cannot be copied are. */
void op_copy_slots(const struct arguments *a, u64 count)
{
	struct mslot *to, *from, *last;
	struct cnode_copy_slots_result result = {0};
	status_t s = model_find(a->cnode, 1, &to),
		 why = OK; /* whatever the index: the CNode itself */
	u64 done = 0;

	if (s == OK)
		s = model_find(a->source_cnode, a->source, &from);
	if (s == OK)
		s = model_find(a->cnode, a->index, &to);
	if (s == OK)
		s = model_find(a->cnode, a->index + count - 1, &last);
	if (s == OK)
		s = model_find(a->source_cnode, a->source + count - 1, &last);
	for (; s == OK && done < count && why == OK; done += why == OK) {
		if (!from[done].type)
			continue;
		why = to[done].type ? ERR_OCCUPIED : is_single(&from[done]) ? ERR_DERIVED : OK;
		if (why == OK)
			mslot_derive(&to[done], &from[done], (u32)a->rights);
	}
	op_expect(s == OK && !done ? why : s,
		  call_cnode_copy_slots(
			  a->cnode,
			  &(struct cnode_copy_slots){
				  .index = a->index,
				  .source_cnode = a->source_cnode,
				  .source_index = a->source,
				  .count = count,
				  .rights = a->rights},
			  &result));
	MUST(s != OK || result.done == done);
}

void op_mint(const struct arguments *a, u64 flags)
{
	struct mslot *to, *from;
	status_t s = pair(a, &to, &from);
	u64 badge = ++model.next_badge;

	/* A thread waits on the pipe, and would wake at once. */
	if (s == OK && from->object == model.root->slots[M_PIPE].object)
		flags &= ~(u64)MINT_WATCH;
	if (s == OK && (flags & ~(u64)(MINT_WATCH | MINT_BADGE)))
		s = ERR_ARG;
	if (s == OK && is_single(from))
		s = ERR_DERIVED;
	if (s == OK && (flags & MINT_BADGE) && from->type != CAP_ENDPOINT &&
	    from->type != CAP_NOTIFICATION)
		s = ERR_TYPE;
	if (s == OK && (flags & MINT_WATCH) && from->type != CAP_ENDPOINT)
		s = ERR_TYPE;
	if (s == OK && (flags & MINT_WATCH) && !(from->rights & RIGHT_READ))
		s = ERR_RIGHTS;
	if (s == OK && (flags & MINT_BADGE) && from->badge)
		s = ERR_STATE;
	if (s == OK) {
		mslot_derive(to, from, (u32)a->rights);
		if (flags & MINT_BADGE)
			to->badge = badge;
		to->watch = flags & MINT_WATCH;
	}
	op_expect(s, call_cnode_mint(a->cnode, &(struct cnode_mint){.index = a->index,
								    .source_cnode = a->source_cnode,
								    .source_index = a->source,
								    .rights = a->rights,
								    .badge = badge,
								    .flags = flags}));
}

void op_move(const struct arguments *a)
{
	struct mslot *to, *from;
	status_t s = pair(a, &to, &from);

	if (s == OK && is_fixed(from))
		return;
	if (s == OK) {
		struct slot *real = to->real;
		*to = *from;
		to->real = real;
		for (u32 i = 0; i < model.pool_used; i++)
			if (model.pool[i].type && model.pool[i].parent == from)
				model.pool[i].parent = to;
		mslot_empty(from);
	}
	op_expect(s, call_cnode_move(a->cnode, &(struct cnode_move){.index = a->index,
								    .source_cnode = a->source_cnode,
								    .source_index = a->source}));
}

/* An interrupted delete begins anew; if it deleted the very capability it was called through, that is not found. */
static void expect_after(status_t want, status_t got, u64 through)
{
	if (want == OK && got == ERR_CAP && !model_root_slot(through))
		return;
	op_expect(want, got);
}

void op_delete(const struct arguments *a)
{
	struct mslot *at;
	status_t s = model_find(a->cnode, a->index, &at);

	if (s == OK && is_fixed(at))
		return;
	if (s == OK) {
		mslot_drop(at);
		model_bury();
	}
	expect_after(s, call_cnode_delete(a->cnode, a->index), a->cnode);
}

static struct mslot *child_of(const struct mslot *s)
{
	for (u32 i = 0; i < model.pool_used; i++)
		if (model.pool[i].type && model.pool[i].parent == s)
			return &model.pool[i];
	return NULL;
}

void op_revoke(const struct arguments *a)
{
	struct mslot *at, *child, *through = model_root_slot(a->cnode);
	bool is_root = through && through->object == model.root;
	status_t s = model_find(a->cnode, a->index, &at);

	/* Does not delete the objects that the threads need. */
	if (s == OK && is_fixed(at) && at != &model.root->slots[M_UNTYPED])
		return;
	if (s == OK && !at->type)
		s = ERR_CAP;
	if (s == OK) {
		while ((child = child_of(at)))
			mslot_drop(child);
		model_bury();
	}
	status_t got = call_cnode_revoke(a->cnode, a->index);
	/* If it was interrupted after it had deleted the very capability it was called through, the rest is left. */
	if (s == OK && got == ERR_CAP && is_root && !model_root_slot(a->cnode) && at->type)
		got = call_cnode_revoke(M_CNODE, a->index);
	/* The revoked slot may itself have been in a CNode that ended. */
	if (s == OK && got == ERR_CAP && !at->type)
		return;
	expect_after(s, got, a->cnode);
}

static const struct kind {
	u32 type;
	u64 size, bytes, align;
} kinds[] = {
	{CAP_ENDPOINT, 0, ENDPOINT_BYTES, 64},
	{CAP_NOTIFICATION, 0, NOTIFICATION_BYTES, 64},
	{CAP_REPLY, 0, REPLY_BYTES, 64},
	{CAP_THREAD, 0, THREAD_BYTES, THREAD_BYTES},
	{CAP_CNODE, NESTED, CNODE_HEADER_BYTES + NESTED * sizeof(struct slot), 64},
	{CAP_CNODE, NESTED, CNODE_HEADER_BYTES + NESTED * sizeof(struct slot), 64},
	{CAP_FRAME, 1, PAGE_SIZE, PAGE_SIZE},
	{CAP_FRAME, 3, 3 * PAGE_SIZE, PAGE_SIZE},
	{CAP_UNTYPED, PAGE_SIZE, PAGE_SIZE, PAGE_SIZE},
	{CAP_UNTYPED, 4 * PAGE_SIZE, 4 * PAGE_SIZE, PAGE_SIZE},
	{CAP_PAGE_TABLE, 0, TABLE_BYTES, PAGE_SIZE},
	{CAP_ADDRESS_SPACE, 0, SPACE_BYTES, PAGE_SIZE},
};

static void check_free(u64 phys, u64 bytes)
{
	for (u32 i = 0; i < model.object_count; i++)
		if (model.objects[i].refs)
			MUST(phys + bytes <= model.objects[i].phys ||
			     model.objects[i].phys + model.objects[i].bytes <= phys);
	for (u32 i = 0; i < model.pool_used; i++)
		if (model.pool[i].type == CAP_FRAME || model.pool[i].type == CAP_PAGE_TABLE)
			MUST(phys + bytes <= model.pool[i].base ||
			     model.pool[i].base + model.pool[i].bytes <= phys);
}

static void make(struct mslot *at, struct mslot *untyped, const struct kind *k, u64 phys)
{
	struct slot *real = at->real;

	check_free(phys, k->bytes);
	*at = (struct mslot){.type = k->type, .rights = RIGHT_ALL, .parent = untyped, .real = real};
	if (k->type == CAP_FRAME || k->type == CAP_UNTYPED || k->type == CAP_PAGE_TABLE) {
		at->base = phys;
		at->bytes = k->bytes;
		return;
	}
	at->object = mobject_new(k->type, phys, k->bytes, k->type == CAP_CNODE ? NESTED : 0,
				 ((struct cnode *)phys_to_virt(phys))->slots);
	at->object->refs = 1;
}

static void check_zero(u64 phys, u64 bytes)
{
	const u64 *words = phys_to_virt(phys);

	for (u64 i = 0; i < bytes / sizeof(u64); i++)
		MUST(words[i] == 0);
}

void op_scribble(struct mslot *untyped)
{
	if (untyped->used && !mslot_has_children(untyped)) {
		memset(phys_to_virt(untyped->base), 0xdd, untyped->bytes);
	}
}

void op_retype(const struct op *op)
{
	const struct kind *k = &kinds[op->e % ARRAY_LEN(kinds)];
	u64 count = 1 + op->f % 3, from = op->g & 3 ? M_UNTYPED : op_near(op->g >> 2, CAP_UNTYPED);
	u64 cnode = op->a & 0x80 ? 1 : op->a % (ROOT_SLOTS + 2), index = pick(op->b, CAP_NULL);
	struct mslot *u = model_root_slot(from), *first, *last;
	status_t s = OK;

	if (!u || u->type != CAP_UNTYPED)
		return;
	if (model.pool_used + 3 * NESTED > SLOTS_MAX || model.object_count + 3 > OBJECTS)
		return;
	op_scribble(u);
	s = model_find(cnode, index, &first);
	if (s == OK)
		s = model_find(cnode, index + count - 1, &last);
	for (u64 i = 0; s == OK && i < count; i++)
		if (first[i].type)
			s = ERR_OCCUPIED;
	if (s == OK) {
		u64 used = mslot_has_children(u) ? u->used : 0,
		    stride = ALIGN_UP(k->bytes, k->align);
		u64 start = ALIGN_UP(u->base + used, k->align) - u->base,
		    end = start + stride * (count - 1) + k->bytes;
		if (end > u->bytes)
			s = ERR_MEMORY;
		else if (k->type == CAP_ADDRESS_SPACE && count > 1)
			s = ERR_ARG;
		if (!mslot_has_children(u))
			u->used = 0;
		if (s == OK) {
			u->used = end;
			for (u64 i = 0; i < count; i++)
				make(&first[i], u, k, u->base + start + i * stride);
		}
	}
	op_expect(s, call_untyped_retype(from, &(struct untyped_retype){.type = k->type,
									.size = k->size,
									.cnode = cnode,
									.index = index,
									.count = count}));
	for (u64 i = 0; s == OK && k->type == CAP_FRAME && i < count; i++)
		check_zero(first[i].base, first[i].bytes);
}

static const struct kind one_page = {CAP_FRAME, 1, PAGE_SIZE, PAGE_SIZE};

static status_t expect_replaced(u64 cnode, u64 index, const struct mslot *u, struct mslot **at)
{
	u64 used = mslot_has_children(u) ? u->used : 0;
	status_t s = model_find(cnode, index, at);

	if (s != OK)
		return s;
	if ((*at)->type != CAP_FRAME)
		return (*at)->type ? ERR_TYPE : ERR_CAP;
	if (!((*at)->rights & RIGHT_READ))
		return ERR_RIGHTS;
	if ((*at)->bytes != PAGE_SIZE)
		return ERR_ARG;
	return ALIGN_UP(used, PAGE_SIZE) + PAGE_SIZE <= u->bytes ? OK : ERR_MEMORY;
}

/* A Frame that is not mapped. Its bytes are not zero, so that a retype would show memory that the kernel takes for zero. */
void op_replace(const struct op *op)
{
	u64 from = op->g & 3 ? M_UNTYPED : op_near(op->g >> 2, CAP_UNTYPED);
	u64 cnode = op->a & 0x80 ? 1 : op->a % (ROOT_SLOTS + 2), index = pick(op->b, CAP_FRAME);
	struct mslot *u = model_root_slot(from), *at = NULL;
	u64 start = 0;

	if (!u || u->type != CAP_UNTYPED)
		return;
	op_scribble(u);
	status_t s = expect_replaced(cnode, index, u, &at);
	if (s == OK) {
		start = ALIGN_UP(mslot_has_children(u) ? u->used : 0, PAGE_SIZE);
		memset(phys_to_virt(at->base), (op->c | 1), PAGE_SIZE);
		mslot_drop(at);
		make(at, u, &one_page, u->base + start);
		u->used = start + PAGE_SIZE;
	}
	op_expect(s, call_untyped_replace_frame(
			     from, &(struct untyped_replace_frame){
					   .cnode = cnode,
					   .index = index,
					   .address_space = M_SPACE,
					   .rights = RIGHT_READ}));
	if (s != OK)
		return;
	for (u64 i = 0; i < PAGE_SIZE; i++)
		MUST(((u8 *)phys_to_virt(at->base))[i] == (op->c | 1));
}

void op_narrow(const struct op *op)
{
	u64 from = op_near(op->a, CAP_FRAME), cnode = op->c & 3 ? 1 : op->c % (ROOT_SLOTS + 2);
	u64 first = op->d % 4, count = op->e % 4, rights = op->f | (u64)op->g << 8;
	u64 index = pick(op->b, CAP_NULL);
	struct mslot *of = model_root_slot(from), *to = NULL;
	status_t s = OK;

	if (!of || of->type != CAP_FRAME)
		return;
	s = of->rights & RIGHT_READ ? model_find(cnode, index, &to) : ERR_RIGHTS;
	if (s == OK && to->type)
		s = ERR_OCCUPIED;
	if (s == OK && (count == 0 || (first + count) * PAGE_SIZE > of->bytes))
		s = ERR_RANGE;
	if (s == OK) {
		mslot_derive(to, of, (u32)rights);
		to->base += first * PAGE_SIZE;
		to->bytes = count * PAGE_SIZE;
	}
	op_expect(s, call_frame_narrow(from, &(struct frame_narrow){.first = first,
								    .count = count,
								    .cnode = cnode,
								    .index = index,
								    .rights = rights}));
}

void op_receive(u64 at)
{
	struct mslot *s = model_root_slot(at);

	if (!s || s->type != CAP_ENDPOINT || s->object == model.root->slots[M_PIPE].object)
		return;
	MUST(machine_call(machine_a, SYS_RECV, at, TAG_NONBLOCK, NULL, 0));
	status_t got = TAG_STATUS(machine_a->regs.rax);
	if (!(s->rights & RIGHT_READ)) {
		op_expect(ERR_RIGHTS, got);
		return;
	}
	for (u32 i = 0; i < model.pool_used; i++) {
		struct mslot *c = &model.pool[i];
		/* The kernel may report closed slots in any order. */
		if (c->type && c->closed && c->object == s->object &&
		    !(c->real->flags & SLOT_CLOSED)) {
			op_expect(ST_CLOSED, got);
			MUST(machine_a->regs.rdi == c->badge);
			c->closed = false;
			return;
		}
	}
	op_expect(ERR_WOULD_BLOCK, got);
	for (u32 i = 0; i < model.pool_used; i++)
		MUST(!(model.pool[i].type && model.pool[i].closed &&
		       model.pool[i].object == s->object));
}

void op_transfer(const struct op *op)
{
	const u8 *bytes = &op->b;
	u32 count = 1 + op->a % MSG_CAPS;
	status_t s = OK;
	struct mslot *from[MSG_CAPS], *to[MSG_CAPS];

	if (machine_b->state == THREAD_READY)
		MUST(!machine_call(machine_b, SYS_RECV, M_PIPE, 0, NULL, 0));
	for (u32 i = 0; i < count; i++) {
		u32 source = (u32)pick(bytes[i], CAP_TYPES),
		    dest = (u32)pick(bytes[3 + i], CAP_NULL);
		machine_a->buffer->send_caps[i] = source;
		machine_b->buffer->recv_caps[i] = dest;
		from[i] = model_root_slot(source);
		to[i] = dest && dest < ROOT_SLOTS ? &model.root->slots[dest] : NULL;
		if (!from[i] || is_single(from[i]) || !to[i] || to[i]->type)
			s = ERR_TRANSFER;
		for (u32 k = 0; k < i; k++)
			if (to[k] == to[i])
				s = ERR_TRANSFER;
	}
	for (u32 i = 0; s == OK && i < count; i++)
		mslot_derive(to[i], from[i], RIGHT_ALL);
	MUST(machine_call(machine_a, SYS_SEND, M_PIPE, (u64)count << TAG_CAPS_SHIFT, NULL, 0));
	op_expect(s, TAG_STATUS(machine_a->regs.rax));
	MUST((machine_b->state == THREAD_READY) == (s == OK));
}
