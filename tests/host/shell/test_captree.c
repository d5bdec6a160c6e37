/* The derivation tree across processes: linked by identities, cut to one process, runs in one line. */
#include "tests/host/check.h"
#include "user/shell/captree.h"
#include <stdlib.h>

static struct tree_cap caps[TREE_MAX];
static u32 count;

static u32 add(u32 process, u32 type, u64 self, u64 parent, const char *name)
{
	caps[count] = (struct tree_cap){
		.process = process,
		.type = type,
		.slot = count,
		.link.self = self,
		.link.parent = parent};
	strcpy(caps[count].name, name);
	return ++count;
}

static void test_tree(void)
{
	u32 run;

	count = 0;
	u32 memory = add(1, 1, 90, 0, "memory");
	u32 lost = add(1, 4, 80, 77, ""); /* its parent is nowhere */
	u32 copy = add(2, 4, 10, 50, "init");
	u32 endpoint = add(1, 4, 50, 90, "init");
	u32 first = add(2, 9, 11, 90, "x"), second = add(2, 9, 12, 90, "x"),
	    third = add(2, 9, 13, 90, "y");

	CHECK(captree_link(caps, count) == memory);
	CHECK(caps[memory - 1].link.next_sibling == lost &&
	      caps[memory - 1].link.first_child == endpoint);
	CHECK(caps[endpoint - 1].link.first_child == copy && caps[copy - 1].link.up == endpoint);
	CHECK(caps[endpoint - 1].link.next_sibling == first);

	CHECK(captree_show(caps, count, 0) == count);
	CHECK(captree_next(caps, first, &run) == third && run == 2);
	CHECK(captree_next(caps, third, &run) == 0 && run == 1);
	CHECK(captree_next(caps, endpoint, &run) == first && run == 1); /* it has a child */

	CHECK(captree_show(caps, count, 1) == 3);
	CHECK(!caps[copy - 1].shown && !caps[second - 1].shown && caps[endpoint - 1].shown);
	CHECK(captree_next(caps, endpoint, &run) == 0);
	CHECK(captree_show(caps, count, 2) == 4);
	CHECK(caps[memory - 1].shown && caps[endpoint - 1].shown && !caps[lost - 1].shown);
	CHECK(captree_shown(caps, lost) == 0);
	CHECK(captree_show(caps, count, 3) == 0 && captree_shown(caps, memory) == 0);
	CHECK(captree_link(caps, 0) == 0);
}

/* Any identities: each capability is reached once, whatever cycles they ask for. */
static void test_random(unsigned seed)
{
	srand(seed);
	for (int round = 0; round < 60; round++) {
		count = 0;
		u32 wanted = (u32)rand() % TREE_MAX + 1;
		for (u32 i = 0; i < wanted; i++)
			add((u32)rand() % 3 + 1, 1, (u64)rand() % (wanted * 2),
			    (u64)rand() % (wanted * 2), "");
		u32 at = captree_link(caps, count), seen = 0;
		while (at != 0 && seen <= count) {
			const struct tree_cap *c = &caps[at - 1];
			seen++;
			at = c->link.first_child;
			while (at == 0 && c) {
				at = c->link.next_sibling;
				c = c->link.up != 0 ? &caps[c->link.up - 1] : NULL;
			}
		}
		CHECK(seen == count);
		u32 own = captree_show(caps, count, 2);
		for (u32 i = 0; i < count; i++) {
			CHECK(caps[i].process != 2 || caps[i].shown);
			CHECK(!caps[i].shown || caps[i].link.up == 0 ||
			      caps[caps[i].link.up - 1].shown);
			own -= caps[i].process == 2;
		}
		CHECK(own == 0);
	}
}

int main(int argc, char **argv)
{
	unsigned seed = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;

	printf("seed %u\n", seed);
	test_tree();
	test_random(seed);
	return check_result("captree");
}
