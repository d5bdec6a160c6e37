/*
 * The table of open file descriptions.
 *
 * Weighed: POSIX kernels count the references from their descriptor tables to a description. Here
 * descriptors are capabilities, and the kernel's derivation tree is that count: when the last
 * descendant of the slot is gone, the server receives ST_CLOSED. A badge contains the generation of
 * its place in the table, so a late message about an earlier description does not affect a later one.
 */
#include "servers/vfs/open_file.h"

#define BADGE_FILE (1ul << 63)
#define INDEX_BITS 16

static struct open_file files[OPEN_FILES_MAX];

u32 open_file_count(void)
{
	u32 count = 0;

	for (u32 i = 0; i < OPEN_FILES_MAX; i++)
		count += files[i].used;
	return count;
}

/* A free place in the table, if the client may have one more; else NULL. */
static struct open_file *find_free(u64 client)
{
	struct open_file *found = NULL;
	u32 held = 0;

	for (u32 i = 0; i < OPEN_FILES_MAX; i++) {
		if (files[i].used)
			held += files[i].client == client;
		else if (!found)
			found = &files[i];
	}
	return held < OPEN_FILES_PER_CLIENT ? found : NULL;
}

enum microk_status open_file_create(u64 client, const struct place *place, struct open_file **file)
{
	struct open_file *f = find_free(client);

	if (!f)
		return ERR_NO_SPACE;
	u32 generation = f->generation + 1;
	*f = (struct open_file){.generation = generation, .client = client, .place = *place};
	struct fs *fs = place->fs;
	if (fs->ops->open) {
		enum microk_status status = fs->ops->open(fs, &f->place.node, client, &f->state);
		if (status != OK)
			return status;
	}
	f->used = true;
	*file = f;
	return OK;
}

void open_file_free(struct open_file *file)
{
	struct fs *fs = file->place.fs;

	if (fs->ops->close)
		fs->ops->close(fs, &file->place.node, file->state);
	*file = (struct open_file){.generation = file->generation};
}

u64 open_file_badge(const struct open_file *file)
{
	return BADGE_FILE | (u64)file->generation << INDEX_BITS | (u64)(file - files);
}

bool badge_is_file(u64 badge)
{
	return badge & BADGE_FILE;
}

struct open_file *open_file_find(u64 badge)
{
	u64 index = badge & ((1ul << INDEX_BITS) - 1);

	if (index >= OPEN_FILES_MAX || !files[index].used ||
	    open_file_badge(&files[index]) != badge)
		return NULL;
	return &files[index];
}

struct open_file *open_file_by_slot(cap_t slot)
{
	for (u32 i = 0; i < OPEN_FILES_MAX; i++)
		if (files[i].used && files[i].slot == slot)
			return &files[i];
	return NULL;
}

enum microk_status open_file_seek(struct open_file *file, i64 distance, u32 whence)
{
	u64 base;

	switch (whence) {
	case SEEK_FROM_START: base = 0; break;
	case SEEK_FROM_HERE: base = file->offset; break;
	case SEEK_FROM_END: base = file->place.node.bytes; break;
	default: return ERR_ARG;
	}
	i64 position;
	if (base > INT64_MAX || __builtin_add_overflow((i64)base, distance, &position) ||
	    position < 0)
		return ERR_ARG;
	file->offset = (u64)position;
	return OK;
}
