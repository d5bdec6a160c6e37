/*
 * The requests of the file server. They are messages by hand, because a protocol of a test would be linked to every program
 * (docs/tried-files.md).
 *
 * Word 0 of a request that is not idempotent is its number, all 64 bits of it: the thread and a counter (lib/microk/stub.h).
 */
#pragma once
#include "microk/types.h"

#define FILES_NAME_WORDS 2 /* a name: at most 15 bytes, filled up with zeros */
#define FILES_NAME_BYTES (FILES_NAME_WORDS * 8)
#define FILES_MOST 8       /* files, and open descriptions */
#define FILES_BYTES 320    /* of a file, at most */
#define FILES_LOG_WORDS 32 /* words that a request may change: a write of 320 bytes needs more */

/* Badges: of a directory from FILES_ROOT on, one for each client; of a description below that. */
#define FILES_ROOT 1000

enum files_label {
	/* Of a directory: */
	FILES_OPEN = 1, /* number, flags, name → one capability; word 0: the description */
	FILES_RENAME,   /* number, name, new name; a file that has the new name is replaced */
	FILES_UNLINK,   /* number, name */
	FILES_LOOK,     /* name → size, bytes. Idempotent */
	/* Of a description: */
	FILES_READ,     /* number, bytes, whether it waits at the end → size, bytes; moves the offset */
	FILES_WRITE,    /* number, place, size, bytes → new size of the file */
	FILES_APPEND,   /* number, size, bytes → new size of the file */
	FILES_WHERE,    /* → offset, size of the file. Idempotent */
};

#define FILES_CREATE 1ul
#define FILES_EXCLUSIVE 2ul

/* Grants of the server, by their names in its startup page. */
#define FILES_GRANT_ENDPOINT "files"
#define FILES_GRANT_AREA "area"       /* frames of the state area */
#define FILES_GRANT_KEPT "kept"       /* a CNode that outlives instances: slot 1 + d holds description d */
#define FILES_GRANT_PROGRESS "progress" /* struct files_progress */
#define FILES_AREA_PAGES 4

/* Written by the server when each store of its state area is counted (counted.c). */
struct files_progress {
	u64 stores; /* 2 for each store that is done, and 1 for one that is under way */
};
