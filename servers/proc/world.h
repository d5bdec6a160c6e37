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
#include "servers/proc/image.h"

#define PROCESSES 80u /* records: of processes, and of programs' pages */
#define PROCESSES_RUN 64u /* processes at once */
#define PROGRAMS 64u
#define PROGRAMS_LOADED 8u /* of these, whose pages are kept */
#define THREADS 128u  /* of all processes */
#define REGIONS 2048u /* likewise */
#define REGIONS_EACH 1024u
#define PIECES 512u /* page tables, and CNodes of pages, likewise */
#define CAUSE_BYTES 200u
#define OWN_BYTES (8 * PAGE_SIZE) /* of a process's chunk */
#define DISTINCT 0xffffffu /* generations */

/* Addresses with one object: a chunk of the pool of just their size, of which pages are made as they are touched. */
struct region {
	u64 start;
	u32 pages; /* 0: this record is free */
	u32 next;  /* of the process, by ascending addresses: its number + 1; 0: none */
	u32 rights; /* RIGHT_* of its pages; 0: not to be touched */
	u32 chunk;  /* slot of its Untyped; 0: it has never had rights, or its pages are the program's and have been read alone */
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
	u32 answered; /* the label of its last request that is once */
	u64 entry, stack, pointer; /* of one that process.thread made, until it has been started */
	u64 number;   /* of that request, and the answer's status and word */
	u64 status, result;
	u64 pending; /* signals for this thread alone */
};

/* MADE: it has no program yet. LOADING: an instance of this server loads it. ENDED: only its status is left. PROGRAM: it has a
 * program's pages, which processes have in common (programs.h), and never runs. RESTS: it has ended (resting.h). */
enum process_use { PROCESS_NONE, PROCESS_MADE, PROCESS_LOADING, PROCESS_RUNS, PROCESS_ENDED, PROCESS_PROGRAM, PROCESS_RESTS };
#define PROCESS_ORPHANAGE 1u /* the parent of processes whose own has ended: init's stand-in, which waits for none */

/* Pages that a process has in common with others. FROM: since a fork, some are of the parent's memory, or were. TO:
 * children have some of its own. PROGRAM: some are the program's. */
enum sharing { SHARES_FROM = 1, SHARES_TO = 2, SHARES_PROGRAM = 4 };

/* A signal with more to it than its number: of those that are pending, the last few. */
struct signal_detail {
	u32 signal; /* 0: this record is free */
	int code;   /* enum process_code */
	u32 sender; /* a process's number */
	u32 status; /* with SIGCHLD: how << 16 | code of process.await */
	u64 address; /* of a fault */
};
#define DETAILS 4u

/* Processes that one client has had made, and their children: they share a limit. */
struct job {
	u32 processes; /* 0: this record is free */
	u32 unused;
	u64 limit, taken; /* bytes of chunks */
};

struct process {
	u32 use; /* enum process_use */
	u32 generation;
	u32 number;  /* as getpid returns it. exec moves it to the record of the new program */
	u32 parent;  /* its number; PROCESS_ORPHANAGE: that has ended; 0: it was made by a client */
	u32 group, session;
	u32 foreground; /* of a session's leader: the group that the terminal's signals go to */
	u32 job;        /* its number */
	u32 program;    /* that it runs: its number + 1; 0: none */
	u32 shares;     /* enum sharing, bits */
	u32 stopped;    /* by that signal; 0: it runs */
	u32 change;     /* enum process_how that the parent has not taken yet: stopped or continued */
	u64 pending;    /* signals, bit n - 1 for signal n */
	u64 alarm_at, alarm_every; /* ticks of the time-stamp counter; 0: none */
	struct signal_detail details[DETAILS];
	u32 chunk; /* of address space and the first tables */
	u32 cspace; /* the chunk of its CSpace */
	u32 rests; /* the program whose read pages it has since an earlier process: its number + 1 */
	u32 regions; /* the first: its number + 1 */
	u32 region_count;
	u32 threads; /* bit k: it has thread k */
	u32 how, code; /* when it has ended */
	u64 entry, stack; /* of its first thread, until that has been started */
	u64 client;    /* the badge by which it was made */
	u64 taken;       /* bytes of chunks: a part of its job's */
	u64 spawner_request; /* of a process that is being loaded for process.spawn or exec: the request's number */
	u32 spawner;         /* and the record of its caller's thread + 1 */
	u32 replaces;        /* of exec: the record of the process that it replaces + 1 */
	char name[32];
	char cause[CAUSE_BYTES];
};

/* The content of a file: two contents differ in a word. server: the identity of the Endpoint that serves it. */
struct program_key {
	u64 server, system, node, bytes;
	u64 version; /* 0: none is the same */
};

/* A file that processes run, or have run (programs.h). */
struct program {
	u32 used;  /* 0: this record is free */
	u32 ready; /* its pages are loaded */
	u32 place; /* the record of its pages' process + 1; 0: it has none */
	u32 stamp; /* a higher one has been run later */
	struct program_key key;
	struct image image;
};

struct world {
	struct job jobs[PROCESSES];
	struct process processes[PROCESSES];
	struct thread threads[THREADS];
	struct region regions[REGIONS];
	struct piece pieces[PIECES];
	struct program programs[PROGRAMS];
};

/* ---- Kept slots, after those of /proc's descriptions ---- */
#define KEPT_FILES 2048u /* slots of lib/fileserver */
enum kept_slot {
	KEPT_HANDLES = SLOT_TOTAL + KEPT_FILES, /* a watched capability for each process: its holders' are children */
	KEPT_WATCHES = KEPT_HANDLES + PROCESSES, /* process.watch's Notifications */
	KEPT_OWN = KEPT_WATCHES + PROCESSES,
	KEPT_THREADS = KEPT_OWN + PROCESSES * 8, /* KEPT_OWN: struct own_slot of each process */
	KEPT_PIECES = KEPT_THREADS + THREADS,
	KEPT_RUNNING = KEPT_PIECES + PIECES, /* the file of each program that runs */
	KEPT_POOL = KEPT_RUNNING + PROGRAMS /* to the last but one, in which init puts the pool's memory */
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

/* In a transaction: the answer to a request that is once. */
void world_answer(const struct thread *t, u32 label, u64 number, u64 result, u64 status);

static inline u32 process_index(const struct process *p) { return (u32)(p - world->processes); }
static inline cap_t process_own(const struct process *p, u32 which) { return KEPT_OWN + process_index(p) * OWN_SLOTS + which; }
static inline u32 thread_index(const struct thread *t) { return (u32)(t - world->threads); }
static inline cap_t thread_cap(const struct thread *t) { return KEPT_THREADS + thread_index(t); }

/* The number of a process that begins in a place: two in the same place have different numbers. The services' numbers are below. */
#define PROCESS_FIRST_NUMBER 100u
static inline u32 process_number_in(u32 index, u32 generation)
{
	return PROCESS_FIRST_NUMBER + (generation % 0x1000000u) * PROCESSES + index;
}

/* The process with that number, also one that has ended; NULL: none. */
static inline const struct process *process_find(u32 number)
{
	for (const struct process *p = world->processes; p < world->processes + PROCESSES; p++)
		if (p->use != PROCESS_NONE && p->number == number && number)
			return p;
	return NULL;
}
