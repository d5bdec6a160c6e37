/* A small file system in the server's state area, which can do all of lib/fileserver/fs.h, and waits when the test wants it. */
#pragma once
#include "lib/fileserver/fs.h"

#define MEMFS_NODES 48
#define MEMFS_ENTRIES 64
#define MEMFS_FILE_BYTES 2048

/* Bytes that it needs of the area (keep_plan.fs_bytes). */
u64 memfs_bytes(void);

/* After keep_open; `fresh`: makes an empty file system. */
struct fs *memfs_open(void);
void memfs_begin(bool fresh);

/* For tests. This many calls from now on return FS_WAIT; and the time, the next error of sync, files that nothing refers to. */
extern u32 memfs_waits;
extern i64 memfs_time;
extern enum microk_status memfs_sync_error;
/* Nodes in use, and the sum of their holds. */
u32 memfs_nodes(void), memfs_holds(void);
