/* Methods as the tests of objects write them: on slots of the root CNode. */
#pragma once
#include "tests/guest/kit/kit.h"

#define RETYPE(untyped, type, size, slot, count) \
	METHOD((untyped), UNTYPED_RETYPE, (type), (size), ROOT_CNODE, (slot), (count))
#define COPY(to, from, rights) METHOD(ROOT_CNODE, CNODE_COPY, (to), ROOT_CNODE, (from), (rights))
#define MINT(to, from, rights, badge, flags) \
	METHOD(ROOT_CNODE, CNODE_MINT, (to), ROOT_CNODE, (from), (rights), (badge), (flags))
#define MOVE(to, from) METHOD(ROOT_CNODE, CNODE_MOVE, (to), ROOT_CNODE, (from))
#define DELETE(slot) METHOD(ROOT_CNODE, CNODE_DELETE, (slot))
#define REVOKE(slot) METHOD(ROOT_CNODE, CNODE_REVOKE, (slot))

/* The results of describe, by name. */
static inline u64 type_of(cap_t slot) { return kit_describe(slot).word[0]; }
static inline u64 rights_of(cap_t slot) { return kit_describe(slot).word[1]; }
static inline u64 object_of(cap_t slot) { return kit_describe(slot).word[3]; }
static inline u64 self_of(cap_t slot) { return kit_describe(slot).word[5]; }
static inline u64 parent_of(cap_t slot) { return kit_describe(slot).word[6]; }
static inline u64 children_of(cap_t slot) { return kit_describe(slot).word[7]; }

static inline cap_t copy_of(cap_t from, u32 rights)
{
	cap_t to = kit_slot();

	EXPECT(OK, COPY(to, from, rights));
	return to;
}

/* How much of an Untyped is used. */
static inline u64 used_of(cap_t untyped)
{
	struct message m = {0};

	EXPECT(OK, METHOD_RESULT(&m, untyped, UNTYPED_INFO));
	return m.word[2];
}

/* As a driver gets it. */
static inline u64 phys_of(cap_t frame)
{
	struct message m = {0};

	EXPECT(OK, METHOD_RESULT(&m, ROOT_IOSPACE, IOSPACE_ADDRESS, frame));
	return m.word[0];
}

static inline cap_t sub_untyped(u64 bytes)
{
	return kit_make(CAP_UNTYPED, bytes);
}

static inline cap_t make_of(cap_t untyped, enum cap_type type, u64 size)
{
	cap_t slot = kit_slot();

	EXPECT(OK, RETYPE(untyped, type, size, slot, 1));
	return slot;
}

/* The highest label among a type's methods; 0 if it has none. */
static inline u16 last_method(u32 type)
{
	u16 last = 0;

#define X(object, name, label, ...) last = type == CAP_##object && label > last ? label : last;
	MICROK_METHODS(X)
#undef X
	return last;
}
