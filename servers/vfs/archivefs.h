/* The boot archive (cpio "newc", see cpio(5)) as a read-only file system, read in place. */
#pragma once
#include "lib/fileserver/fs.h"

#define ARCHIVE_NODES_MAX 512

struct archive_report {
	u32 files, directories;
	u32 left_out; /* entries with an invalid name or type, or after the first ARCHIVE_NODES_MAX */
	const char *damage; /* why reading stopped before the archive's end mark; else NULL */
	size_t damage_at;   /* offset of the entry it stopped at */
};

/*
 * Indexes the archive at `data`, which must stay mapped and unchanged. Entries before a damaged one
 * are served. There is one archive: a second call replaces the first.
 */
struct fs *archivefs_open(const void *data, size_t bytes, struct archive_report *report);
