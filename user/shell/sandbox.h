/*
 * The table of directories that a program is started with, if the person or a script gives it one: the variable NAMESPACE.
 *
 *     NAMESPACE='/=/srv/guest /etc:r' prog
 *
 * Entries are separated by blanks: PREFIX, or PREFIX=DIRECTORY, with ":r" at the end if it may only be read. The program knows the
 * prefix, and the shell the directory, which is the prefix itself if it is left out. The program, and all programs that it starts,
 * can open files below these directories, and no others: no server asks who it is.
 *
 * Weighed: chroot and Linux' mount namespaces change the place of "/" in the kernel, by a privilege; Plan 9's programs change
 * their own table (rfork, bind) and can give it to their children; Fuchsia's component manager makes a table from a manifest. Here
 * the table is one more word of the line, since a shorter one needs no privilege. FreeBSD's Capsicum is closest: a descriptor of a
 * directory, and no path above it.
 */
#pragma once
#include "lib/namespace/namespace.h"
#include "microk/error.h"

#define SANDBOX_PREFIX_MAX 23u /* bytes: as process.give has it */

struct sandbox_entry {
	char prefix[SANDBOX_PREFIX_MAX + 1];
	char directory[FILE_PATH_MAX + 1];
	bool read_only;
};

struct sandbox {
	u32 count;
	struct sandbox_entry entries[NAMESPACE_MAX];
};

/* Reads the text of a table. Returns the first defect in words; NULL: there is none. */
const char *sandbox_read(const char *text, struct sandbox *out);

/* Opens the entry's directory into the empty slot, as a root of its own. One that is not read-only is opened to be written, if the
 * shell itself may do that. Errors of path_open. */
enum microk_status sandbox_open(const struct sandbox_entry *e, cap_t slot);
