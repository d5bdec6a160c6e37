/*
 * Descriptors: a descriptor is a capability that speaks protocol file, in a slot of the process's own, and its offset
 * lies with the server. So duplicates are the same capability, and this table has only the numbers that C programs
 * use.
 */
#pragma once
#include "lib/microk/ipc.h"
#include "protocols/dir.h"

#define DESCRIPTORS 64
#define OPEN_PATH 160

struct open_file {
	cap_t cap;
	u32 refs; /* descriptors; 0: this record is free */
	u32 kind; /* enum file_kind */
	u32 flags; /* as open got them, O_* */
	u64 cookie; /* of a directory: where the next getdents64 begins */
	char path[OPEN_PATH]; /* of a directory: where openat and fchdir begin; empty: it is longer, or unknown */
};

/* The open file of a descriptor; NULL: EBADF. */
struct open_file *descriptor_find(long fd);
/* The lowest free descriptor from `least` on, for a capability. -EMFILE: there is none, and the capability is dropped. */
long descriptor_make(cap_t cap, u32 kind, u32 flags, long least);
long descriptor_close(long fd);
/* Whether an open descriptor is closed for another program (FD_CLOEXEC). */
bool descriptor_closes(long fd);
/* Takes those of the startup page, which are named by their numbers. */
void descriptors_begin(void);
