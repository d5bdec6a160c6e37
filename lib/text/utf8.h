/*
 * UTF-8, a byte at a time (RFC 3629). A malformed part becomes U+FFFD, one for each maximal part of a
 * character, as Unicode recommends (The Unicode Standard 15, 3.9, "U+FFFD Substitution of Maximal Subparts").
 */
#pragma once
#include "microk/types.h"

#define UTF8_REPLACEMENT 0xfffdu
#define UTF8_BYTES_MAX 4 /* of one character */

/* A decoder starts as all zero. */
struct utf8 {
	u32 partial;  /* bits of the character so far */
	u8 pending;   /* continuation bytes still to come; 0 between characters */
	u8 low, high; /* the values that the next of them may have */
};

enum utf8_result {
	UTF8_MORE,  /* the character needs more bytes */
	UTF8_WHOLE, /* *code is a character, or U+FFFD for a byte that begins none */
	UTF8_CUT,   /* *code is U+FFFD for the bytes before this one, which must be fed again */
};

enum utf8_result utf8_feed(struct utf8 *d, u8 byte, u32 *code);

/* Writes the character's bytes; returns their number. A surrogate, or a number above 0x10ffff, counts as U+FFFD. */
size_t utf8_put(u32 code, char to[UTF8_BYTES_MAX]);

/* Whether the byte goes on with a character that an earlier one began. */
static inline bool utf8_is_continuation(char byte)
{
	return ((u8)byte & 0xc0) == 0x80;
}
