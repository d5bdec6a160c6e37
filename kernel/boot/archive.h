/* The boot archive: a cpio "newc" file (cpio(5)), read in place. */
#pragma once
#include "microk/types.h"

struct archive_file {
	const u8 *data;
	size_t bytes;
};

/* Finds the first file of this name, as stored ("boot/init"). False if it is not there, or the archive is damaged before it. */
bool archive_find(const u8 *archive, size_t bytes, const char *path, struct archive_file *out);
