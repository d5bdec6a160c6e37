/*
 * All that the process server knows of its processes. It lies in memory that outlives the server's instances, as the
 * capabilities do, in slots of its CSpace that a restart keeps. Nothing is written here, in most faults: whether a
 * page is there is what the kernel knows.
 */
#pragma once
#include "lib/chunks/chunks.h"
#include "lib/microk/registers.h"
#include "lib/microk/startup.h"
#include "tests/guest/tried/processes/protocol.h"

#define PROCESSES 8
#define REGIONS 24 /* of a process */
#define OBJECTS 96

/* The addresses of a process: a slot of its CNode of pages for each page. Slot 0 cannot be used. */
#define WINDOW 0x400000ul
#define WINDOW_PAGES 1023ul
#define WINDOW_END (WINDOW + WINDOW_PAGES * PAGE_SIZE)
#define MAPPINGS 0x500000ul /* where mmap begins to look */
#define STACK_PAGES 16
#define PAGE_SLOT(address) (1 + ((address) - WINDOW) / PAGE_SIZE)

/* The slots that a restart keeps: the pool's, then a block for each process. */
#define POOL_LEVELS 11
#define POOL_BYTES (PAGE_SIZE << (POOL_LEVELS - 1))
#define KEPT_POOL SLOT_TOTAL
#define KEPT_POOL_SLOTS ((1u << POOL_LEVELS) - 1)
#define KEPT_PROCESSES (KEPT_POOL + KEPT_POOL_SLOTS + 1)
enum kept_slot {
	KEPT_SPACE,
	KEPT_PAGES,  /* the CNode of its Frames */
	KEPT_CSPACE,
	KEPT_TABLES,
	KEPT_THREADS = KEPT_TABLES + 4,
	KEPT_EACH = KEPT_THREADS + PROCESS_THREADS
};
#define KEPT_SLOTS (KEPT_PROCESSES + PROCESSES * KEPT_EACH - SLOT_TOTAL)

/* Memory that regions are made of: a chunk of the pool. A fork makes an object whose parent is the one that its pages
 * are copied from. */
struct object {
	u32 refs;     /* regions and objects; 0: free */
	u32 parent;   /* index + 1; 0: none */
	cap_t chunk;  /* 0: it has no memory of its own */
};

struct region {
	u64 start, end; /* end 0: free */
	u64 rights;
	u32 object; /* index + 1 */
};

struct thread {
	bool used;
	cap_t chunk;
	u64 ended; /* the address that becomes 0 when it ends */
	/* The last request that was answered, so that it is answered again if the answer did not arrive. */
	u64 number, result;
	bool in_handler;
	u64 pending; /* signals */
	struct general_registers general; /* in_handler: where it was */
	struct fpu_registers fpu;
};

enum process_use { PROCESS_NONE, PROCESS_RUNS, PROCESS_ENDED };

struct process {
	u32 use, parent; /* parent 0: the test */
	u64 status;
	u64 fault_address, fault_ip; /* of the fault that ended it */
	cap_t chunk;
	u64 signal_entry;
	struct region regions[REGIONS];
	struct thread threads[PROCESS_THREADS];
};

struct world {
	u64 archive_offset; /* of the archive in its first Frame; set by the test */
	u64 begun;
	struct object objects[OBJECTS];
	struct process processes[PROCESSES]; /* number n is [n - 1] */
	u8 pool[KEPT_POOL_SLOTS];
};
#define WORLD_PAGES ((sizeof(struct world) + PAGE_SIZE - 1) / PAGE_SIZE)

/* Grants of the server, by their names in its startup page. */
#define GRANT_ENDPOINT "processes"
#define GRANT_TERMINAL "terminal"
#define GRANT_WORLD "world"
#define GRANT_ARCHIVE "archive"

extern struct world *world;
extern struct chunks pool;

void world_open(void);

static inline u32 number_of(const struct process *p) { return (u32)(p - world->processes) + 1; }
static inline cap_t kept(const struct process *p, u32 which)
{
	return KEPT_PROCESSES + (number_of(p) - 1) * KEPT_EACH + which;
}
