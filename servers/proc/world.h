/*
 * All that the process server knows of its processes. It lies in the grant "processes", memory that outlives the
 * server's instances, as a state area (lib/state): each request changes it in one transaction. The capabilities are
 * in kept slots of its CSpace, each in a slot that is known from the number of its record.
 *
 * A page is recorded nowhere: it is a Frame in the slot that its address has, so the kernel's state is the state, and
 * a fault writes nothing here (docs/tried-processes.md). Nor does the pool of chunks: a chunk is in use if a record
 * names it, so a successor makes the pool's bytes anew, and all that an unfinished transaction had made goes with the
 * chunks that it was made of.
 */
#pragma once
#include "lib/state/state.h"
#include "protocols/process.h"

#define PROCESSES 32u /* at once */
#define THREADS 96u   /* of all processes */
#define REGIONS 2048u /* likewise */
#define REGIONS_EACH 1024u
#define PIECES 512u /* page tables, and CNodes of pages, likewise */
#define CAUSE_BYTES 200u
#define DISTINCT 0xffffffu /* generations */

/* Addresses with one object: a chunk of the pool of just their size, of which pages are made as they are touched. */
struct region {
	u64 start;
	u32 pages; /* 0: this record is free */
	u32 next;  /* of the process, by ascending addresses: its number + 1; 0: none */
	u32 rights; /* RIGHT_* of its pages; 0: not to be touched */
	u32 chunk;  /* slot of its Untyped; 0: it has never had rights */
};

enum piece_kind { PIECE_NONE, PIECE_TABLE, PIECE_WINDOW };

/* A part of a process's address space that is made when memory of its addresses is mapped. */
struct piece {
	u16 kind;    /* enum piece_kind */
	u16 process;
	u32 number; /* which part (pieces.h) */
	u32 chunk;
	u32 unused;
};

/* LEFT: it has ended, and its objects are kept for the next in its place. */
enum thread_use { THREAD_NONE, THREAD_ACTIVE, THREAD_LEFT };

struct thread {
	u16 used; /* enum thread_use */
	u16 process;
	u32 place; /* in its process: 0 is the first */
	u32 chunk;
	u32 unused;
	u64 entry, stack, pointer; /* of one that process.thread made, until it has been started */
	u64 number; /* of its last request that is once, and the answer's status and word */
	u64 status, result;
};

/* MADE: it has no program yet. LOADING: an instance of this server loads it. ENDED: only its status is left. */
enum process_use { PROCESS_NONE, PROCESS_MADE, PROCESS_LOADING, PROCESS_RUNS, PROCESS_ENDED };

struct process {
	u32 use; /* enum process_use */
	u32 generation;
	u32 chunk; /* of address space, CSpace and the first tables */
	u32 regions; /* the first: its number + 1 */
	u32 region_count;
	u32 threads; /* bit k: it has thread k */
	u32 how, code; /* when it has ended */
	u64 entry, stack; /* of its first thread, until that has been started */
	u64 client;    /* the badge by which it was made */
	u64 limit, taken; /* bytes of chunks */
	char name[32];
	char cause[CAUSE_BYTES];
};

struct world {
	struct process processes[PROCESSES];
	struct thread threads[THREADS];
	struct region regions[REGIONS];
	struct piece pieces[PIECES];
};

/* ---- Kept slots, after those of /proc's descriptions ---- */
#define KEPT_FILES 2048u /* slots of lib/fileserver */
enum kept_slot {
	KEPT_HANDLES = SLOT_TOTAL + KEPT_FILES, /* a watched capability for each process: its holders' are children */
	KEPT_WATCHES = KEPT_HANDLES + PROCESSES, /* process.watch's Notifications */
	KEPT_OWN = KEPT_WATCHES + PROCESSES,
	KEPT_THREADS = KEPT_OWN + PROCESSES * 8, /* KEPT_OWN: struct own_slot of each process */
	KEPT_PIECES = KEPT_THREADS + THREADS,
	KEPT_POOL = KEPT_PIECES + PIECES /* to the last but one, in which init puts the pool's memory */
};
enum own_slot { OWN_SPACE, OWN_CSPACE, OWN_TABLES, OWN_SLOTS = 8 };

extern const struct world *world;

/* Takes over the state area, or makes it. Errors of state_open and state_create. */
enum microk_status world_open(void *area, u64 bytes, bool *was_there);
u64 world_bytes(void);

/* A transaction. One that is not committed is undone, and so are the chunks that it took. */
void world_begin(void);
enum microk_status world_commit(void);
void world_abort(void);

/* Called after each transaction: the pool takes back its chunks, or those that were given. */
extern void (*world_settled)(bool committed);

/* In a transaction: changes a record. */
void world_write(const void *to, const void *from, u64 bytes);
#define WORLD_PUT(place, ...)                                                      \
	do {                                                                       \
		__typeof__(place) value_ = __VA_ARGS__;                            \
		world_write(&(place), &value_, sizeof(value_));                    \
	} while (0)

static inline u32 process_index(const struct process *p) { return (u32)(p - world->processes); }
static inline cap_t process_own(const struct process *p, u32 which) { return KEPT_OWN + process_index(p) * OWN_SLOTS + which; }
static inline u32 thread_index(const struct thread *t) { return (u32)(t - world->threads); }
static inline cap_t thread_cap(const struct thread *t) { return KEPT_THREADS + thread_index(t); }

/* As getpid returns it: two processes in the same place have different numbers. The services' numbers are below. */
#define PROCESS_FIRST_NUMBER 100u
static inline u32 process_number(const struct process *p)
{
	return PROCESS_FIRST_NUMBER + (p->generation % 0x1000000u) * PROCESSES + process_index(p);
}
