/* The files as they must be, kept beside the server. */
#pragma once
#include "tests/guest/tried/files_killed/client.h"

enum name { ONE, TWO, THREE, NAMES };

struct model_file {
	bool exists;
	u64 size;
	u8 bytes[FILES_BYTES];
};

extern const char *const names[NAMES];
extern struct model_file model[NAMES];
/* The directory, and an open description of the file ONE with its offset. */
extern cap_t directory, one;
extern u64 offset;

/* An instance of `program`, an empty directory, and ONE in it. */
void model_begin(const char *program);

/* Requests that must succeed, with the model's part. */
void do_write(u64 at, u64 size);
void do_append(cap_t file, u64 size);
void do_read(u64 size);
cap_t do_open(enum name n, u64 flags);
void do_rename(enum name from, enum name to);
void do_unlink(enum name n);
void do_close(cap_t file);

/* Everything that a client can see is as in the model; `open` descriptions are open. */
void model_check(u32 open);

/* New bytes, different in every word from those before. */
const u8 *fresh_bytes(u64 size);
