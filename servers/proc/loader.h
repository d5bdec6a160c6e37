/*
 * Loads programs. A thread of its own (reader.c) calls the file's server and fills the pages, so that a slow disk
 * holds up no fault and no other request; this side, the server's main thread, makes all decisions and changes all
 * records.
 *
 *     main: takes the request, puts its caller aside    reader: asks for the identity of the content
 *     main: knows its pages (programs.h), or else       reader: reads the headers
 *     main: checks them, makes the memory               reader: fills the pages
 *     main: builds the stack, starts the thread, answers
 *
 * The next program's turn comes after that. Weighed: Linux maps the file and lets faults fetch its pages; then each
 * program's end depends on the file and its server for as long as it runs. Programs here are small, and once it has
 * begun a program depends on no file.
 */
#pragma once
#include "lib/microk/server.h"
#include "servers/proc/image.h"
#include "servers/proc/world.h"

/* Makes the reader. The reader signals `bell` by the bit LOADER_BIT when it has done its part. ERR_LIMIT, ERR_MEMORY. */
enum microk_status loader_open(cap_t bell);
#define LOADER_BIT 1u

/* For a holder; for a parent; or for the process that it replaces. */
enum loading_kind { LOAD_START, LOAD_SPAWN, LOAD_EXEC };

struct loading {
	const struct process *process;
	u32 arguments, variables;
	u64 mask, ignored; /* signals, as it begins */
	enum loading_kind kind;
	cap_t file; /* the loader's from then on, if the result is STATUS_DEFERRED */
};
/* STATUS_DEFERRED: it is answered later. Or ERR_NO_SPACE, ERR_STATE. */
enum microk_status loader_take(struct request *r, const struct loading *what);

/* The reader has done its part, perhaps. */
void loader_work(void);

/* The thread whose record this is asks again, or what became of its request: it gets the answer to that.
 * STATUS_DEFERRED; ERR_NOT_FOUND: it is not under way. */
enum microk_status loader_adopt(struct request *r, const struct thread *t);

/* The process must end, but is being loaded: it ends when the reader is done with it. False: it is not. */
bool loader_cancel(const struct process *p);

/* ---- Between loader.c and reader.c ---- */
#define READER_BYTES 0x10000ul /* read at once */
#define READER_RUNS 160u

/* Pages with one chunk. */
struct reader_run {
	u64 address, pages, rights;
	cap_t chunk;
};

enum reader_phase {
	READER_IDLE,
	READER_IDENTIFY,
	READER_IDENTIFIED,
	READER_HEAD,
	READER_HEAD_DONE,
	READER_FILL,
	READER_FILLED
};

struct reader {
	u32 phase; /* enum reader_phase: of IDENTIFY, HEAD and FILL all else is the reader's, else the main thread's */
	enum microk_status status;
	const struct process *process; /* whose pages it fills */
	cap_t file;
	struct program_key key; /* but for the server */
	u64 file_bytes, head_bytes; /* of the file, and of the bytes in `data` */
	const u8 *data;
	struct image image;
	u32 run_count;
	struct reader_run runs[READER_RUNS];
};
extern struct reader reader;

/* Makes its thread, its memory and its Notification. */
enum microk_status reader_open(cap_t bell);
/* Its turn. */
void reader_go(enum reader_phase phase);
