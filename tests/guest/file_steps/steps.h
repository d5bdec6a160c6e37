/* Operations on one path. *bytes: of the content that was read or written; *sum: its Adler-32 sum. */
#pragma once
#include "microk/error.h"
#include "microk/types.h"

typedef enum microk_status file_step(const char *path, u64 *bytes, u32 *sum);

file_step step_read;  /* to the end */
file_step step_write; /* the first page, with x; a file that is missing is made */
file_step step_fill;  /* adds to the file until an error */
file_step step_mkdir, step_remove;
file_step step_sync; /* everything; the path is of no use */
file_step step_end;  /* the file system, by dir.detach; likewise */
