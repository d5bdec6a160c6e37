/*
 * The memory of a process as regions. A region's chunk has just its size, so a request's pages become several
 * regions, powers of two from the largest: no memory is lost to rounding, and a pool that has no large chunk left
 * still serves a large request.
 *
 * Memory with rights is taken when it is mapped, not when it is touched. So a program finds out by mmap's error that
 * there is no more, and is not ended in some later instruction; and no fault needs memory that another process may have
 * taken. Weighed: Linux promises more than there is, and ends a process when too much of it is touched.
 */
#pragma once
#include "servers/proc/region_list.h"

/* In a transaction: memory of zeroes at addresses that have none yet. rights 0: none is taken. ERR_MEMORY, ERR_LIMIT. */
enum microk_status regions_add(const struct process *p, u64 address, u64 pages, u32 rights);
/* In a transaction: addresses for pages of the process's program, which are read alone. They count as its own. */
enum microk_status regions_add_common(const struct process *p, u64 address, u64 pages, u32 rights);
/* In a transaction: memory for a child where its parent has that region. */
enum microk_status regions_inherit(const struct process *p, const struct region *of);

/* In a transaction: takes away all of these addresses. */
enum microk_status regions_remove(const struct process *p, u64 address, u64 pages);
/* In a transaction: gives all of these addresses other rights. ERR_RANGE: some have no memory. */
enum microk_status regions_protect(const struct process *p, u64 address, u64 pages, u32 rights);
/* In a transaction, of a process that ends: one region goes, whose bytes are still counted. After it: pages that are
 * others' memory. */
void regions_give_one(const struct process *p, const struct region *r);
void regions_clean(const struct process *p, u64 address, u64 pages);
/* In a transaction: the process ends. */
void regions_give(const struct process *p);
