#include "lib/fileserver/description.h"
#include "lib/fileserver/mount.h"

#define BADGE_DESCRIPTION (1ul << 63)
#define NUMBER_BITS 16
#define GENERATION_BITS 31
_Static_assert(DESCRIPTIONS_MAX <= 1u << NUMBER_BITS, "a number fits the badge");

static const struct description *all(void)
{
	return keep_descriptions();
}

u32 description_number(const struct description *d)
{
	return (u32)(d - all());
}

u32 description_next_generation(const struct description *d)
{
	return (d->generation + 1) & ((1u << GENERATION_BITS) - 1);
}

static u64 badge_of(const struct description *d, u64 number)
{
	return BADGE_DESCRIPTION | (u64)d->generation << NUMBER_BITS | number;
}

u64 description_badge(const struct description *d)
{
	return badge_of(d, description_number(d));
}

bool badge_is_description(u64 badge)
{
	return badge & BADGE_DESCRIPTION;
}

const struct description *description_find(u64 badge)
{
	u64 number = badge & ((1ul << NUMBER_BITS) - 1);

	if (!badge_is_description(badge))
		return NULL;
	const struct description *d = keep_description(number);
	return d && d->use == DESCRIPTION_OPEN && badge_of(d, number) == badge ? d : NULL;
}

struct place description_place(const struct description *d)
{
	return (struct place){.fs = mount_fs(d->fs), .node = {.id = d->node, .kind = d->kind}};
}

struct place description_held(const struct description *d)
{
	return (struct place){.fs = mount_fs(d->fs), .node = {.id = d->held, .kind = d->kind}};
}

struct place description_root(const struct description *d)
{
	return (struct place){
		.fs = mount_fs(d->root_fs), .node = {.id = d->root, .kind = KIND_DIRECTORY}};
}

void description_set_offset(const struct description *d, u64 offset)
{
	if (offset != d->offset)
		keep_write(&d->offset, &offset, sizeof(offset));
}
