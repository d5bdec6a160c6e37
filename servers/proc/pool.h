/* The memory that processes are made of: chunks (lib/chunks) of an Untyped that outlives the server's instances. */
#pragma once
#include "servers/proc/world.h"

/* Takes over the pool; `world` is open. ERR_CAP: system.conf grants none. */
enum microk_status pool_open(void);

/* In a transaction: a chunk for the process. It goes back if the transaction is not committed. ERR_MEMORY: it takes the process
 * beyond its limit, or there is none. */
enum microk_status pool_take(const struct process *p, u64 bytes, u32 *chunk);
/* In a transaction: gives it back when that is committed. Everything made of it ends. */
void pool_give(const struct process *p, u32 chunk, u64 bytes);
/* In a transaction: counts bytes as the process's, or not any more, that are others' memory. ERR_MEMORY: its limit. */
enum microk_status pool_charge(const struct process *p, u64 bytes);
void pool_credit(const struct process *p, u64 bytes);
u64 pool_bytes(void);
u64 pool_free(void);
