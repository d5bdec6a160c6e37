/* The boot archive: a cpio "newc" file (cpio(5)), read in place. */
#pragma once
#include "microk/types.h"

struct archive_file {
	const u8 *data;
	size_t bytes;
};

/* Finds `path` (as stored: "boot/init") in the archive. False if it is not there or the archive is damaged. */
bool archive_find(const void *archive, size_t bytes, const char *path, struct archive_file *out);
