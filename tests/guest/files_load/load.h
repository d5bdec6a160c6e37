/* The parts of this client: operations chosen at random, each held against the model. */
#pragma once
#include "lib/microk/self.h"
#include "microk/error.h"
#include "tests/guest/files_load/model.h"
#include "tests/guest/killer/answered.h"

struct handle {
	cap_t cap; /* a slot; in use if it has a node */
	u32 node;
	bool append, lent;
	u64 offset;
};

extern cap_t roots[VOLUMES_MOST]; /* the directory capability of each volume */
extern cap_t load_folders[VOLUMES_MOST]; /* its directory "load", open all the time; a request by it can carry a capability */
extern struct handle handles[HANDLES];
extern u32 failures;

#define LENT_BYTES 0x4000u /* of the memory that is lent to descriptions */
extern u8 *lent_memory;
extern cap_t lent_frame, lent_slot; /* the slot is for a copy that is sent */

u64 draw(u64 below);
/* The directory capability that the name's path begins at. */
cap_t root_of(u32 name);
/* Reports a failure of the operation `what`, on `path`, which is a name or an open file. */
void wrong(const char *what, const char *path, u64 expected, u64 got);
/* Whether `got` is the expected status; else reports it. */
bool is_status(const char *what, const char *path, enum microk_status expected,
	       enum microk_status got);

/* One operation each. */
void operate_on_data(void);  /* data.c */
void operate_on_names(void); /* names.c */

/* Holds bytes that were read at `at` against the node's; reports the first that differs. */
void check_bytes(const struct node *n, u64 at, const u8 *got, u64 length, const char *path);
/* Closes an open file. */
void handle_close(struct handle *h);

/* Reads every name and every open file; `reports`: and lists them on the report line. */
void verify_all(bool reports);
/* Everything is on the disk. */
void sync_all(void);
