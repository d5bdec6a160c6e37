/* ChaCha20's stream of bytes (RFC 8439). */
#pragma once
#include "microk/types.h"

#define CHACHA20_KEY 32u
#define CHACHA20_NONCE 12u
#define CHACHA20_BLOCK 64u

/* Block number `counter` of the stream of that key and nonce. */
void chacha20_block(
	const u8 key[CHACHA20_KEY], u32 counter, const u8 nonce[CHACHA20_NONCE], u8 out[CHACHA20_BLOCK]);
