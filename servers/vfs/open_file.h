/*
 * Open file descriptions: the client, its file, where the next read begins, and the slot whose
 * descendants are the clients' descriptors.
 */
#pragma once
#include "servers/vfs/fs.h"

#define OPEN_FILES_MAX 256
#define OPEN_FILES_PER_CLIENT 64

struct open_file {
	bool used;
	u32 generation; /* distinguishes this description from earlier ones in its place */
	u64 client;     /* badge of the vfs capability that opened it */
	struct place place;
	void *state; /* of the file system */
	u64 offset;  /* at most INT64_MAX */
	cap_t slot;  /* of the badged capability; 0 while there is none */
};

/*
 * Opens `place` in its file system and sets *file to a new description of it. The caller must fill
 * its slot. ERR_NO_SPACE when the table or the client's share is full; the file system's errors.
 */
enum microk_status open_file_create(u64 client, const struct place *place, struct open_file **file);

/* Undoes open_file_create. The caller must have emptied the slot first. */
void open_file_free(struct open_file *file);

/*
 * The badge that names a description. It has the top bit set, which no badge from init has, so
 * the two kinds of capability cannot be confused.
 */
u64 open_file_badge(const struct open_file *file);
bool badge_is_file(u64 badge);

/* The description that a badge names; NULL if it is gone. */
struct open_file *open_file_find(u64 badge);
/* The description whose capability was minted into `slot`; NULL if there is none. */
struct open_file *open_file_by_slot(cap_t slot);

u32 open_file_count(void);

/* Moves the offset as file.seek defines. ERR_ARG for an unknown whence or a position outside 0..INT64_MAX. */
enum microk_status open_file_seek(struct open_file *file, i64 distance, u32 whence);
