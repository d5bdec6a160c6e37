/* The offset is aligned, not the address: right only where the Untyped itself lies well. */
/* When the last child is gone, all is free again. */
static u64 used_bytes(const struct slot *untyped)
{
	return derive_has_children(untyped) ? untyped->badge : 0;
}

/* Where the objects go. Each starts aligned; the physical address counts. */
static status_t decode_place(const struct slot *untyped, struct request *q)
{
	u64 total = untyped->size * PAGE_SIZE;
	u64 stride = ALIGN_UP(q->bytes, q->align);

	q->start = ALIGN_UP(untyped->badge, q->align);
	if (q->start > total || q->bytes > total ||
	    stride > (total - q->start + q->align) / q->count)
		return ERR_MEMORY;
	q->end = q->start + stride * (q->count - 1) + q->bytes;
	return q->end <= total ? OK : ERR_MEMORY;
}

/* Zeroes up to q->end, a page at a time. False: interrupted, to be continued. */
static bool zero_ahead(struct slot *untyped, u64 end)
{
	while (untyped->aux < end) {
		u64 left = untyped->size * PAGE_SIZE - untyped->aux;
		u64 step = left < PAGE_SIZE ? left : PAGE_SIZE;
		memset((u8 *)phys_to_virt(untyped->base) + untyped->aux, 0, step);
		untyped->aux += step;
		if (untyped->aux < end && preempt_pending())
			return false;
	}
	return true;
}

static void retype_invoke(struct slot *untyped, const struct request *q)
{
	bool device = untyped->flags & SLOT_DEVICE;
	u64 stride = ALIGN_UP(q->bytes, q->align);

	for (u32 i = 0; i < q->count; i++) {
		u64 offset = q->start + i * stride;
		make_object(&q->slots[i], q, untyped->base + offset, device);
		/* What was zeroed ahead here need not be zeroed again there. */
		if (q->type == CAP_UNTYPED && untyped->aux > offset)
			q->slots[i].aux = MIN(untyped->aux - offset, q->bytes);
		derive_link(&q->slots[i], untyped);
	}
	untyped->badge = q->end;
	/* A child Untyped zeroes for itself; the parent must never again reach into it. */
	if (untyped->aux < q->end)
		untyped->aux = q->end;
}

static status_t retype_decode(struct invocation *inv)
{
	struct slot *untyped = inv->slot;
	struct request q = {
		.type = (u32)inv->word[0], .size = inv->word[1], .count = (u32)inv->word[4]};
	bool device = untyped->flags & SLOT_DEVICE;
	status_t s;

	if (inv->word[0] >= CAP_TYPES || inv->word[4] < 1 || inv->word[4] > RETYPE_MAX_COUNT)
		return ERR_ARG;
	s = decode_size(&q, device);
	if (s == OK)
		s = decode_slots(inv, &q);
	if (s != OK)
		return s;
	if (!derive_has_children(untyped) && untyped->badge) {
		/* Nothing may be carved out of what still lies dying in this memory. */
		if (!reap_in(untyped->base, untyped->size * PAGE_SIZE))
			return PREEMPTED;
		untyped->badge = 0;
		untyped->aux = 0;
	}
	s = decode_place(untyped, &q);
	if (s != OK)
		return s;
	if (q.type == CAP_ADDRESS_SPACE && q.count > 1)
		return ERR_ARG;
	if (!device && q.type != CAP_UNTYPED && !zero_ahead(untyped, q.end))
		return PREEMPTED;
	retype_invoke(untyped, &q);
	return OK;
}
