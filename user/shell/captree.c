#include "user/shell/captree.h"
#include "lib/microk/string.h"

u32 captree_link(struct tree_cap *caps, u32 count)
{
	return derived_link(&caps[0].link, sizeof(caps[0]), count);
}

u32 captree_show(struct tree_cap *caps, u32 count, u32 process)
{
	u32 own = 0;

	for (u32 i = 0; i < count; i++)
		caps[i].shown = false;
	for (u32 i = 1; i <= count; i++) {
		if (process != 0 && caps[i - 1].process != process)
			continue;
		own++;
		for (u32 at = i; at != 0 && !caps[at - 1].shown; at = caps[at - 1].link.up)
			caps[at - 1].shown = true;
	}
	return own;
}

u32 captree_shown(const struct tree_cap *caps, u32 at)
{
	while (at != 0 && !caps[at - 1].shown)
		at = caps[at - 1].link.next_sibling;
	return at;
}

static bool are_alike(const struct tree_cap *a, const struct tree_cap *b)
{
	return a->link.first_child == 0 && b->link.first_child == 0 && a->process == b->process &&
	       a->type == b->type && strcmp(a->name, b->name) == 0;
}

u32 captree_next(const struct tree_cap *caps, u32 at, u32 *run)
{
	u32 next = captree_shown(caps, caps[at - 1].link.next_sibling);

	*run = 1;
	while (next != 0 && are_alike(&caps[at - 1], &caps[next - 1])) {
		++*run;
		next = captree_shown(caps, caps[next - 1].link.next_sibling);
	}
	return next;
}
