/* Finds files in the boot archive: a cpio "newc" file (cpio(5)), read in place. Pure. */
#pragma once
#include "microk/types.h"

struct archive_file {
	const u8 *data;
	size_t bytes;
};

/* False if `path` ("boot/vfs") is not in the archive, or the archive is damaged before it. */
bool archive_find(const u8 *archive, size_t bytes, const char *path, struct archive_file *out);
