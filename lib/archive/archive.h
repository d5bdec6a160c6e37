/* Reads the boot archive in place: a cpio "newc" file (cpio(5)). Pure. */
#pragma once
#include "microk/types.h"

struct archive_entry {
	const char *name; /* as stored, with its NUL; NULL at the archive's end mark */
	size_t name_length;
	bool is_file, is_directory, is_link; /* none: a device */
	u32 mode;                            /* the permission bits 07777 */
	const u8 *data; /* of a symbolic link: the path that it leads to */
	size_t bytes;
};

/* Reads the entry at *offset, which is 0 at first, and moves *offset past it. Returns NULL. If the archive is damaged there,
 * returns the damage in words, and *offset stays. */
const char *archive_next(const u8 *archive, size_t bytes, size_t *offset, struct archive_entry *out);

struct archive_file {
	const u8 *data;
	size_t bytes;
};

/* Finds the first file of this name, as stored ("boot/vfs"). False if it is not there, or the archive is damaged before it. */
bool archive_find(const u8 *archive, size_t bytes, const char *path, struct archive_file *out);
