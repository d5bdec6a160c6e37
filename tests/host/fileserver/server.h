/* The server under test, linked with a library of its own (host_build.apart). */
#pragma once
#include "lib/microk/ipc.h"

void tested_run(cap_t endpoint);

/* Of its state. */
u32 tested_descriptions(void), tested_nodes(void), tested_holds(void), tested_waiting(void);
enum microk_status tested_check(void);

/* Given by the test, outside of the server: for memfs (memfs.h). */
extern u32 memfs_waits, memfs_events; /* FS_WAITs to come; the events that hold of every file */
void tested_wait(void);
