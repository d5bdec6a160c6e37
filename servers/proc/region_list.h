/* The records of regions: a list for each process, by ascending addresses. regions.h has their memory. */
#pragma once
#include "servers/proc/world.h"

/* The region with the address; NULL: none. */
const struct region *region_find(const struct process *p, u64 address);
/* The process's first region, and the next one; NULL: none. */
const struct region *region_first(const struct process *p);
const struct region *region_next(const struct region *r);
/* Whether the address lies in the process's program as it was loaded (programs.h). */
bool region_is_of_program(const struct process *p, u64 address);
/* The first address above the region. */
u64 region_end(const struct region *r);

/* The highest place of so many pages between the two addresses that has no memory; 0: there is none. */
u64 regions_place(const struct process *p, u64 from, u64 to, u64 pages);
/* Whether none of the addresses has memory. */
bool regions_are_free(const struct process *p, u64 address, u64 pages);

/* A record that is free; NULL: none, or the process has its share. */
const struct region *region_record(const struct process *p);
/* In a transaction: puts it into the process's list, before the first one that lies above it; and takes it out. */
void region_insert(const struct process *p, const struct region *r, const struct region *content);
void region_take_out(const struct process *p, const struct region *r);

/* A region of the process has other addresses: forgets what was remembered. After a transaction that was undone: of all. */
void region_changed(const struct process *p);
void regions_forget(void);
