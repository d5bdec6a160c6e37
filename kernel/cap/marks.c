/*
 * One bit for each 64 bytes of memory, above these one bit for each word that is not 0, and so on up to a single word. The
 * first place in a range is found in two steps for each of at most LEVELS levels. The bits take 1/512 of memory, which is
 * allocated at boot. A tree through the objects would take no memory, but a Reply has no room for its links. Linux and seL4
 * find the highest priority in the same way, in two levels.
 */
#include "cap/marks.h"

#define LEVELS 6 /* 64 bytes << 6 * 6: more than PHYS_MAP_BYTES */
#define BITS 64

static struct {
	u64 *words;
	u64 bits;
} level[LEVELS];

static u64 words_for(u64 bits)
{
	return (bits + BITS - 1) / BITS;
}

u64 marks_bytes(u64 end)
{
	u64 bytes = 0, bits = end / MARK_BYTES;

	for (u32 l = 0; l < LEVELS; l++, bits = words_for(bits))
		bytes += words_for(bits) * sizeof(u64);
	return bytes;
}

void marks_init(void *memory, u64 end)
{
	u64 *words = memory, bits = end / MARK_BYTES;

	for (u32 l = 0; l < LEVELS; l++, bits = words_for(bits)) {
		level[l].words = words;
		level[l].bits = bits;
		words += words_for(bits);
	}
}

void mark_set(u64 place)
{
	u64 bit = place / MARK_BYTES;

	if (bit >= level[0].bits)
		return; /* before marks_init: a stage without Untyped never reuses memory */
	for (u32 l = 0; l < LEVELS; l++, bit /= BITS)
		level[l].words[bit / BITS] |= 1ul << bit % BITS;
}

void mark_clear(u64 place)
{
	u64 bit = place / MARK_BYTES;

	if (bit >= level[0].bits)
		return;
	for (u32 l = 0; l < LEVELS; l++, bit /= BITS)
		if (level[l].words[bit / BITS] &= ~(1ul << bit % BITS))
			return;
}

/* The first bit of a level from `bit` on, in the same word; ~0: there is none. */
static u64 first_in_word(u32 l, u64 bit)
{
	if (bit >= level[l].bits)
		return ~0ul;
	u64 rest = level[l].words[bit / BITS] >> bit % BITS;

	return rest ? bit + (u64)__builtin_ctzl(rest) : ~0ul;
}

u64 mark_first(u64 start, u64 end)
{
	u64 bit = (start + MARK_BYTES - 1) / MARK_BYTES, found = ~0ul;
	u32 l = 0;

	/* Goes up, to the right of the part that was searched, until a bit is found. */
	while (l < LEVELS && (found = first_in_word(l, bit)) == ~0ul) {
		bit = bit / BITS + 1;
		l++;
	}
	if (l == LEVELS)
		return ~0ul;
	while (l--)
		found = first_in_word(l, found * BITS);
	return found * MARK_BYTES < end ? found * MARK_BYTES : ~0ul;
}
