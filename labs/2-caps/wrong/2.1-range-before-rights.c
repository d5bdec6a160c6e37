/* Who has no right to the table is told where it ends. */
status_t cnode_slot(const struct thread *caller, u64 cnode, u64 index, struct slot **out)
{
	struct slot *s = cap_lookup(caller, cnode);

	if (!s)
		return ERR_CAP;
	if (s->type != CAP_CNODE)
		return ERR_TYPE;
	struct cnode *c = (struct cnode *)s->object;
	if (index == 0 || index >= c->count)
		return ERR_RANGE;
	if (!(s->rights & RIGHT_WRITE))
		return ERR_RIGHTS;
	*out = &c->slots[index];
	return OK;
}

/* The slot of the called CNode that a method is about. */
static status_t decode_slot(struct invocation *inv, struct slot **out)
{
	struct cnode *c = (struct cnode *)inv->slot->object;

	if (inv->word[0] == 0 || inv->word[0] >= c->count)
		return ERR_RANGE;
	*out = &c->slots[inv->word[0]];
	return OK;
}

/* The checks copy, mint and move share: destination empty, source filled. */
static status_t decode_pair(struct invocation *inv, struct slot **to, struct slot **from)
{
	status_t s = decode_slot(inv, to);

	if (s == OK)
		s = cnode_slot(inv->caller, inv->word[1], inv->word[2], from);
	if (s != OK)
		return s;
	if ((*from)->type == CAP_NULL)
		return ERR_CAP;
	if ((*to)->type != CAP_NULL)
		return ERR_OCCUPIED;
	return OK;
}
