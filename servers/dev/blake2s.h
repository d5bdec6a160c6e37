/* BLAKE2s-256, a hash function without a key (RFC 7693). */
#pragma once
#include "microk/types.h"

#define BLAKE2S_BLOCK 64u
#define BLAKE2S_BYTES 32u

struct blake2s {
	u32 h[8];
	u64 bytes; /* in all, those of the block under way included */
	u8 block[BLAKE2S_BLOCK];
	u32 used; /* of it */
};

void blake2s_begin(struct blake2s *b);
void blake2s_add(struct blake2s *b, const void *data, size_t size);
/* The hash of all that was added. Nothing of it stays in *b. */
void blake2s_end(struct blake2s *b, u8 hash[BLAKE2S_BYTES]);
