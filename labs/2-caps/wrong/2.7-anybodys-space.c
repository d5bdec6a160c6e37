/* A capability to look at an address space is enough to put pages into it. */
static status_t map_decode(struct invocation *inv)
{
	struct slot *s = inv->slot, *to = cap_lookup(inv->caller, inv->word[0]);
	u64 va = inv->word[1], rights = inv->word[2], flags;
	status_t status;

	if (!to)
		return ERR_CAP;
	if (to->type != CAP_ADDRESS_SPACE)
		return ERR_TYPE;
	if (rights & ~(u64)s->rights)
		return ERR_RIGHTS;
	if (s->space)
		return ERR_STATE;
	if (va & (PAGE_SIZE - 1))
		return ERR_ALIGN;
	if (va >= USER_TOP || s->pages * PAGE_SIZE > USER_TOP - va)
		return ERR_RANGE;
	if (inv->word[3] >> 32)
		return ERR_ARG;
	status = map_flags((u32)rights, (u32)inv->word[3], &flags);
	if (status != OK)
		return status;
	struct space *space = (struct space *)to->object;
	status = map_run(space, va, s, flags);
	if (status != OK)
		return status;
	s->space = space->ref;
	s->address = va;
	return OK;
}
