/* The Adler-32 sum (RFC 1950, section 8.2), which begins with 1: the host's zlib has it, too. */
#pragma once
#include "microk/types.h"

#define ADLER_MODULUS 65521u

static inline u32 adler_add(u32 sum, const u8 *data, u64 bytes)
{
	u32 low = sum & 0xffff, high = sum >> 16;

	for (u64 i = 0; i < bytes; i++) {
		low = (low + data[i]) % ADLER_MODULUS;
		high = (high + low) % ADLER_MODULUS;
	}
	return high << 16 | low;
}
