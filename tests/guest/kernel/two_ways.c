/* Copy, mint and delete at random in two CNodes, in one by the short way and in the other by the general one, which a call with a
 * word too many takes: statuses, slots and closed badges are the same in both. */
#include "tests/guest/kernel/tests.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/short.h"
#include "tests/random.h"

#define WAYS 2
#define SLOTS 24
#define OWN_OBJECTS                                                                                \
	6 /* slots from here on: nothing else names these, so their deletion ends them */
#define STEPS 400
#define WORDS 6

struct way {
	cap_t cnode, endpoint;
	u64 words_too_many;
};

static unsigned long state;
static u32 done; /* calls that succeeded */

static u64 below(u64 n)
{
	return random_next(&state) % n;
}

static struct way open(u64 words_too_many)
{
	struct way w = {kit_make(CAP_CNODE, SLOTS), kit_make(CAP_ENDPOINT, 0), words_too_many};
	const cap_t shared[] = {w.endpoint, kit_make(CAP_NOTIFICATION, 0), kit_make(CAP_FRAME, 1),
				w.cnode, kit_make(CAP_THREAD, 0)};

	for (u32 i = 0; i < ARRAY_LEN(shared); i++)
		EXPECT(OK, slot_copy_to(w.cnode, i + 1, shared[i], RIGHT_ALL));
	EXPECT(OK, retype_to(kit_untyped(), CAP_ENDPOINT, w.cnode, OWN_OBJECTS, 2));
	return w;
}

struct call {
	u64 label, length, word[WORDS];
};

/* Indexes are sometimes 0 or too large. A word 1 of 1 names no CNode. */
static struct call any_call(void)
{
	static const u64 labels[] = {
		CNODE_COPY, CNODE_MINT, CNODE_MINT, CNODE_DELETE, CNODE_DELETE};
	struct call c = {.label = labels[below(ARRAY_LEN(labels))]};

	c.length = c.label == CNODE_DELETE ? 1 : c.label == CNODE_COPY ? 4 : 6;
	c.word[0] = below(SLOTS + 1);
	if (c.label == CNODE_DELETE)
		return c;
	c.word[1] = below(16) == 0;
	c.word[2] = below(SLOTS + 1);
	c.word[3] = below(4) ? RIGHT_ALL : random_word(&state);
	if (c.label == CNODE_MINT) {
		c.word[4] = below(100);
		c.word[5] = below(12) ? below(4) : below(8);
	}
	return c;
}

static enum microk_status run(const struct way *w, const struct call *c)
{
	struct message m = {.tag = TAG(c->label, c->length + w->words_too_many)};

	for (u32 i = 0; i < c->length; i++)
		m.word[i] = c->word[i];
	if (c->length > 1)
		m.word[1] = c->word[1] ? ROOT_THREAD : w->cnode;
	return ipc(SYS_CALL, w->cnode, &m);
}

static void compare_slots(const struct way *w)
{
	for (u32 i = 1; i < SLOTS; i++) {
		struct cnode_describe_result r[WAYS];

		for (u32 k = 0; k < WAYS; k++)
			EXPECT(OK, cnode_describe(w[k].cnode, i, &r[k]));
		CHECK(r[0].type == r[1].type && r[0].rights == r[1].rights &&
		      r[0].value == r[1].value && r[0].size == r[1].size &&
		      r[0].children == r[1].children);
	}
}

static void compare_closed(const struct way *w)
{
	struct message m[WAYS] = {{.tag = TAG_NONBLOCK}, {.tag = TAG_NONBLOCK}};
	enum microk_status first = ipc(SYS_RECV, w[0].endpoint, &m[0]);

	EXPECT(first, ipc(SYS_RECV, w[1].endpoint, &m[1]));
	if (first == ST_CLOSED)
		EXPECT_U64(m[0].badge, m[1].badge);
}

void test_short_way_and_general_way(void)
{
	struct way w[WAYS] = {open(0), open(1)};

	state = command_number("seed=", 20261122) | 1;
	done = 0;
	for (u32 i = 0; i < STEPS && !kit_failures_here(); i++) {
		struct call c = any_call();
		enum microk_status status = run(&w[0], &c);

		EXPECT(status, run(&w[1], &c));
		done += status == OK;
		if (i % 4 == 0)
			compare_slots(w);
		if (below(4) == 0)
			compare_closed(w);
	}
	CHECK(done > STEPS / 8);
}
