/*
 * Open file descriptions: who opened what, where the next read begins, and the slot whose
 * descendants are the clients' descriptors.
 */
#pragma once
#include "servers/vfs/fs.h"

#define OPEN_FILES_MAX 256
#define OPEN_FILES_PER_CLIENT 64

struct open_file {
	bool used;
	u32 generation; /* tells this description from earlier ones in its place */
	u64 client;     /* badge of the vfs capability that opened it */
	struct place place;
	void *state; /* of the file system */
	u64 offset;  /* at most INT64_MAX */
	cap_t slot;  /* where the badged capability was minted; 0 while there is none */
};

/*
 * A description of `place`, opened in its file system, with *file pointing to it. Its slot is for
 * the caller to fill. ERR_NO_SPACE when the table or the client's share is full; the file system's errors.
 */
enum microk_status open_file_create(u64 client, const struct place *place, struct open_file **file);

/* Undoes open_file_create; the slot must have been dealt with. */
void open_file_free(struct open_file *file);

/*
 * The badge that names a description. Descriptions' badges have the top bit set, which init gives
 * to no client, so neither kind of capability can be taken for the other.
 */
u64 open_file_badge(const struct open_file *file);
bool badge_is_file(u64 badge);

/* The description a badge names; NULL if it is gone. */
struct open_file *open_file_find(u64 badge);
/* The description whose capability was minted into `slot`; NULL if there is none. */
struct open_file *open_file_by_slot(cap_t slot);

u32 open_file_count(void);

/* Moves the offset as file.seek says. ERR_ARG for a whence unknown or a position outside 0..INT64_MAX. */
enum microk_status open_file_seek(struct open_file *file, i64 distance, u32 whence);
