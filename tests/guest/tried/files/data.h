/* The server's data: in the state area, or in plain memory. It is read in place, and written through keep.h only. */
#pragma once
#include "tests/guest/tried/files/protocol.h"

enum file_use { FILE_FREE, FILE_NAMED, FILE_ORPHAN /* open, and has no name any more */ };

struct file {
	u64 use;
	u64 name[FILES_NAME_WORDS];
	u64 size;
	u8 bytes[FILES_BYTES]; /* after `size` they have no meaning */
};

struct description {
	u64 file; /* its index + 1; 0: the description is free */
	u64 offset;
	/* The request that made it: while its reply is kept, the capability may not have reached the client. */
	u64 opener, number;
};

struct data {
	struct file files[FILES_MOST];
	struct description descriptions[FILES_MOST];
};

extern const struct data *data;

#define DESCRIPTION_BADGE(d) ((u64)(d) + 1)
