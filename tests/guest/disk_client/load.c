/*
 * Many requests at once, against a model: the version of each block. A read returns the version that was acknowledged last. No two
 * requests in flight share a block. The load ends at a signal; then every block is read once more.
 */
#include "gen/protocols/disk_client.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "tests/guest/disk_client/client.h"
#include "tests/guest/kit/service.h"
#include "tests/random.h"

#define BLOCKS 1024u
#define MOST_BLOCKS 8u
#define IN_FLIGHT 48u
#define SIGNAL_END 1u

static u64 random_state = 1;
static u32 versions[BLOCKS];
static bool busy[BLOCKS];
static struct {
	enum ring_op op;
	u32 block, count;
} flights[RING_ENTRIES];
static u64 done[RING_DISCARD + 1];
static u64 first_words; /* of all blocks, added up: the host adds those of the image */

static u8 *data_of(u32 entry)
{
	return pool + entry * MOST_BLOCKS * BLOCK_BYTES;
}

static bool is_free(u32 block, u32 count)
{
	for (u32 i = 0; i < count; i++)
		if (busy[block + i])
			return false;
	return true;
}

/* The entry that ring_submit takes next; a write's data must be there before. */
static u32 next_entry(void)
{
	return (u32)__builtin_ctzl(~ring.pending);
}

static u32 in_flight(void)
{
	u32 count = 0;

	for (u64 left = ring.pending; left; left &= left - 1)
		count++;
	return count;
}

static void begin(void)
{
	u64 chance = random_next(&random_state) % 100;
	enum ring_op op = chance < 55 ? RING_WRITE : chance < 96 ? RING_READ : RING_FLUSH;
	u32 count = op == RING_FLUSH ? 0 : 1 + (u32)(random_next(&random_state) % MOST_BLOCKS);
	u32 block = (u32)(random_next(&random_state) % (BLOCKS - MOST_BLOCKS));
	u32 entry = next_entry(), flags = random_next(&random_state) % 40 == 0 ? RING_BARRIER : 0;
	const struct ring_segment s = {entry * MOST_BLOCKS * BLOCK_SECTORS, count * BLOCK_SECTORS};

	if (!is_free(block, count))
		return;
	for (u32 i = 0; i < count; i++) {
		busy[block + i] = true;
		if (op == RING_WRITE)
			pattern_fill(data_of(entry) + i * BLOCK_BYTES, block + i,
				     versions[block + i] + 1);
		else
			memset(data_of(entry) + i * BLOCK_BYTES, 0xee, 64);
	}
	flights[entry].op = op;
	flights[entry].block = block;
	flights[entry].count = count;
	CHECK(submit(op, flags, (u64)block * BLOCK_SECTORS, count * BLOCK_SECTORS, &s,
		     op != RING_FLUSH) == (int)entry);
}

static void end(u32 entry, enum microk_status status)
{
	u32 block = flights[entry].block;

	EXPECT(OK, status);
	done[flights[entry].op]++;
	for (u32 i = 0; i < flights[entry].count; i++) {
		busy[block + i] = false;
		if (flights[entry].op == RING_WRITE)
			versions[block + i]++;
		else if (!pattern_is(
				 data_of(entry) + i * BLOCK_BYTES, block + i, versions[block + i]))
			fail(__FILE__, __LINE__, "block %u is not in version %u", block + i,
			     versions[block + i]);
	}
}

static void verify_all(void)
{
	for (u32 block = 0; block < BLOCKS; block += MOST_BLOCKS) {
		EXPECT(OK, transfer(RING_READ, (u64)block * BLOCK_SECTORS,
				    MOST_BLOCKS * BLOCK_SECTORS, 0));
		for (u32 i = 0; i < MOST_BLOCKS; i++) {
			CHECK(pattern_is(pool + i * BLOCK_BYTES, block + i, versions[block + i]));
			first_words += *(const u64 *)(pool + i * BLOCK_BYTES);
		}
	}
}

void play_load(void)
{
	struct disk_counters_result c;
	u64 bits = 0;
	enum microk_status attached;
	const char *seed = startup->arguments + sizeof("load ") - 1;

	for (; *seed >= '0' && *seed <= '9'; seed++)
		random_state = random_state * 10 + (u64)(*seed - '0');
	/* The stub repeats a call three times; here servers die more often than that. */
	while ((attached = disk_attach(disk)) == ERR_PEER_DIED)
		;
	EXPECT(OK, attached);
	while (attached == OK && failures < 10) {
		enum microk_status status;

		while (!(bits & SIGNAL_END) && in_flight() < IN_FLIGHT)
			begin();
		if (ring.pending == 0)
			break;
		u32 entry = (u32)await(&status, &bits);
		end(entry, status);
	}
	if (attached == OK) {
		EXPECT(OK, transfer(RING_FLUSH, 0, 0, 0));
		verify_all();
	}
	report("NOTE first words %lu\n", first_words);
	EXPECT(OK, disk_counters(disk, &c));
	report("NOTE %lu writes, %lu reads, %lu flushes; replayed %lu, resets %lu\n",
	       done[RING_WRITE], done[RING_READ], done[RING_FLUSH], c.replayed, c.resets);
}
