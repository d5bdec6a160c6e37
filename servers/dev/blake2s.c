#include "servers/dev/blake2s.h"
#include "lib/microk/string.h"
#include "servers/dev/wipe.h"
#include "lib/microk/util.h"

#define ROUNDS 10

/* RFC 7693, 2.6 */
static const u32 iv[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
			  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

/* RFC 7693, 2.7: the order of the message's words in each round. */
static const u8 order[ROUNDS][16] = {
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
	{14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
	{11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
	{7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
	{9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
	{2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
	{12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
	{13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
	{6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
	{10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};

static u32 rotate_right(u32 x, u32 by)
{
	return x >> by | x << (32 - by);
}

static void mix(u32 *v, u32 a, u32 b, u32 c, u32 d, u32 x, u32 y)
{
	v[a] += v[b] + x;
	v[d] = rotate_right(v[d] ^ v[a], 16);
	v[c] += v[d];
	v[b] = rotate_right(v[b] ^ v[c], 12);
	v[a] += v[b] + y;
	v[d] = rotate_right(v[d] ^ v[a], 8);
	v[c] += v[d];
	v[b] = rotate_right(v[b] ^ v[c], 7);
}

/* Takes the block into the state. */
static void compress(struct blake2s *b, bool is_last)
{
	u32 m[16], v[16];

	memcpy(m, b->block, sizeof(m));
	memcpy(v, b->h, sizeof(b->h));
	memcpy(v + 8, iv, sizeof(iv));
	v[12] ^= (u32)b->bytes;
	v[13] ^= (u32)(b->bytes >> 32);
	if (is_last)
		v[14] = ~v[14];
	for (u32 i = 0; i < ROUNDS; i++) {
		const u8 *s = order[i];
		for (u32 k = 0; k < 4; k++, s += 2) /* the columns */
			mix(v, k, k + 4, k + 8, k + 12, m[s[0]], m[s[1]]);
		for (u32 k = 0; k < 4; k++, s += 2) /* the diagonals */
			mix(v, k, 4 + (k + 1) % 4, 8 + (k + 2) % 4, 12 + (k + 3) % 4, m[s[0]],
			    m[s[1]]);
	}
	for (u32 i = 0; i < 8; i++)
		b->h[i] ^= v[i] ^ v[i + 8];
	b->used = 0;
	wipe(v, sizeof(v));
	wipe(m, sizeof(m));
}

void blake2s_begin(struct blake2s *b)
{
	*b = (struct blake2s){0};
	memcpy(b->h, iv, sizeof(iv));
	b->h[0] ^= 0x01010000 ^ BLAKE2S_BYTES; /* no key, one leaf */
}

/* A full block waits until a further byte shows that it is not the last one. */
void blake2s_add(struct blake2s *b, const void *data, size_t size)
{
	const u8 *from = data;

	while (size) {
		if (b->used == BLAKE2S_BLOCK)
			compress(b, false);
		u32 part = (u32)MIN(size, BLAKE2S_BLOCK - b->used);
		memcpy(b->block + b->used, from, part);
		b->used += part;
		b->bytes += part;
		from += part;
		size -= part;
	}
}

void blake2s_end(struct blake2s *b, u8 hash[BLAKE2S_BYTES])
{
	memset(b->block + b->used, 0, BLAKE2S_BLOCK - b->used);
	compress(b, true);
	memcpy(hash, b->h, BLAKE2S_BYTES);
	wipe(b, sizeof(*b));
}
