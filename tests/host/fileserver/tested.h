/* Shared by the tests of the file server: the server on the test kernel, and its clients. */
#pragma once
#include "gen/protocols/dir_client.h"
#include "gen/protocols/file_client.h"
#include "protocols/dir.h"
#include "server.h"
#include "tests/host/check.h"
#include "tests/host/vfs/kernel.h"

#define RIGHTS_RW (RIGHT_WRITE | RIGHT_GRANT | DIR_RIGHT_READ | DIR_RIGHT_WRITE)

extern cap_t server, root; /* the server's Endpoint; a client's capability to all */

/* The file system under test, and its limits. */
struct tested_limits {
	const char *type;
	u32 block_bytes; /* 0: any */
	u64 file_bytes;  /* a write at this offset finds the file system full; 0: there is no such limit that a test reaches */
	u32 span;        /* offsets of random operations are below this */
	u32 links;       /* of a file; 0: more than a test makes */
	u64 beyond;      /* an offset where nothing can be written, and the status of that */
	enum microk_status beyond_status;
	enum microk_status sync_status; /* of the sync after tested_fail_sync */
	bool directories_are_files; /* they have a size, and a link for each directory in them */
	bool has_cache;             /* a page cache, with counters */
	bool ends;                  /* instances of the server can end */
};
extern const struct tested_limits tested_limits;
void tested_fail_sync(void);

/* Starts the server, and runs the tests that are for every file system. */
void tested_common(void);

/* After this many further stores into the state area the instance ends, and its successor after the second number. 0: never. */
extern u64 tested_die_after, tested_die_again;
extern u64 tested_deaths;

/* A slot of the test's own; and what is in it goes. */
cap_t take_slot(void);
void drop(cap_t slot);

/* Opens at `directory`; 0 if that fails. */
cap_t open_at(cap_t directory, const char *path, u32 flags, enum microk_status *status);
/* The same; it must succeed. */
cap_t must_open(cap_t directory, const char *path, u32 flags);
enum microk_status write_text(cap_t file, const char *text);
/* The whole content, up to `room` bytes; ~0 after an error. */
size_t read_all(cap_t directory, const char *path, u8 *to, size_t room);
/* The same as a text, terminated; "?" after an error. */
const char *content_of(cap_t directory, const char *path);

/* A number that changes if anything is left over in server or kernel. */
u64 everything(void);

void test_operations(void), test_rights(void), test_paths(void), test_doubts(void), test_guessed_numbers(void), test_shares(void), test_lent(void),
	test_lent_abandoned(void),
	test_waiting(void), test_watches(void), test_namespace(void), test_locks(void), test_met(void);
void test_model(unsigned long seed, u32 rounds);
