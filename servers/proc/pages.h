/* Pages of processes: Frames, which are made when they are touched, in the slot that their address has. */
#pragma once
#include "servers/proc/world.h"

/* Serves a fault: makes the page, or maps one that is there. ERR_RANGE: there is no memory, or it has not the right. */
enum microk_status page_resolve(const struct process *p, u64 address, bool write, bool exec);

/* Makes a page of a region that is there, and maps it. ERR_OCCUPIED: it is there. */
enum microk_status page_make(const struct process *p, const struct region *r, u64 address);
/* Copies bytes of a Frame of the server's into a page that is there. */
enum microk_status page_fill(const struct process *p, u64 address, cap_t source, u64 offset, u64 bytes);

/*
 * Pages in common, after a fork (forking.h). A page is of its process's own memory if its capability has the right to
 * write: a fork takes that from the child's. The one whose page it is keeps it: before it writes, and before the page
 * goes, each other gets a copy, of its own memory, which was taken for it at the fork. So a process pays for a page
 * once, and no chain of processes holds another's memory. Weighed: BSD's shadow objects and Linux's counted pages let
 * the page outlive its first owner, who then pays for others.
 */
/* Before any of these pages goes, or is to be written: no other process has it in common. ERR_STATE. */
enum microk_status pages_part(const struct process *p, u64 address, u64 pages);
/* All of the process's. */
enum microk_status pages_part_all(const struct process *p);

/* The server's own way to a process's memory, for its main thread. Bytes within a page that is there, or is made. */
enum microk_status peek(const struct process *p, u64 address, void *to, u64 bytes);
enum microk_status poke(const struct process *p, u64 address, const void *from, u64 bytes);

enum microk_status pages_open(void);
