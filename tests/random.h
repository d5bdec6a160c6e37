/*
 * Random numbers for tests, on the host and in guests: xorshift64* (Vigna 2016), the same in every run for the same seed. The
 * state must not be 0. No reference to headers of either side, because a test has the kernel's, the library's or the host's.
 */
#pragma once

/* A word of 64 random bits. */
static inline unsigned long random_word(unsigned long *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dul;
}

/* A number below 2^48, from the word's better bits. */
static inline unsigned long random_next(unsigned long *state)
{
	return random_word(state) >> 16;
}
