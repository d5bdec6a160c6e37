#include "model.h"
#include "calls.h"
#include "mm/space.h"

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

static struct mslot pool[SLOTS_MAX];
static u32 pool_used;
static struct mobject objects[OBJECTS];
static u32 object_count;
static struct mobject *root;
static struct mslot embedded[8]; /* the two threads' roots: they hold the objects that they name */
static u64 next_badge;

/* ---- the simple part ---- */

static bool has_children(const struct mslot *s)
{
	for (u32 i = 0; i < pool_used; i++)
		if (pool[i].type && pool[i].parent == s)
			return true;
	for (u32 i = 0; i < 8; i++)
		if (embedded[i].type && embedded[i].parent == s)
			return true;
	return false;
}

static struct mobject *new_object(u32 type, u64 phys, u64 bytes, u32 slots, struct slot *real)
{
	MUST(object_count < OBJECTS && pool_used + slots <= SLOTS_MAX);
	struct mobject *o = &objects[object_count++];

	*o = (struct mobject){
		.type = type,
		.phys = phys,
		.bytes = bytes,
		.count = slots,
		.slots = &pool[pool_used]};
	for (u32 i = 0; i < slots; i++)
		pool[pool_used++] = (struct mslot){.real = &real[i]};
	return o;
}

static void empty(struct mslot *s)
{
	*s = (struct mslot){.real = s->real};
}

/* The slot goes; its children are its parent's; the object may die, which is done later. */
static void drop(struct mslot *s)
{
	struct mslot *parent = s->parent;
	struct mobject *o = s->object;

	if (!s->type)
		return;
	for (u32 i = 0; i < pool_used; i++)
		if (pool[i].type && pool[i].parent == s)
			pool[i].parent = parent;
	empty(s);
	if (parent && parent->watch && !has_children(parent))
		parent->closed = parent->was_closed = true;
	if (o && --o->refs == 0)
		o->dying = true;
}

/* Ends dead objects, and those that die with them. */
static void bury(void)
{
	for (bool again = true; again;) {
		again = false;
		for (u32 i = 0; i < object_count; i++) {
			if (!objects[i].dying)
				continue;
			objects[i].dying = false;
			again = true;
			for (u32 k = 0; k < objects[i].count; k++)
				drop(&objects[i].slots[k]);
		}
	}
}

static void derive(struct mslot *to, struct mslot *from, u32 rights)
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

/* ---- statuses, as in the ABI's headers ---- */

static struct mslot *root_slot(u64 i)
{
	return i < ROOT_SLOTS && root->slots[i].type ? &root->slots[i] : NULL;
}

static status_t find(u64 cnode, u64 index, struct mslot **out)
{
	struct mslot *c = root_slot(cnode);

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

static bool is_single(const struct mslot *s)
{
	return s->type == CAP_UNTYPED || s->type == CAP_PAGE_TABLE;
}
static bool is_fixed(const struct mslot *s)
{
	return s >= root->slots && s < root->slots + M_FIRST_FREE;
}

/* ---- operations: each is done in the model, and returns the status that the kernel should return
 * ---- */

struct arguments {
	u64 cnode, index, source_cnode, source, rights;
};

/* The first slot of the root's from `at` on, all round, that is of this type (CAP_TYPES: any but empty). */
static u64 near(u64 at, u32 type)
{
	for (u64 i = 0; i < ROOT_SLOTS; i++) {
		u64 k = (at + i) % ROOT_SLOTS;
		const struct mslot *s = &root->slots[k];
		bool suits = type == CAP_TYPES ? s->type != CAP_NULL : s->type == type;
		if (k && suits && (type != CAP_ENDPOINT || k != M_PIPE))
			return k;
	}
	return at % ROOT_SLOTS;
}

/* The upper half of an index byte's values means a slot that suits, the lower half any, or none there is. */
static u64 pick(u8 byte, u32 type)
{
	return byte & 0x80 ? near(byte & 0x7f, type) : byte % (ROOT_SLOTS + 2);
}

static struct arguments arguments_of(const struct op *op, u32 source_type)
{
	return (struct arguments){
		.cnode = op->a & 0x80   ? 1
			 : op->a & 0x40 ? near(op->a & 0x3f, CAP_CNODE)
					: op->a % (ROOT_SLOTS + 2),
		.index = pick(op->b, CAP_NULL),
		.source_cnode = op->c & 0xc0 ? 1 : near(op->c, CAP_CNODE),
		.source = pick(op->d, source_type),
		.rights = op->e & 3 ? RIGHT_ALL : (u64)op->f << 8 | (op->e >> 2),
	};
}

static status_t pair(const struct arguments *a, struct mslot **to, struct mslot **from)
{
	status_t s = find(a->cnode, a->index, to);

	if (s == OK)
		s = find(a->source_cnode, a->source, from);
	if (s != OK)
		return s;
	if (!(*from)->type)
		return ERR_CAP;
	return (*to)->type ? ERR_OCCUPIED : OK;
}

static void expect(status_t want, status_t got)
{
	if (want != got) {
		fprintf(stderr, "the model has status %u, the kernel %u\n", want, got);
		abort();
	}
}

static void do_copy(const struct arguments *a)
{
	struct mslot *to, *from;
	status_t s = pair(a, &to, &from);

	if (s == OK && is_single(from))
		s = ERR_DERIVED;
	if (s == OK)
		derive(to, from, (u32)a->rights);
	expect(s, call_cnode_copy(a->cnode, &(struct cnode_copy){.index = a->index,
								 .source_cnode = a->source_cnode,
								 .source_index = a->source,
								 .rights = a->rights}));
}

static void do_mint(const struct arguments *a, u64 flags)
{
	struct mslot *to, *from;
	status_t s = pair(a, &to, &from);
	u64 badge = ++next_badge;

	/* A thread waits on the pipe, and would wake at once. */
	if (s == OK && from->object == root->slots[M_PIPE].object)
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
		derive(to, from, (u32)a->rights);
		if (flags & MINT_BADGE)
			to->badge = badge;
		to->watch = flags & MINT_WATCH;
	}
	expect(s, call_cnode_mint(
			  a->cnode,
			  &(struct cnode_mint){
				  .index = a->index,
				  .source_cnode = a->source_cnode,
				  .source_index = a->source,
				  .rights = a->rights,
				  .badge = badge,
				  .flags = flags}));
}

static void do_move(const struct arguments *a)
{
	struct mslot *to, *from;
	status_t s = pair(a, &to, &from);

	if (s == OK && is_fixed(from))
		return;
	if (s == OK) {
		struct slot *real = to->real;
		*to = *from;
		to->real = real;
		for (u32 i = 0; i < pool_used; i++)
			if (pool[i].type && pool[i].parent == from)
				pool[i].parent = to;
		empty(from);
	}
	expect(s, call_cnode_move(a->cnode, &(struct cnode_move){.index = a->index,
								 .source_cnode = a->source_cnode,
								 .source_index = a->source}));
}

/* An interrupted delete begins anew; if it deleted the very capability it was called through, that is not found. */
static void expect_after(status_t want, status_t got, u64 through)
{
	if (want == OK && got == ERR_CAP && !root_slot(through))
		return;
	expect(want, got);
}

static void do_delete(const struct arguments *a)
{
	struct mslot *at;
	status_t s = find(a->cnode, a->index, &at);

	if (s == OK && is_fixed(at))
		return;
	if (s == OK) {
		drop(at);
		bury();
	}
	expect_after(s, call_cnode_delete(a->cnode, a->index), a->cnode);
}

static struct mslot *child_of(const struct mslot *s)
{
	for (u32 i = 0; i < pool_used; i++)
		if (pool[i].type && pool[i].parent == s)
			return &pool[i];
	return NULL;
}

static void do_revoke(const struct arguments *a)
{
	struct mslot *at, *child, *through = root_slot(a->cnode);
	bool is_root = through && through->object == root;
	status_t s = find(a->cnode, a->index, &at);

	/* Does not delete the objects that the threads need. */
	if (s == OK && is_fixed(at) && at != &root->slots[M_UNTYPED])
		return;
	if (s == OK && !at->type)
		s = ERR_CAP;
	if (s == OK) {
		while ((child = child_of(at)))
			drop(child);
		bury();
	}
	status_t got = call_cnode_revoke(a->cnode, a->index);
	/* If it was interrupted after it had deleted the very capability it was called through, the rest is left. */
	if (s == OK && got == ERR_CAP && is_root && !root_slot(a->cnode) && at->type)
		got = call_cnode_revoke(M_CNODE, a->index);
	/* The revoked slot may itself have been in a CNode that went. */
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
	for (u32 i = 0; i < object_count; i++)
		if (objects[i].refs)
			MUST(phys + bytes <= objects[i].phys ||
			     objects[i].phys + objects[i].bytes <= phys);
	for (u32 i = 0; i < pool_used; i++)
		if (pool[i].type == CAP_FRAME || pool[i].type == CAP_PAGE_TABLE)
			MUST(phys + bytes <= pool[i].base || pool[i].base + pool[i].bytes <= phys);
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
	at->object = new_object(k->type, phys, k->bytes, k->type == CAP_CNODE ? NESTED : 0,
				((struct cnode *)phys_to_virt(phys))->slots);
	at->object->refs = 1;
}

/* Memory that is free may hold anything. */
static void scribble(struct mslot *untyped)
{
	if (untyped->used && !has_children(untyped)) {
		memset(phys_to_virt(untyped->base), 0xdd, untyped->bytes);
	}
}

static void do_retype(const struct op *op)
{
	const struct kind *k = &kinds[op->e % ARRAY_LEN(kinds)];
	u64 count = 1 + op->f % 3, from = op->g & 3 ? M_UNTYPED : near(op->g >> 2, CAP_UNTYPED);
	u64 cnode = op->a & 0x80 ? 1 : op->a % (ROOT_SLOTS + 2), index = pick(op->b, CAP_NULL);
	struct mslot *u = root_slot(from), *first, *last;
	status_t s = OK;

	if (!u || u->type != CAP_UNTYPED)
		return;
	if (pool_used + 3 * NESTED > SLOTS_MAX || object_count + 3 > OBJECTS)
		return;
	scribble(u);
	s = find(cnode, index, &first);
	if (s == OK)
		s = find(cnode, index + count - 1, &last);
	for (u64 i = 0; s == OK && i < count; i++)
		if (first[i].type)
			s = ERR_OCCUPIED;
	if (s == OK) {
		u64 used = has_children(u) ? u->used : 0, stride = ALIGN_UP(k->bytes, k->align);
		u64 start = ALIGN_UP(u->base + used, k->align) - u->base,
		    end = start + stride * (count - 1) + k->bytes;
		if (end > u->bytes)
			s = ERR_MEMORY;
		else if (k->type == CAP_ADDRESS_SPACE && count > 1)
			s = ERR_ARG;
		if (!has_children(u))
			u->used = 0;
		if (s == OK) {
			u->used = end;
			for (u64 i = 0; i < count; i++)
				make(&first[i], u, k, u->base + start + i * stride);
		}
	}
	expect(s, call_untyped_retype(
			  from, &(struct untyped_retype){
					.type = k->type,
					.size = k->size,
					.cnode = cnode,
					.index = index,
					.count = count}));
}

/* Some pages of a Frame. */
static void do_narrow(const struct op *op)
{
	u64 from = near(op->a, CAP_FRAME), cnode = op->c & 3 ? 1 : op->c % (ROOT_SLOTS + 2);
	u64 first = op->d % 4, count = op->e % 4, rights = op->f | (u64)op->g << 8;
	u64 index = pick(op->b, CAP_NULL);
	struct mslot *of = root_slot(from), *to = NULL;
	status_t s = OK;

	if (!of || of->type != CAP_FRAME)
		return;
	s = of->rights & RIGHT_READ ? find(cnode, index, &to) : ERR_RIGHTS;
	if (s == OK && to->type)
		s = ERR_OCCUPIED;
	if (s == OK && (count == 0 || (first + count) * PAGE_SIZE > of->bytes))
		s = ERR_RANGE;
	if (s == OK) {
		derive(to, of, (u32)rights);
		to->base += first * PAGE_SIZE;
		to->bytes = count * PAGE_SIZE;
	}
	expect(s, call_frame_narrow(from, &(struct frame_narrow){.first = first,
								 .count = count,
								 .cnode = cnode,
								 .index = index,
								 .rights = rights}));
}

static void do_receive(u64 at)
{
	struct mslot *s = root_slot(at);

	if (!s || s->type != CAP_ENDPOINT || s->object == root->slots[M_PIPE].object)
		return;
	MUST(machine_call(machine_a, SYS_RECV, at, TAG_NONBLOCK, NULL, 0));
	status_t got = TAG_STATUS(machine_a->regs.rax);
	if (!(s->rights & RIGHT_READ)) {
		expect(ERR_RIGHTS, got);
		return;
	}
	for (u32 i = 0; i < pool_used; i++) {
		struct mslot *c = &pool[i];
		/* The kernel may report closed slots in any order. */
		if (c->type && c->closed && c->object == s->object &&
		    !(c->real->flags & SLOT_CLOSED)) {
			expect(ST_CLOSED, got);
			MUST(machine_a->regs.rdi == c->badge);
			c->closed = false;
			return;
		}
	}
	expect(ERR_WOULD_BLOCK, got);
	for (u32 i = 0; i < pool_used; i++)
		MUST(!(pool[i].type && pool[i].closed && pool[i].object == s->object));
}

/* Thread A sends capabilities to B, which waits on the pipe. */
static void do_transfer(const struct op *op)
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
		from[i] = root_slot(source);
		to[i] = dest && dest < ROOT_SLOTS ? &root->slots[dest] : NULL;
		if (!from[i] || is_single(from[i]) || !to[i] || to[i]->type)
			s = ERR_TRANSFER;
		for (u32 k = 0; k < i; k++)
			if (to[k] == to[i])
				s = ERR_TRANSFER;
	}
	for (u32 i = 0; s == OK && i < count; i++)
		derive(to[i], from[i], RIGHT_ALL);
	MUST(machine_call(machine_a, SYS_SEND, M_PIPE, (u64)count << TAG_CAPS_SHIFT, NULL, 0));
	expect(s, TAG_STATUS(machine_a->regs.rax));
	MUST((machine_b->state == THREAD_READY) == (s == OK));
}

/* ---- comparing ---- */

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
	MUST(derive_has_children(r) == has_children(m));
}

static void compare(void)
{
	for (u32 i = 0; i < object_count; i++)
		for (u32 k = 0; objects[i].refs && k < objects[i].count; k++)
			compare_slot(&objects[i].slots[k]);
	machine_check();
}

/* Later objects use the entries of dead ones. */
static void forget_dead(void)
{
	while (object_count > 1 && !objects[object_count - 1].refs) {
		object_count--;
		pool_used -= objects[object_count].count;
	}
}

static void hold(u32 i, u32 type, u64 phys, u64 bytes)
{
	struct mslot *s = &root->slots[i];

	*s = (struct mslot){.type = type, .rights = RIGHT_ALL, .real = s->real};
	if (type == CAP_UNTYPED) {
		s->base = phys;
		s->bytes = bytes;
		return;
	}
	s->object = i == M_CNODE ? root : new_object(type, phys, bytes, 0, NULL);
	s->object->refs++;
}

void model_begin(u64 seed)
{
	machine_begin(seed);
	pool_used = object_count = 0;
	next_badge = 0;
	memset(embedded, 0, sizeof(embedded));
	root = new_object(CAP_CNODE, virt_to_phys(machine_root), PAGE_SIZE * 2, ROOT_SLOTS,
			  machine_root->slots);
	hold(M_CNODE, CAP_CNODE, 0, 0);
	hold(M_UNTYPED, CAP_UNTYPED, UNTYPED_PHYS, UNTYPED_PAGES * PAGE_SIZE);
	hold(M_THREAD_A, CAP_THREAD, 0x20000, THREAD_BYTES);
	hold(M_THREAD_B, CAP_THREAD, 0x22000, THREAD_BYTES);
	hold(M_PIPE, CAP_ENDPOINT, 0x40000, ENDPOINT_BYTES);
	hold(M_SPACE, CAP_ADDRESS_SPACE, 0x30000, SPACE_BYTES);
	for (u32 i = 0; i < 4; i++) {
		struct mslot *of = &root->slots[i < 2 ? M_CNODE : M_SPACE];
		embedded[i] = (struct mslot){.type = of->type, .parent = of};
		of->object->refs++;
	}
	compare();
}

void model_step(const struct op *op)
{
	u32 kind = op->kind % 14;
	struct arguments a = arguments_of(op, kind == 3 ? CAP_ENDPOINT : CAP_TYPES);
	struct mslot *called = root_slot(a.cnode);

	/* On another object the label would be another method's. */
	if (called && called->type != CAP_CNODE)
		a.cnode = M_CNODE;
	/* Slots on a closed queue are moved more often than chance would have it. */
	for (u64 i = M_FIRST_FREE; kind == 4 && (op->g & 3) && i < ROOT_SLOTS; i++)
		if (root->slots[i].closed)
			a.source_cnode = M_CNODE, a.source = i;
	/* Deletes and revokes name slots that are filled. */
	if ((kind == 5 || kind == 6 || kind == 12) && (op->b & 0x80))
		a.index = near(op->b & 0x7f, CAP_TYPES);
	switch (kind) {
	case 0:
	case 1: do_copy(&a); break;
	case 2: do_mint(&a, op->g % 5); break;
	case 3: do_mint(&a, MINT_WATCH | (op->g & MINT_BADGE)); break;
	case 4: do_move(&a); break;
	case 5:
	case 12: do_delete(&a); break;
	case 6:
		/* A revoke empties much: some deletes instead. */
		if (op->g & 1)
			do_revoke(&a);
		else
			do_delete(&a);
		break;
	case 7: do_receive(near(op->a % ROOT_SLOTS, CAP_ENDPOINT)); break;
	case 8: do_transfer(op); break;
	case 13: do_narrow(op); break;
	default: do_retype(op);
	}
	compare();
	forget_dead();
}

void model_end(void)
{
	struct arguments all = {.cnode = 1, .index = M_UNTYPED};

	do_revoke(&all);
	compare();
	forget_dead();
	/* Only copies of objects that were not made of it remain. */
	for (u32 i = 0; i < ROOT_SLOTS; i++)
		MUST(!root->slots[i].type || root->slots[i].parent || i < M_FIRST_FREE);
	MUST(!has_children(&root->slots[M_UNTYPED]));
	scribble(&root->slots[M_UNTYPED]);
	root->slots[M_UNTYPED].used = 0;
	do_delete(&(struct arguments){.cnode = 1, .index = M_FIRST_FREE});
	expect(OK, call_retype(M_UNTYPED, CAP_FRAME, UNTYPED_PAGES, M_FIRST_FREE, 1));
	const u64 *p = phys_to_virt(UNTYPED_PHYS);
	for (u64 i = 0; i < UNTYPED_PAGES * PAGE_SIZE / 8; i++)
		MUST(p[i] == 0);
	expect(OK, call_cnode_delete(M_CNODE, M_FIRST_FREE));
}

void model_print(FILE *to, const struct op *op)
{
	static const char *const names[14] = {
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
		"narrow"};
	const u8 *byte = &op->kind;

	fprintf(to, "%s:", names[op->kind % 14]);
	for (u32 i = 0; i < sizeof(*op); i++)
		fprintf(to, " %u", byte[i]);
	fprintf(to, "\n");
}
