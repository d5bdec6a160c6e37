/* A client of the servers under test, at their root. */
#pragma once
#include "gen/protocols/dir_client.h"
#include "gen/protocols/file_client.h"
#include "kernel.h"
#include "lib/fileserver/opening.h"
#include "protocols/dir.h"
#include "tests/host/check.h"

extern cap_t client; /* its capability to the root */

/* Opens in a fresh slot; 0 and *status on failure. */
cap_t open_as(cap_t who, const char *path, u32 flags, enum microk_status *status);
/* The same for reading; it must succeed. */
cap_t open_file(const char *path);
const char *content(const char *path);
void check_content(const char *path, const char *want);
enum microk_status seek(cap_t file, i64 offset, u32 whence, struct file_seek_result *at);
enum microk_status stat_as(cap_t who, const char *path, struct dir_stat_result *out);

/* A count of everything; a leak anywhere changes it. */
u64 everything(void);
