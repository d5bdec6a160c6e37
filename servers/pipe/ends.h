/*
 * Ends: the open file descriptions, and the capabilities that clients hold to them.
 *
 * The badge of a capability names the description. Its kept slot of the server's CNode outlives the instance: it is minted from the
 * server's Endpoint and watched, and the clients' capabilities are its children. So the kernel counts the holders, and
 * reports (ST_CLOSED) that the last one has gone: no end of a pipe stays open for a client that died.
 */
#pragma once
#include "servers/pipe/kept.h"

/* The kept slots: of each end its capability, the Frame that was lent to it, and its watch. */
enum end_slot { END_HANDLE, END_LENT, END_SIGNAL, END_SLOTS };
cap_t end_slot(const struct end *e, enum end_slot which);

void ends_setup(cap_t endpoint);

#define BADGE_END (1ul << 63) /* no badge from init has it */
#define BADGE_NUMBER_BITS 16
_Static_assert(ENDS_MAX <= 1u << BADGE_NUMBER_BITS, "the lowest bits are its number");

static inline bool badge_is_end(u64 badge)
{
	return badge & BADGE_END;
}
static inline u64 end_badge(const struct end *e)
{
	return BADGE_END | (u64)e->generation << BADGE_NUMBER_BITS | end_number(e);
}
/* The open end that a badge names; NULL if it is gone. */
static inline const struct end *end_find(u64 badge)
{
	const struct end *e = &kept->ends[badge % ENDS_MAX];

	return e->use && end_badge(e) == badge ? e : NULL;
}

/* A free place, and a free channel, within the share of the client that pays; NULL if there is none. `other`: not that one. */
const struct end *end_free(u64 payer, const struct end *other);
const struct channel *channel_free(u64 payer, const struct channel *other);

/* In a transaction: opens the end. The channels that it names count it. */
void end_open(const struct end *e, const struct end *as);

/* Makes the capability of the end in its kept slot, if it is not there, with the rights of its channels. */
enum microk_status end_mint(const struct end *e);
/* Whether the capability is one to this server's Endpoint. */
struct cnode_describe_result;
bool end_is_own(const struct cnode_describe_result *cap);

/* Whether a client holds it. */
bool end_is_held(const struct end *e);
