/* The bytes of a channel: a ring beside the state area, and the word that states which of it are under way. */
#pragma once
#include "servers/pipe/kept.h"

/* In `place`: the first byte's index << 32 | how many. */
static inline u32 place_first(u64 place) { return (u32)(place >> 32); }
static inline u32 place_count(u64 place) { return (u32)place; }
static inline u32 channel_count(const struct channel *c) { return place_count(c->place); }
static inline u32 channel_room(const struct channel *c) { return RING_BYTES - place_count(c->place); }

static inline struct store *store_of(const struct channel *c) { return &stores->of[channel_number(c)]; }

/* Whether bytes can still come: also from those that hold a datagram socket's name, and have not connected. */
static inline bool channel_is_fed(const struct channel *c) { return c->writers || (c->kind == CHANNEL_DATAGRAMS && c->names); }

/* Stores bytes after those at `place`, where there is room, and returns the place with them. */
u64 channel_put(const struct channel *c, u64 place, const u8 *from, u32 size);
/* The same from the client's frame, at its byte `at`. ERR_CAP: it was taken back; ERR_RANGE: it is too small. */
enum microk_status channel_put_lent(const struct channel *c, u64 *place, cap_t frame, u32 at, u32 size);

/* Copies the first bytes of `place`, which has as many, and returns the place without them. */
u64 channel_get(const struct channel *c, u64 place, u8 *to, u32 size);
/* The place without its first bytes. */
u64 channel_skip(u64 place, u32 size);
enum microk_status channel_get_lent(const struct channel *c, u64 *place, cap_t frame, u32 at, u32 size);
