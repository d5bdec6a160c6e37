/*
 * Walks that are remembered: where a path led, by its text, for as long as no name has changed. So a path that is used again
 * costs a comparison. The path without its last component is remembered too, and longer: only a change of a directory's own name
 * can lead it elsewhere, so that files that are made in one directory do not end that.
 *
 * Weighed: Linux's dcache remembers each component, and validates a path by a sequence number for each; Plan 9's clients keep a
 * fid for each directory they use. Here whole paths are remembered, few of them, and one number covers all of a file system: a
 * change of names is rare beside their use.
 *
 * A path with ".." or a symbolic link is not remembered; nor is any in a server with a file system whose names
 * change without notice (fs_ops.names).
 */
#pragma once
#include "lib/fileserver/fs.h"

#define WALKED_BYTES 64u /* a longer path is walked each time */

/* Whether the first `length` bytes of `path` led from `start` to *place. `whole`: the path's last component may be any file;
 * else it is known to be a directory. */
bool walked_find(const struct path_start *start, const char *path, size_t length, bool whole, struct place *place,
		 struct place *parent);
/* Remembers that they did. */
void walked_keep(const struct path_start *start, const char *path, size_t length, bool whole, const struct place *place,
		 const struct place *parent);
