#include "servers/dev/chacha20.h"
#include "lib/microk/string.h"
#include "servers/dev/wipe.h"

#define DOUBLE_ROUNDS 10

static u32 rotate_left(u32 x, u32 by)
{
	return x << by | x >> (32 - by);
}

/* RFC 8439, 2.1 */
static void quarter_round(u32 *s, u32 a, u32 b, u32 c, u32 d)
{
	s[a] += s[b];
	s[d] = rotate_left(s[d] ^ s[a], 16);
	s[c] += s[d];
	s[b] = rotate_left(s[b] ^ s[c], 12);
	s[a] += s[b];
	s[d] = rotate_left(s[d] ^ s[a], 8);
	s[c] += s[d];
	s[b] = rotate_left(s[b] ^ s[c], 7);
}

void chacha20_block(const u8 key[CHACHA20_KEY], u32 counter, const u8 nonce[CHACHA20_NONCE],
		    u8 out[CHACHA20_BLOCK])
{
	static const char constants[] = "expand 32-byte k";
	u32 first[16], s[16];

	memcpy(first, constants, 16);
	memcpy(first + 4, key, CHACHA20_KEY);
	first[12] = counter;
	memcpy(first + 13, nonce, CHACHA20_NONCE);
	memcpy(s, first, sizeof(s));
	for (u32 i = 0; i < DOUBLE_ROUNDS; i++) {
		for (u32 k = 0; k < 4; k++)
			quarter_round(s, k, k + 4, k + 8, k + 12);
		for (u32 k = 0; k < 4; k++)
			quarter_round(s, k, 4 + (k + 1) % 4, 8 + (k + 2) % 4, 12 + (k + 3) % 4);
	}
	for (u32 i = 0; i < 16; i++)
		s[i] += first[i];
	memcpy(out, s, sizeof(s));
	wipe(first, sizeof(first));
	wipe(s, sizeof(s));
}
