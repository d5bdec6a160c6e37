/* The bits that the fast path reads lie in the byte of the rights: who asks for them has them. */
void slot_derive(struct slot *to, struct slot *from, u32 rights)
{
	if (from->flags & SLOT_CLOSED)
		closed_remove(from);
	u8 embedded = to->flags & SLOT_THREAD;
	*to = (struct slot){
		.type = from->type,
		.flags = (from->flags & SLOT_DEVICE) | embedded,
		.rights = (u8)(from->rights & rights),
		.prot = from->prot & (rights >> RIGHT_PROT_SHIFT),
		.size = from->size,
		.base = from->base,
	};
	if (from->type == CAP_ENDPOINT || from->type == CAP_NOTIFICATION)
		to->badge = from->badge;
	if (slot_has_object(from))
		object_hold(from->object);
	slot_seal(to);
	derive_link(to, from);
}

static status_t decode_mint(struct invocation *inv)
{
	struct slot *to, *from;
	u64 badge = inv->word[4], flags = inv->word[5];
	status_t s = decode_pair(inv, &to, &from);

	if (s != OK)
		return s;
	if (flags & ~(u64)(MINT_WATCH | MINT_BADGE))
		return ERR_ARG;
	if (!is_copyable(from))
		return ERR_DERIVED;
	if ((flags & MINT_BADGE) && from->type != CAP_ENDPOINT && from->type != CAP_NOTIFICATION)
		return ERR_TYPE;
	if ((flags & MINT_WATCH) && from->type != CAP_ENDPOINT)
		return ERR_TYPE;
	/* That a badge's holders are gone is for the receiver to say, not for one of them. */
	if ((flags & MINT_WATCH) && !(from->rights & RIGHT_READ))
		return ERR_RIGHTS;
	/* A badge says who is asking: whoever has one may not take another. */
	if ((flags & MINT_BADGE) && from->badge != 0)
		return ERR_STATE;

	slot_derive(to, from, (u32)inv->word[3]);
	if (flags & MINT_BADGE)
		to->badge = badge;
	if (flags & MINT_WATCH)
		to->flags |= SLOT_WATCH;
	return OK;
}
