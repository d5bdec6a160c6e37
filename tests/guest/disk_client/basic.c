#include "gen/protocols/disk_client.h"
#include "gen/protocols/disk_protocol.h"
#include "lib/microk/slots.h"
#include "lib/microk/string.h"
#include "protocols/disk.h"
#include "tests/guest/disk_client/client.h"
#include "tests/guest/kit/service.h"

static u64 sectors;
static u32 block;

static void one_by_one(void)
{
	pattern_fill(pool, 7, 1);
	EXPECT(OK, transfer(RING_WRITE, 7 * BLOCK_SECTORS, BLOCK_SECTORS, 0));
	EXPECT(OK, transfer(RING_FLUSH, 0, 0, 0));
	memset(pool + BLOCK_BYTES, 0, BLOCK_BYTES);
	EXPECT(OK, transfer(RING_READ, 7 * BLOCK_SECTORS, BLOCK_SECTORS, BLOCK_SECTORS));
	CHECK(pattern_is(pool + BLOCK_BYTES, 7, 1));
	if (block > RING_SECTOR) {
		EXPECT(ERR_ALIGN, transfer(RING_READ, 8, 1, 0));
		EXPECT(ERR_ALIGN, transfer(RING_WRITE, 1, BLOCK_SECTORS, 0));
		EXPECT(ERR_ALIGN, transfer(RING_READ, 8, BLOCK_SECTORS, 1));
		return;
	}
	/* The last sector there is, and one in the middle of a block. */
	EXPECT(OK, transfer(RING_READ, sectors - 1, 1, 3));
	EXPECT(OK, transfer(RING_READ, 7 * BLOCK_SECTORS + 2, 1, 21));
	CHECK(memcmp(pool + 21ul * RING_SECTOR, pool + BLOCK_BYTES + 2ul * RING_SECTOR,
		     RING_SECTOR) == 0);
	EXPECT(OK, transfer(RING_READ, 7 * BLOCK_SECTORS, BLOCK_SECTORS, 16));
	CHECK(pattern_is(pool + 16ul * RING_SECTOR, 7, 1));
}

/* Segments that do not follow each other, and a request of many commands. */
static void scattered(void)
{
	struct ring_segment s[RING_SEGMENTS];
	enum microk_status status;
	u64 bits = 0;

	for (u32 i = 0; i < RING_SEGMENTS; i++) {
		s[i] = (struct ring_segment){(2 * i + 1) * BLOCK_SECTORS, BLOCK_SECTORS};
		pattern_fill(pool + (2 * i + 1) * BLOCK_BYTES, 100 + i, 3);
	}
	CHECK(submit(RING_WRITE, 0, 100 * BLOCK_SECTORS, RING_SEGMENTS * BLOCK_SECTORS, s,
		     RING_SEGMENTS) >= 0);
	await(&status, &bits);
	EXPECT(OK, status);
	memset(pool, 0, 2 * RING_SEGMENTS * BLOCK_BYTES);
	EXPECT(OK, transfer(RING_READ, 100 * BLOCK_SECTORS, RING_SEGMENTS * BLOCK_SECTORS, 0));
	for (u32 i = 0; i < RING_SEGMENTS; i++)
		CHECK(pattern_is(pool + i * BLOCK_BYTES, 100 + i, 3));
}

/* A page may be in a request several times, so that one page of zeros can fill many blocks. */
static void repeated(void)
{
	static const u32 pages[] = {3, 3, 5, 3, 9, 5};
	struct ring_segment s[ARRAY_LEN(pages)];
	enum microk_status status;
	u64 bits = 0;

	for (u32 i = 0; i < ARRAY_LEN(pages); i++) {
		s[i] = (struct ring_segment){pages[i] * BLOCK_SECTORS, BLOCK_SECTORS};
		pattern_fill(pool + pages[i] * BLOCK_BYTES, pages[i], 8);
	}
	CHECK(submit(RING_WRITE, 0, 300 * BLOCK_SECTORS, ARRAY_LEN(pages) * BLOCK_SECTORS, s,
		     ARRAY_LEN(pages)) >= 0);
	await(&status, &bits);
	EXPECT(OK, status);
	memset(pool, 0, 10 * BLOCK_BYTES);
	EXPECT(OK, transfer(RING_READ, 300 * BLOCK_SECTORS, ARRAY_LEN(pages) * BLOCK_SECTORS, 0));
	for (u32 i = 0; i < ARRAY_LEN(pages); i++)
		CHECK(pattern_is(pool + i * BLOCK_BYTES, pages[i], 8));
}

static void large(void)
{
	u32 blocks = RING_SECTORS_MAX / BLOCK_SECTORS;

	for (u32 i = 0; i < blocks; i++)
		pattern_fill(pool + i * BLOCK_BYTES, 500 + i, 9);
	EXPECT(OK, transfer(RING_WRITE, 500 * BLOCK_SECTORS, RING_SECTORS_MAX, 0));
	memset(pool, 0, blocks * BLOCK_BYTES);
	EXPECT(OK, transfer(RING_READ, 500 * BLOCK_SECTORS, RING_SECTORS_MAX, 0));
	for (u32 i = 0; i < blocks; i++)
		CHECK(pattern_is(pool + i * BLOCK_BYTES, 500 + i, 9));
}

/* As many in flight as there are entries; their answers come in any order. */
static void many(void)
{
	u64 bits = 0;
	enum microk_status status;

	for (u32 i = 0; i < RING_ENTRIES; i++) {
		const struct ring_segment s = {i * BLOCK_SECTORS, BLOCK_SECTORS};
		pattern_fill(pool + i * BLOCK_BYTES, 2000 + i, 4);
		CHECK(submit(RING_WRITE, i % 8 == 7 ? RING_BARRIER : 0,
			     (2000ul + i) * BLOCK_SECTORS, BLOCK_SECTORS, &s, 1) >= 0);
	}
	CHECK(submit(RING_FLUSH, 0, 0, 0, NULL, 0) == -1);
	for (u32 i = 0; i < RING_ENTRIES; i++) {
		await(&status, &bits);
		EXPECT(OK, status);
	}
	memset(pool, 0, RING_ENTRIES * BLOCK_BYTES);
	EXPECT(OK, transfer(RING_READ, 2000 * BLOCK_SECTORS, RING_ENTRIES * BLOCK_SECTORS, 0));
	for (u32 i = 0; i < RING_ENTRIES; i++)
		CHECK(pattern_is(pool + i * BLOCK_BYTES, 2000 + i, 4));
}

static enum microk_status raw(u32 op, u32 flags, u64 sector, u32 n, struct ring_segment s,
			      u32 count)
{
	struct ring_segment segments[RING_SEGMENTS] = {s};
	enum microk_status status = OK;
	u64 bits = 0;

	for (u32 i = 1; i < count && i < RING_SEGMENTS; i++)
		segments[i] = s;
	if (submit((enum ring_op)op, flags, sector, n, segments, count) < 0)
		return ERR_LIMIT;
	await(&status, &bits);
	return status;
}

static void refused(void)
{
	const struct ring_segment one = {0, 1};

	EXPECT(ERR_RANGE, raw(RING_READ, 0, sectors, 1, one, 1));
	EXPECT(ERR_RANGE, raw(RING_READ, 0, ~0ul, 1, one, 1));
	EXPECT(ERR_RANGE, raw(RING_READ, 0, sectors - 1, 2, (struct ring_segment){0, 2}, 1));
	EXPECT(ERR_RANGE, raw(RING_READ, 0, 0, 0, one, 1));
	EXPECT(ERR_RANGE, raw(RING_READ, 0, 0, 1, (struct ring_segment){pool_sectors, 1}, 1));
	EXPECT(ERR_RANGE, raw(RING_READ, 0, 0, 1, (struct ring_segment){~0u, 1}, 1));
	EXPECT(ERR_RANGE, raw(RING_READ, 0, 0, 1, (struct ring_segment){1, ~0u}, 1));
	EXPECT(ERR_RANGE, raw(RING_READ, 0, 0, RING_SECTORS_MAX + 1, one, 1));
	EXPECT(ERR_ARG, raw(RING_READ, 0, 0, 1, one, 0));
	EXPECT(ERR_ARG, raw(RING_READ, 0, 0, 2, one, 1));
	EXPECT(ERR_ARG, raw(RING_READ, 2, 0, 1, one, 1));
	EXPECT(ERR_ARG, raw(0, 0, 0, 1, one, 1));
	EXPECT(ERR_ARG, raw(99, 0, 0, 1, one, 1));
	EXPECT(ERR_ARG, raw(RING_FLUSH, 0, 0, 1, one, 1));
}

/* A capability to a partition reaches the partition. */
static void partition(void)
{
	struct disk_partition_result p;
	struct disk_geometry_result g;
	cap_t part = slot_alloc(), again = slot_alloc();

	if (disk_partition(disk, 1, &p) == ERR_NOT_FOUND) {
		report("NOTE no partitions\n");
		return;
	}
	report("NOTE partition 1: %lu %lu %s\n", p.first, p.sectors, p.name);
	EXPECT(OK, disk_open(disk, 1, part));
	EXPECT(ERR_NOT_FOUND, disk_open(disk, 99, again));
	EXPECT(ERR_NOT_FOUND, disk_open(part, 1, again));
	EXPECT(ERR_NOT_FOUND, disk_partition(part, 1, &p));
	EXPECT(OK, disk_geometry(part, &g));
	CHECK(g.sectors == p.sectors);
	pattern_fill(pool, 1, 77);
	EXPECT(OK, transfer(RING_WRITE, p.first, BLOCK_SECTORS, 0));
	EXPECT(OK, disk_attach(part));
	memset(pool, 0, BLOCK_BYTES);
	EXPECT(OK, transfer(RING_READ, 0, BLOCK_SECTORS, 0));
	CHECK(pattern_is(pool, 1, 77));
	EXPECT(ERR_RANGE, raw(RING_READ, 0, p.sectors, 1, (struct ring_segment){0, 1}, 1));
	EXPECT(OK, disk_attach(disk));
	EXPECT(OK, transfer(RING_READ, p.sectors, 1, 0));
}

void play_basic(void)
{
	struct disk_geometry_result g;
	struct disk_counters_result c;

	EXPECT(OK, disk_geometry(disk, &g));
	report("NOTE %lu sectors, blocks of %u, flags %u\n", g.sectors, g.block, g.flags);
	sectors = g.sectors;
	block = g.block;
	EXPECT(OK, disk_attach(disk));
	if (failures > 0)
		return;
	EXPECT(OK, disk_attach(disk));
	one_by_one();
	scattered();
	repeated();
	large();
	many();
	refused();
	partition();
	if (g.flags & DISK_DISCARDS)
		EXPECT(OK, transfer(RING_DISCARD, 7 * BLOCK_SECTORS, BLOCK_SECTORS, 0));
	EXPECT(OK, transfer(RING_FLUSH, 0, 0, 0));
	EXPECT(OK, disk_counters(disk, &c));
	report("NOTE %lu requests, %lu commands\n", c.requests, c.commands);
	CHECK(c.resets == 0 && c.replayed == 0);
}

void play_read_only(void)
{
	struct disk_geometry_result g;

	EXPECT(OK, disk_geometry(disk, &g));
	CHECK(g.flags & DISK_READ_ONLY);
	EXPECT(OK, disk_attach(disk));
	EXPECT(OK, transfer(RING_READ, 0, BLOCK_SECTORS, 0));
	EXPECT(ERR_READ_ONLY, transfer(RING_WRITE, 0, BLOCK_SECTORS, 0));
}

/* The device cannot read sector 800, nor write sector 1600. */
void play_errors(void)
{
	EXPECT(OK, disk_attach(disk));
	for (u32 i = 0; i < 3; i++) {
		EXPECT(ERR_IO, transfer(RING_READ, 800, 1, 0));
		EXPECT(ERR_IO, transfer(RING_READ, 796, 8, 0));
		EXPECT(OK, transfer(RING_WRITE, 800, 1, 0));
		EXPECT(ERR_IO, transfer(RING_WRITE, 1600, 8, 0));
		EXPECT(OK, transfer(RING_READ, 1600, 8, 0));
		EXPECT(OK, transfer(RING_READ, 801, 8, 0));
	}
}

/* A device that takes a long time after much data: it is reset, and in the end each request is done or has failed. When the
 * device is itself again, requests succeed. */
void play_slow(void)
{
	struct disk_counters_result c, after;

	EXPECT(OK, disk_attach(disk));
	for (u32 i = 0; i < 2; i++) {
		enum microk_status status = transfer(RING_READ, 0, RING_SECTORS_MAX / 4, 0);
		CHECK(status == OK || status == ERR_IO);
	}
	pattern_fill(pool, 3, 5);
	for (u32 i = 0; i < 30 && transfer(RING_WRITE, 24, BLOCK_SECTORS, 0) != OK; i++)
		;
	EXPECT(OK, disk_counters(disk, &c));
	for (u32 i = 0; i < 3; i++) {
		memset(pool, 0, BLOCK_BYTES);
		EXPECT(OK, transfer(RING_READ, 24, BLOCK_SECTORS, 0));
		CHECK(pattern_is(pool, 3, 5));
	}
	EXPECT(OK, disk_counters(disk, &after));
	CHECK(after.resets == c.resets); /* its interrupts arrive, too */
	report("NOTE %lu requests, resets %lu\n", c.requests, c.resets);
}
