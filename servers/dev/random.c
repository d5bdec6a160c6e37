#include "servers/dev/random.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "servers/dev/blake2s.h"
#include "servers/dev/chacha20.h"
#include "servers/dev/rdrand.h"
#include "servers/dev/wipe.h"

#define SAMPLES 8 /* of the processor's numbers, by which it is tested */

_Static_assert(CHACHA20_KEY == BLAKE2S_BYTES, "a hash is a key");

static u8 key[CHACHA20_KEY];
static u32 bits; /* of it that no other program knows, up to RANDOM_BITS */
static bool has_generator;
static const volatile struct microk_info *info;

/* ---- The key ---- */

static void absorb(const void *data, size_t size)
{
	struct blake2s b;

	blake2s_begin(&b);
	blake2s_add(&b, key, sizeof(key));
	blake2s_add(&b, data, size);
	blake2s_end(&b, key);
}

void random_mix(const void *data, size_t size)
{
	absorb(data, size);
}

/* ---- The processor's generator ---- */

/* All numbers differ, and none is all zeros or all ones, as a broken generator returns (kernel/pc/entropy.c). */
static bool are_good(const u64 *samples)
{
	for (u32 i = 0; i < SAMPLES; i++) {
		if (samples[i] == 0 || samples[i] == ~0ul)
			return false;
		for (u32 k = 0; k < i; k++)
			if (samples[i] == samples[k])
				return false;
	}
	return true;
}

/* Mixes its numbers in; false if they cannot be trusted. They are mixed in even so. */
static bool take_generator(void)
{
	u64 samples[SAMPLES];

	for (u32 i = 0; i < SAMPLES; i++)
		if (!rdrand(&samples[i]))
			return false;
	absorb(samples, sizeof(samples));
	return are_good(samples);
}

/* ---- Times of interrupts ---- */

/* The kernel adds up the ticks between each halt and the interrupt that ended it. */
static void take_times(void)
{
	const u64 sample[] = {
		tsc_read(), info->idle_ticks, info->interrupts, info->context_switches};

	absorb(sample, sizeof(sample));
}

/*
 * A tick counts for one bit, though its time has more on most machines. It counts for none if it came after exactly as many
 * ticks of the counter as the one before it, or if that distance had changed by as much: then it could be foreseen.
 */
static bool is_unforeseen(u64 now)
{
	static u64 last, last_step, last_change;
	u64 step = now - last, change = step - last_step;
	bool unforeseen = last_step && change && change != last_change;

	last = now;
	last_step = step;
	last_change = change;
	return unforeseen;
}

void random_tick(u64 now)
{
	absorb(&now, sizeof(now));
	take_times();
	if (is_unforeseen(now) && bits < RANDOM_BITS)
		bits++;
}

/* ---- Use ---- */

void random_begin(const volatile struct microk_info *information)
{
	info = information;
	bits = 0;
	take_times();
	has_generator = rdrand_exists();
	if (!has_generator)
		return;
	if (take_generator())
		bits = RANDOM_BITS;
	else
		print("dev: the processor's generator of random numbers is broken, and is not "
		      "relied on\n");
}

bool random_is_ready(void)
{
	return bits >= RANDOM_BITS;
}

/* The first half of the stream's first block is the next key, and is never given out: the numbers of the past cannot be made
 * again from it (Bernstein, "Fast-key-erasure random-number generators", 2017). */
void random_bytes(void *to, size_t size)
{
	static const u8 nonce[CHACHA20_NONCE];
	u8 block[CHACHA20_BLOCK], next[CHACHA20_KEY], *out = to;
	u32 counter = 0, used = CHACHA20_KEY;

	take_times();
	if (has_generator)
		take_generator();
	chacha20_block(key, counter++, nonce, block);
	memcpy(next, block, sizeof(next));
	while (size) {
		if (used == CHACHA20_BLOCK) {
			chacha20_block(key, counter++, nonce, block);
			used = 0;
		}
		u32 part = (u32)MIN(size, CHACHA20_BLOCK - used);
		memcpy(out, block + used, part);
		out += part;
		used += part;
		size -= part;
	}
	memcpy(key, next, sizeof(key));
	wipe(block, sizeof(block));
}
