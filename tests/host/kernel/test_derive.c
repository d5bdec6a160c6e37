/* The derivation tree by itself: link, unlink, move, parent, in the places where lists go wrong. */
#include "machine.h"
#include "cap/reap.h"

#define N 8
static struct slot s[N + 1];

static void begin(void)
{
	memset(s, 0, sizeof(s));
	for (u32 i = 0; i < N; i++)
		s[i].type = CAP_FRAME;
}

/* The children of `parent` are these, in this order; -1 ends. */
static void children(u32 parent, const int *want)
{
	struct slot *c = s[parent].first;

	if (want[0] < 0) {
		MUST(!c && !s[parent].last && !derive_has_children(&s[parent]));
		return;
	}
	MUST(c == &s[want[0]] && (u64)c->prev == ((u64)&s[parent] | LINK_PARENT));
	for (u32 i = 0; want[i] >= 0; i++) {
		MUST(c == &s[want[i]]);
		MUST(derive_parent(c, 100) == &s[parent]);
		if (want[i + 1] < 0)
			MUST(s[parent].last == c &&
			     (u64)c->next == ((u64)&s[parent] | LINK_PARENT));
		else
			MUST(c->next->prev == c);
		c = c->next;
	}
}
#define CHILDREN(parent, ...) children(parent, (const int[]){__VA_ARGS__ __VA_OPT__(, ) - 1})

static void family(void)
{
	begin();
	for (u32 i = 1; i <= 3; i++)
		derive_link(&s[i], &s[0]);
	derive_link(&s[4], &s[2]);
	derive_link(&s[5], &s[2]);
}

static void test_link(void)
{
	family();
	CHILDREN(0, 1, 2, 3);
	CHILDREN(2, 4, 5);
	CHILDREN(1);
	MUST(!derive_parent(&s[0], 100));
}

static void test_unlink(void)
{
	family();
	MUST(!derive_unlink(&s[2])); /* the middle, with children */
	CHILDREN(0, 1, 4, 5, 3);
	MUST(!derive_unlink(&s[1])); /* the first */
	CHILDREN(0, 4, 5, 3);
	MUST(!derive_unlink(&s[3])); /* the last */
	CHILDREN(0, 4, 5);
	MUST(!derive_unlink(&s[5]));
	MUST(derive_unlink(&s[4]) == &s[0]); /* the only one: its parent is childless now */
	CHILDREN(0);
	family();
	derive_unlink(&s[1]);
	derive_unlink(&s[3]);
	MUST(!derive_unlink(&s[2])); /* the only one, with children: the parent has them instead */
	CHILDREN(0, 4, 5);
}

static void test_unlink_root(void)
{
	family();
	MUST(!derive_unlink(&s[0]));
	for (u32 i = 1; i <= 3; i++)
		MUST(!derive_parent(&s[i], 100));
	CHILDREN(2, 4, 5);
	/* Roots that were siblings are separated one by one. */
	MUST(!derive_unlink(&s[2]));
	MUST(!derive_parent(&s[4], 100));
	MUST(!derive_unlink(&s[1]));
	MUST(!derive_unlink(&s[4]));
	MUST(!derive_unlink(&s[3]));
	MUST(!derive_unlink(&s[5]));
	for (u32 i = 0; i < N; i++)
		MUST(!s[i].prev && !s[i].next && !s[i].first && !s[i].last);
}

static void test_move(void)
{
	family();
	for (u32 i = 1; i <= 3; i++) { /* first, middle with children, last */
		derive_move(&s[N], &s[i]);
		MUST(s[i].type == CAP_NULL && !s[i].prev);
		derive_move(&s[i], &s[N]);
	}
	CHILDREN(0, 1, 2, 3);
	CHILDREN(2, 4, 5);
	derive_move(&s[N], &s[0]);
	MUST(derive_parent(&s[2], 100) == &s[N]);
	MUST(derive_parent(&s[4], 100) == &s[2]);
}

static void test_parent_is_bounded(void)
{
	static struct slot many[101];

	many[0].type = CAP_FRAME;
	for (u32 i = 1; i <= 100; i++) {
		many[i].type = CAP_FRAME;
		derive_link(&many[i], &many[0]);
	}
	MUST(!derive_parent(&many[50], 10));
	MUST(derive_parent(&many[50], 60) == &many[0]);
	MUST(derive_parent(&many[3], 10) == &many[0]);
	MUST(derive_parent(&many[97], 10) == &many[0]);
}

int main(void)
{
	test_link();
	test_unlink();
	test_unlink_root();
	test_move();
	test_parent_is_bounded();
	puts("derivation tree: ok");
	return 0;
}
