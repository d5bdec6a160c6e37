/* Finds files in the boot archive: a cpio "newc" file (cpio(5)), read in place. Pure. */
#pragma once
#include "microk/types.h"

struct archive_file {
	const u8 *data;
	size_t bytes;
};

/* Sets *out to the file at `path` ("boot/vfs"). False if the archive lacks it, or is damaged before it. */
bool archive_find(const u8 *archive, size_t bytes, const char *path, struct archive_file *out);
