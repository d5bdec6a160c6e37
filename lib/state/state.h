/*
 * A service's state area: memory that outlives the service's instances, and holds at every moment a state that a successor can
 * go on from, wherever the instance before it ended.
 *
 * The area belongs to the supervisor, which makes its Frames and maps them in each instance; the instance that serves owns the
 * content. It is used by one thread. Its sizes are fixed at creation, and nothing here allocates.
 *
 *     header | undo log | slot table | reply cache | the service's own data
 *
 * The last three are the *content*: whole words of 8 bytes, read in place, and changed only by state_write inside a
 * transaction. A reference from one place in the area to another is an offset in bytes (state_offset, state_at), never a
 * pointer: a successor may have the area elsewhere. Offset 0 is the header, and so stands for "none".
 *
 * A transaction is everything or nothing: a process can end between any two of its stores (it is killed, it faults), and the
 * stores it made so far are in memory, in their order. (The machine going down is another matter: the area is memory.)
 *
 *   - state_write first adds the old word to the undo log, then increments the number of records, then writes the new word;
 *   - state_commit is one store: the number of the generation, which makes all records of the log old;
 *   - state_open undoes the records of the present generation, last first.
 *
 * A checksum covers the content, so that a successor does not go on with content that a wild pointer has damaged. It is the
 * sum, over all words, of a hash of place and value: when one word changes, the sum is adjusted by a difference and need not
 * be computed anew. There is one checksum for even and one for odd generations, so that the commit's single store also
 * selects the valid one.
 *
 * Memory beside the area, such as the page frames of a cache, can be changed in the same transaction (state_write_beside). Its old
 * words go through the same log, so that page and area change together or not at all. It is too large for the checksum.
 *
 * Weighed: LMDB writes new pages beside the old ones and changes one of two roots. Readers keep their root, but each change
 * copies a path of pages. SQLite's rollback journal and PMDK's libpmemobj keep the old values, as here: reading is a plain
 * load, and small changes cost little; their commits, too, invalidate a log by one write. PMDK also links by offsets, and
 * its log has checksums. MINIX 3's data store keeps single values for servers that die, without transactions over several.
 */
#pragma once
#include "microk/error.h"
#include "microk/types.h"

#define STATE_REPLY_WORDS 16 /* most words of a kept reply */

/* The sizes, chosen once. Another version of the service may lay its data out differently: they differ in `version`. */
struct state_plan {
	u32 version;     /* of the service's own data; not 0 */
	u32 log_words;   /* how many words one transaction may change, 1..65536; a word that is changed twice counts twice */
	u32 first_slot;  /* the slot table's first slot of the service's CNode */
	u32 slots;       /* and their number; may be 0 */
	u32 replies;     /* pairs of description and thread whose last reply is kept; may be 0 */
	u32 reply_words; /* of each kept reply, at most STATE_REPLY_WORDS */
	u64 data_bytes;  /* of the service's own; at most 2^32 */
};

/* The instance's own view of an area: nothing in it outlives the instance. Read only. */
struct state {
	struct state_area *area;
	u64 start, bytes; /* of the content */
	u64 sum;     /* of the content as it is now */
	u32 logged;  /* records of the transaction so far */
	bool begun;  /* inside a transaction */
	u8 *beside;  /* the memory beside the area, or NULL */
	u64 beside_bytes;
	enum microk_status failed; /* OK; or the first refusal, after which the transaction cannot be committed */
};

/* Bytes that an area of this plan takes; 0 if the plan is not allowed. */
u64 state_bytes(const struct state_plan *plan);

/* Makes an empty area: no slot is noted, no reply kept, the data is 0. `memory` is aligned to 8 bytes and all 0 from the first
 * to the last of `bytes`; until this returns the area does not exist (state_open: ERR_NOT_FOUND), and it can be called again.
 * ERR_ARG: the plan is not allowed; ERR_MEMORY: it takes more than `bytes`; ERR_ALIGN. */
enum microk_status state_create(struct state *s, void *memory, u64 bytes, const struct state_plan *plan);

/* Takes over an area, and first undoes the changes of an unfinished transaction. ERR_NOT_FOUND: no area was created here;
 * ERR_STATE: the area is damaged, and nothing in it can be relied on; ERR_MEMORY: it is longer than `bytes`; ERR_ALIGN. */
enum microk_status state_open(struct state *s, void *memory, u64 bytes);

/* Takes over the area, or makes an empty one if there is none, as every service does when it starts. Errors as of the two. */
enum microk_status state_open_or_create(struct state *s, void *memory, u64 bytes, const struct state_plan *plan);

/* The same with memory beside it, `beside_bytes` bytes, aligned to 8: the same memory for each instance, wherever it is mapped.
 * ERR_STATE, too, if the unfinished transaction changed more of such memory than there is. */
enum microk_status state_open_beside(struct state *s, void *memory, u64 bytes, void *beside, u64 beside_bytes);

/*
 * A transaction that holds together with a change elsewhere, which its own log makes whole or nothing (two-phase
 * commit; Gray, "Notes on Data Base Operating Systems", 1978). The partner's commit decides for both: state_prepare
 * gives a vote, which the partner writes as a part of its change; then the change is committed, then the transaction
 * (or both are aborted). After a death the partner recovers first, and state_open_decided gets the last vote of its
 * committed changes: if it is of the unfinished transaction, the transaction is committed, else undone.
 */
struct state_vote {
	u64 generation; /* 0: the transaction has changed nothing, and the partner need not keep the vote */
	u64 sum;
};

/* In a transaction: its vote. Nothing is written to the area after it. The transaction's first refusal, or OK. */
enum microk_status state_prepare(struct state *s, struct state_vote *vote);

/* state_open_beside with the partner's vote; NULL if there has been none. */
enum microk_status state_open_decided(struct state *s, void *memory, u64 bytes, void *beside, u64 beside_bytes,
				      const struct state_vote *decided);

/* The plan that the area was created with. */
struct state_plan state_plan(const struct state *s);

/* ERR_STATE if the checksum of the whole content is not what it must be. Outside of transactions. */
enum microk_status state_check(const struct state *s);

/* ---- Transactions ---- */

/* Begins a transaction. ERR_STATE: one is under way. */
enum microk_status state_begin(struct state *s);

/* Copies `bytes` bytes to `to`, a place inside the content. ERR_STATE: no transaction is begun. ERR_RANGE: not in the content;
 * ERR_NO_SPACE: the log is full. After either of these two the transaction cannot be committed any more. */
enum microk_status state_write(struct state *s, const void *to, const void *from, u64 bytes);

/* The same for one whole word, aligned: half of the cost. */
enum microk_status state_set(struct state *s, const u64 *word, u64 value);

/* The same for a place in the memory beside the area. */
enum microk_status state_write_beside(struct state *s, const void *to, const void *from, u64 bytes);

/* Ends a transaction that has changed nothing, and of which nothing was refused. False: it has, or it is not begun. */
static inline bool state_end_unchanged(struct state *s)
{
	if (!s->begun || s->logged || s->failed != OK)
		return false;
	s->begun = false;
	return true;
}

/* Commits the transaction: from here on its changes hold. ERR_STATE: none is under way. If a write, a note of a slot or a reply
 * was refused, the changes are undone, and the first such error is returned: a service need not look at each. */
enum microk_status state_commit(struct state *s);

/* Ends the transaction and undoes its changes. */
void state_abort(struct state *s);

/* ---- Places ---- */

/* The service's own data: data_bytes bytes. */
const void *state_data(const struct state *s);

/* The offset of a place in the content, 0 for NULL; and back: NULL for 0, and for an offset outside of the content or whose
 * object of `bytes` bytes would end outside of it. */
u64 state_offset(const struct state *s, const void *at);
const void *state_at(const struct state *s, u64 offset, u64 bytes);

/* ---- For the other files of this library ---- */

/* Returns `status`; unless it is OK, the transaction cannot be committed. */
enum microk_status state_refuse(struct state *s, enum microk_status status);
const void *state_slot_table(const struct state *s);
const void *state_reply_table(const struct state *s);

/* Every store into an area goes through this function (store.c), so that a test can end the service after each. */
void state_store(u64 *at, u64 value);
