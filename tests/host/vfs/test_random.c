/*
 * The generator of /dev/random: its two functions by the vectors of their RFCs and by Python's hashlib, and the moment from which
 * on it gives numbers out.
 *
 * With the argument "hashes" it prints the hashes of the messages 0, 0 1, 0 1 2, ... for the test to compare.
 */
#include "servers/dev/blake2s.h"
#include "servers/dev/chacha20.h"
#include "servers/dev/random.h"
#include "servers/dev/rdrand.h"
#include "tests/host/check.h"

#define LONGEST 300

static struct microk_info info = {.magic = INFO_MAGIC};

/* ---- A generator in the processor's place ---- */

static enum { NO_GENERATOR, GOOD, STUCK, SILENT } kind;
static u64 drawn;

bool rdrand_exists(void)
{
	return kind != NO_GENERATOR;
}

bool rdrand(u64 *value)
{
	drawn++;
	*value = kind == GOOD ? drawn * 0x9e3779b97f4a7c15 : kind == STUCK ? drawn % 2 : 0;
	return kind != SILENT;
}

/* ---- The functions ---- */

static void test_chacha20(void)
{
	static const u8 expected[CHACHA20_BLOCK] = {
		/* RFC 8439, 2.3.2 */
		0x10, 0xf1, 0xe7, 0xe4, 0xd1, 0x3b, 0x59, 0x15, 0x50, 0x0f, 0xdd, 0x1f, 0xa3,
		0x20, 0x71, 0xc4, 0xc7, 0xd1, 0xf4, 0xc7, 0x33, 0xc0, 0x68, 0x03, 0x04, 0x22,
		0xaa, 0x9a, 0xc3, 0xd4, 0x6c, 0x4e, 0xd2, 0x82, 0x64, 0x46, 0x07, 0x9f, 0xaa,
		0x09, 0x14, 0xc2, 0xd7, 0x05, 0xd9, 0x8b, 0x02, 0xa2, 0xb5, 0x12, 0x9c, 0xd1,
		0xde, 0x16, 0x4e, 0xb9, 0xcb, 0xd0, 0x83, 0xe8, 0xa2, 0x50, 0x3c, 0x4e};
	static const u8 nonce[CHACHA20_NONCE] = {0, 0, 0, 9, 0, 0, 0, 0x4a};
	u8 key[CHACHA20_KEY], out[CHACHA20_BLOCK];

	for (u32 i = 0; i < sizeof(key); i++)
		key[i] = (u8)i;
	chacha20_block(key, 1, nonce, out);
	CHECK(memcmp(out, expected, sizeof(out)) == 0);
}

/* The message in pieces of `piece` bytes. */
static void hash(const u8 *message, size_t size, size_t piece, u8 out[BLAKE2S_BYTES])
{
	struct blake2s b;

	blake2s_begin(&b);
	for (size_t at = 0; at < size; at += piece)
		blake2s_add(&b, message + at, size - at < piece ? size - at : piece);
	blake2s_end(&b, out);
}

static void show_hashes(void)
{
	u8 message[LONGEST], whole[BLAKE2S_BYTES], pieces[BLAKE2S_BYTES];

	for (u32 size = 0; size <= LONGEST; size++) {
		hash(message, size, LONGEST, whole);
		for (u32 piece = 1; piece <= BLAKE2S_BLOCK + 1; piece++) {
			hash(message, size, piece, pieces);
			CHECK(memcmp(whole, pieces, sizeof(whole)) == 0);
		}
		for (u32 i = 0; i < sizeof(whole); i++)
			printf("%02x", whole[i]);
		printf("\n");
		if (size < LONGEST)
			message[size] = (u8)size;
	}
}

/* ---- When it is ready ---- */

static void begin(int generator)
{
	kind = generator;
	random_begin(&info);
}

static void test_ready(void)
{
	u64 now = 1000000;

	begin(GOOD);
	CHECK(random_is_ready());
	begin(STUCK);
	CHECK(!random_is_ready());
	begin(SILENT);
	CHECK(!random_is_ready());
	begin(NO_GENERATOR);
	CHECK(!random_is_ready());
	/* A clock that can be foreseen: at one distance, and at one that grows evenly. */
	for (u32 i = 0; i < 10 * RANDOM_BITS; i++)
		random_tick(now += 5000);
	for (u64 i = 0; i < 10 * RANDOM_BITS; i++)
		random_tick(now += 5000 + 7 * i);
	CHECK(!random_is_ready());
	u32 ticks = 0;
	while (!random_is_ready() && ticks < 10 * RANDOM_BITS) {
		random_tick(now += 5000 + (u64)rand() % 1000);
		ticks++;
	}
	CHECK(random_is_ready() && ticks > RANDOM_BITS - 16 && ticks < RANDOM_BITS + 16);
}

static u32 ones(const u8 *bytes, size_t size)
{
	u32 sum = 0;

	for (size_t i = 0; i < size; i++)
		sum += (u32)__builtin_popcount(bytes[i]);
	return sum;
}

static void test_numbers(void)
{
	static u8 first[65536], second[sizeof(first)];

	begin(GOOD);
	random_bytes(first, sizeof(first));
	random_bytes(second, sizeof(second));
	CHECK(memcmp(first, second, 32) != 0);
	/* Half of the bits, to eight times the standard deviation; no block of the stream comes twice. */
	u32 half = sizeof(first) * 4, got = ones(first, sizeof(first));
	CHECK(got > half - 2900 && got < half + 2900);
	for (u32 i = 64; i < sizeof(first); i += 64)
		CHECK(memcmp(first + i - 32, first + i + 32, 32) != 0);
	/* No byte is left out, and none is written beyond the end, at any length. */
	for (u32 size = 0; size < 200; size++) {
		u8 *exact = copy_exact(first, size);
		random_bytes(exact, size);
		free(exact);
	}
	memset(second, 0, sizeof(second));
	for (u32 i = 0; i < 100; i++) {
		u8 now[100];
		random_bytes(now, sizeof(now));
		for (u32 k = 0; k < sizeof(now); k++)
			second[k] |= now[k];
	}
	CHECK(ones(second, 100) == 800);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "hashes") == 0) {
		show_hashes();
		return check_failures > 0;
	}
	test_chacha20();
	test_ready();
	test_numbers();
	return check_result("random");
}
