/* The parent's last child is the first for ever: the third child is linked in the second's place. */
void derive_link(struct slot *child, struct slot *parent)
{
	child->next = parent_link(parent);
	if (parent->last) {
		child->prev = parent->last;
		parent->last->next = child;
	} else {
		child->prev = parent_link(parent);
		parent->first = child;
	}
	if (!parent->last)
		parent->last = child;
}

/* The children of a root become roots that stay linked to each other. */
struct slot *derive_unlink(struct slot *s)
{
	struct slot *left = s->prev, *right = s->next, *orphaned = NULL;

	if (derive_has_children(s)) {
		s->first->prev = left;
		s->last->next = right;
		set_after(left, s->first);
		set_before(right, s->last);
	} else if (is_parent(left) && is_parent(right)) {
		orphaned = strip(left);
		orphaned->first = orphaned->last = NULL;
	} else {
		set_after(left, right);
		set_before(right, left);
	}
	s->prev = s->next = s->first = s->last = NULL;
	return orphaned;
}

void derive_move(struct slot *to, struct slot *from)
{
	*to = *from;
	set_after(to->prev, to);
	set_before(to->next, to);
	if (derive_has_children(to)) {
		to->first->prev = parent_link(to);
		to->last->next = parent_link(to);
	}
	*from = (struct slot){0};
}
