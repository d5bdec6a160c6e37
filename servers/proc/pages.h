/* Pages of processes: Frames, which are made when they are touched, in the slot that their address has. */
#pragma once
#include "servers/proc/world.h"

/* Serves a fault: makes the page, or maps one that is there. ERR_RANGE: there is no memory, or it has not the right. */
enum microk_status page_resolve(const struct process *p, u64 address, bool write, bool exec);

/* Makes a page of a region that is there, and maps it. ERR_OCCUPIED: it is there. */
enum microk_status page_make(const struct process *p, const struct region *r, u64 address);
/* Copies bytes of a Frame of the server's into a page that is there. */
enum microk_status page_fill(const struct process *p, u64 address, cap_t source, u64 offset, u64 bytes);

/* The server's own way to a process's memory, for its main thread. Bytes within a page that is there, or is made. */
enum microk_status peek(const struct process *p, u64 address, void *to, u64 bytes);
enum microk_status poke(const struct process *p, u64 address, const void *from, u64 bytes);

enum microk_status pages_open(void);
