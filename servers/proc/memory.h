/* A process's requests about its own memory, checked. All in a transaction. */
#pragma once
#include "servers/proc/world.h"

struct process_map_args;

enum microk_status memory_map(const struct process *p, const struct process_map_args *a, u64 *address);
enum microk_status memory_unmap(const struct process *p, u64 address, u64 bytes);
enum microk_status memory_protect(const struct process *p, u64 address, u64 bytes, u32 protection);
