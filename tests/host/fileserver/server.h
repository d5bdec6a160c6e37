/* The server under test, linked with a library of its own (host_build.apart). */
#pragma once
#include "lib/microk/ipc.h"

void tested_run(cap_t endpoint);

/* Of its state. */
u32 tested_descriptions(void), tested_nodes(void), tested_holds(void), tested_waiting(void);
enum microk_status tested_check(void);

/* Given by the test, outside of the server. */
extern u32 memfs_waits;
extern i64 memfs_time;
extern enum microk_status memfs_sync_error;
void tested_wait(void);
