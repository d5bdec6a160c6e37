/* A client's stubs: a numbered request is sent again, under the same number, each time the server dies during it. */
#pragma once
#include "tests/guest/tried/files_killed/machinery.h"

struct answer {
	enum microk_status status;
	u32 repeats; /* how often the server died during it */
	u64 word;    /* the first of the answer */
	u8 bytes[FILES_BYTES];
};

/* A name is at most 15 bytes. */
enum microk_status file_open(cap_t directory, const char *name, u64 flags, cap_t *slot);
enum microk_status file_rename(cap_t directory, const char *from, const char *to);
enum microk_status file_unlink(cap_t directory, const char *name);
enum microk_status file_look(cap_t directory, const char *name);
enum microk_status file_read(cap_t file, u64 bytes, bool waits);
enum microk_status file_write(cap_t file, u64 at, const void *bytes, u64 size);
enum microk_status file_append(cap_t file, const void *bytes, u64 size);
enum microk_status file_where(cap_t file, u64 *offset, u64 *size);

/* Of the test's own thread: the result of its last call of these, and when it began and ended. */
extern struct answer last;
extern u64 last_began, last_ended;

/* The same read from another thread. */
void file_read_into(struct answer *a, cap_t file, u64 bytes, bool waits);
