/*
 * The data that outlives an instance of the server: the table of open descriptions, the last replies, and what its file
 * systems keep, in the service's state area (lib/state). One request is one transaction: its effect on
 * descriptions, pages and replies holds as a whole, or not at all.
 */
#pragma once
#include "lib/fileserver/fs.h"
#include "lib/state/state.h"

#define KEEP_REPLY_WORDS 2 /* of struct kept, those after the number */
#define DESCRIPTIONS_MAX 1024 /* of one server; at most 2^16: their number is a part of the badge */
#define KEEP_REPLIES_EACH 2    /* for each description */
#define KEEP_LOG_EACH 8        /* words that one transaction may change, likewise */

/* The record of a request that takes effect once: the words that its answer can be made of again (once.h). */
struct kept {
	u64 number; /* of the request; 0: none */
	u64 what;   /* its label, and a count << 16 */
	u64 a;
};

/* An open description. Everything in it is read in place, and changed by keep_write. */
struct description {
	u32 use;        /* 0: free; else DESCRIPTION_* */
	u32 generation; /* distinguishes it from earlier ones in its place */
	u32 flags;      /* OPEN_*, as it was opened; above them, DESCRIPTION_NEEDS and DESCRIPTION_WATCH */
	u32 kind;       /* enum file_kind */
	u32 fs, root_fs; /* numbers of the mount table */
	u64 node;        /* where a walk from it begins */
	u64 held;        /* the node that fs_ops.hold gave: it is read, written and listed */
	u64 root;        /* of a directory: the node above which its paths do not lead */
	u64 offset;      /* of a file: at most INT64_MAX; of a directory: a cookie is the client's */
	u64 client;      /* the badge by which it was opened */
	u64 payer;       /* the client whose share it takes: that badge, or the payer of the directory with that badge */
	u64 number;      /* of the request that opened it */
	struct kept last; /* for the thread that used it last */
	u64 others;       /* 1: replies to further threads are in the table of replies */
};
#define DESCRIPTION_RUNS 0x8000u /* in `flags`, beside OPEN_*: a process runs the file (running.h) */
/* In `flags`, from these bits on, DESCRIPTION_PART of each: the rights that were needed to open it (fs_node.needs), and the events
 * that its holder watches (watch.h). */
#define DESCRIPTION_NEEDS 16
#define DESCRIPTION_WATCH 24
#define DESCRIPTION_PART 0xffu
#define DESCRIPTION_OPEN 1u
#define DESCRIPTION_CLOSING 2u /* no client holds it; its file system has not released the node yet */

/* A client that has sent a request which takes effect once, by a capability that the supervisor made. */
#define CLIENTS_MAX 64
struct client {
	u64 badge; /* 0: free */
	struct kept last;
	u64 others;
};

/* A lock of a file (locks.h). */
#define LOCKS_MAX 96
struct file_lock {
	u64 owner; /* a badge; 0: free */
	u64 node;
	u64 start, end; /* of its bytes, the first and the last */
	u32 fs;         /* number of the mount table */
	u16 kind;       /* enum lock_kind */
	u16 whole;      /* LOCK_WHOLE */
	u32 holder;
	u32 unused;
};

/* A capability that is kept at a name (met.h). */
#define METS_MAX 32
struct met {
	u32 used, fs; /* fs: number of the mount table */
	u64 node, payer;
};

/* A file system whose changes have a log of their own: its change of a request and the transaction hold together
 * (lib/state/state.h: struct state_vote). */
struct keep_partner {
	/* Commits what the request has changed, if anything, with the vote in it. A refusal undoes the transaction, too. */
	enum microk_status (*commit)(const struct state_vote *vote);
	/* Undoes what the request has changed. */
	void (*abort)(void);
	const struct state_vote *decided; /* of its last change that was committed, as keep_open finds it */
};

/* Memory for keep_open. */
struct keep_plan {
	void *area; /* NULL: the server keeps nothing beyond its end, and uses memory of its own */
	u64 area_bytes;
	void *beside; /* memory that file systems change with keep_beside: page frames; or NULL */
	u64 beside_bytes;
	u64 fs_bytes; /* of the area, for the file systems' own words */
	u32 version;  /* of the layout of these; not 0 */
	u32 descriptions; /* that can be open; 0: DESCRIPTIONS_MAX, which is the most */
	bool watches;   /* a file system has fs_ops.ready */
	bool shares;    /* programs share its files: there are locks (locks.h), and names of FIFOs and sockets (met.h) */
	u32 first_slot; /* of the server's CNode: the first of its kept slots, two for each description, three with watches; and
			 * METS_MAX further ones with shares */
	const struct keep_partner *partner; /* or NULL */
};

/* Takes over what the instance before this one left, or begins with nothing. *was_there: there was one. ERR_MEMORY:
 * the area is too small (keep_bytes); ERR_STATE: it is damaged, or of another version, and is not touched. */
enum microk_status keep_open(const struct keep_plan *plan, bool *was_there);

/* Bytes that the area must have. */
u64 keep_bytes(const struct keep_plan *plan);

const struct description *keep_descriptions(void);
const struct description *keep_description(u64 number); /* NULL: there is no such place */
u32 keep_description_count(void); /* open ones and free places */
u32 keep_reply_count(void);       /* entries of the table of replies, likewise */
const struct client *keep_clients(void); /* CLIENTS_MAX */
const struct file_lock *keep_locks(void);
u32 keep_lock_count(void); /* LOCKS_MAX, or 0 */
const struct met *keep_mets(void);
u32 keep_met_count(void); /* METS_MAX, or 0 */
/* The file systems' own words. */
void *keep_fs_words(void);

/* A transaction: everything between the two, or nothing. A write that is refused makes keep_commit fail and undo. */
void keep_begin(void);
enum microk_status keep_commit(void);
void keep_abort(void);

/* In a transaction: changes words of the area, or memory beside it. */
void keep_write(const void *to, const void *from, u64 bytes);
void keep_beside(const void *to, const void *from, u64 bytes);

/* The table of replies is in it, too. For once.c. */
struct state *keep_state(void);
