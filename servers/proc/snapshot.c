/*
 * The pool of snapshots.
 *
 * Weighed: Linux's seq_file makes the content again for every read, so a long file can contradict
 * itself; Plan 9's servers make it at open and keep it. It is kept here, in a fixed pool allocated
 * first fit, with a limit for each client, so that one client cannot exhaust the server.
 */
#include "servers/proc/snapshot.h"
#include "lib/microk/string.h"

struct snapshot {
	u64 client;
	u64 node; /* whose content it is */
	size_t bytes;
	u32 first, units; /* units 0: this record is free */
};

static _Alignas(8) u8 pool[SNAPSHOT_UNITS][SNAPSHOT_UNIT];
static bool unit_used[SNAPSHOT_UNITS];
static struct snapshot snapshots[SNAPSHOT_UNITS]; /* enough: each takes a unit at least */

u32 snapshot_units_used(void)
{
	u32 used = 0;

	for (u32 i = 0; i < SNAPSHOT_UNITS; i++)
		used += unit_used[i];
	return used;
}

static u32 units_of(u64 client)
{
	u32 units = 0;

	for (u32 i = 0; i < SNAPSHOT_UNITS; i++)
		if (snapshots[i].client == client)
			units += snapshots[i].units;
	return units;
}

/* The first run of `units` free units; SNAPSHOT_UNITS if there is none. */
static u32 find_run(u32 units)
{
	u32 run = 0;

	for (u32 i = 0; i < SNAPSHOT_UNITS; i++) {
		run = unit_used[i] ? 0 : run + 1;
		if (run == units)
			return i + 1 - units;
	}
	return SNAPSHOT_UNITS;
}

bool snapshot_make(u64 client, u64 node, const void *data, size_t bytes, u32 *number)
{
	if (bytes > SNAPSHOT_UNITS_PER_CLIENT * SNAPSHOT_UNIT)
		return false;
	u32 units = bytes == 0 ? 1 : (u32)((bytes + SNAPSHOT_UNIT - 1) / SNAPSHOT_UNIT);
	if (units_of(client) + units > SNAPSHOT_UNITS_PER_CLIENT)
		return false;
	u32 first = find_run(units);
	if (first == SNAPSHOT_UNITS)
		return false;
	u32 s = 0;
	while (snapshots[s].units != 0)
		s++; /* a record is free: there are fewer snapshots than units */
	snapshots[s] = (struct snapshot){
		.client = client, .node = node, .bytes = bytes, .first = first, .units = units};
	for (u32 i = first; i < first + units; i++)
		unit_used[i] = true;
	memcpy(pool[first], data, bytes);
	*number = s;
	return true;
}

u64 snapshot_node(u32 number)
{
	return snapshots[number].node;
}

const void *snapshot_data(u32 number, size_t *bytes)
{
	const struct snapshot *s = &snapshots[number];

	*bytes = s->bytes;
	return pool[s->first];
}

void snapshot_free(u32 number)
{
	struct snapshot *s = &snapshots[number];

	for (u32 i = s->first; i < s->first + s->units; i++)
		unit_used[i] = false;
	*s = (struct snapshot){0};
}
