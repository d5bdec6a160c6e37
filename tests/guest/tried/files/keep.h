/*
 * The server's way to its data: with lib/state (kept.c), or, so that the price of it can be measured, by plain stores to
 * memory that dies with the instance (plain.c). The rest of the server is the same.
 */
#pragma once
#include "microk/error.h"
#include "microk/types.h"

/* Takes over what the instance before this one left, or begins with nothing. */
enum microk_status keep_open(void);

/* A change: everything between the two, or nothing. A write that is refused makes keep_commit fail and undo. */
void keep_begin(void);
void keep_write(const void *to, const void *from, u64 bytes);
enum microk_status keep_commit(void);
void keep_abort(void);

/* The reply to the request: made in the same change. Words: the answer, or numbers from which it is made again. */
struct kept_reply {
	u64 badge, number;
	u64 words[2];
};
/* ERR_NOT_FOUND: the request is not served yet; ERR_NO_SPACE: and there is no room for its reply. */
enum microk_status keep_reply_find(struct kept_reply *r);
void keep_reply(const struct kept_reply *r);
/* All replies to requests by that badge. */
void keep_forget(u64 badge);

/* Notes that slot `slot` of the kept CNode is for a description, or is not any more. */
void keep_slot(cap_t slot, bool used);
bool keep_slot_used(cap_t slot);

static inline void keep_word(const u64 *to, u64 value)
{
	keep_write(to, &value, sizeof(value));
}
