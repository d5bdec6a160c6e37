/* The records, in a state area of lib/state, and the rings beside it. */
#include "tests/tried/tcp/record.h"
#include "lib/state/replies.h"
#include "lib/state/state.h"
#include "tests/tried/tcp/deaths.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct table {
	u64 listener[LISTENERS]; /* ports */
	struct record record[RECORDS];
};

static const struct state_plan plan = {
	.version = 1,
	.log_words = 64,
	.replies = RECORDS * 4,
	.reply_words = REPLY_WORDS,
	.data_bytes = sizeof(struct table)};

static struct state state;
static u8 *rings;

static void must(enum microk_status status)
{
	if (status == OK)
		return;
	fprintf(stderr, "record: the state area answers %d\n", status);
	abort();
}

/* lib/state's only way to write: its own file store.c is replaced by this. */
void state_store(u64 *at, u64 value)
{
	*(volatile u64 *)at = value;
	point(POINT_STORE);
}

u64 area_state_bytes(void)
{
	return state_bytes(&plan);
}

u64 area_bytes(void)
{
	return ALIGN_UP(state_bytes(&plan), PAGE_SIZE) + RECORDS * 2 * RING_BYTES;
}

bool area_create(void *memory)
{
	rings = (u8 *)memory + ALIGN_UP(state_bytes(&plan), PAGE_SIZE);
	return state_create(&state, memory, state_bytes(&plan), &plan) == OK;
}

bool area_open(void *memory)
{
	rings = (u8 *)memory + ALIGN_UP(state_bytes(&plan), PAGE_SIZE);
	return state_open(&state, memory, state_bytes(&plan)) == OK;
}

static const struct table *table(void)
{
	return state_data(&state);
}

const struct record *record_at(u32 index)
{
	return &table()->record[index];
}

u16 listener_at(u32 index)
{
	return (u16)table()->listener[index];
}

void record_write(u32 index, const struct record *r)
{
	deaths->records++;
	must(state_begin(&state));
	must(state_write(&state, record_at(index), r, sizeof(*r)));
	must(state_commit(&state));
}

void request_begin(void)
{
	must(state_begin(&state));
}

void request_record(u32 index, const struct record *r)
{
	must(state_write(&state, record_at(index), r, sizeof(*r)));
}

void request_listener(u32 index, u16 port)
{
	u64 word = port;

	must(state_write(&state, &table()->listener[index], &word, sizeof(word)));
}

void request_end(const struct kept *kept)
{
	struct state_reply reply = {
		.description = kept->description,
		.thread = kept->thread,
		.number = kept->number,
		.status = kept->status,
		.length = REPLY_WORDS};

	memcpy(reply.words, kept->words, sizeof(kept->words));
	must(state_reply_keep(&state, &reply));
	must(state_commit(&state));
}

bool request_served(struct kept *kept)
{
	struct state_reply reply = {
		.description = kept->description, .thread = kept->thread, .number = kept->number};

	if (deaths->omission == OMIT_REPLIES || state_reply_find(&state, &reply) != OK)
		return false;
	kept->status = reply.status;
	memcpy(kept->words, reply.words, sizeof(kept->words));
	return true;
}

static u8 *ring_at(u32 index, bool sent, u32 at)
{
	return rings + (index * 2 + sent) * RING_BYTES + at % RING_BYTES;
}

void ring_write(u32 index, bool sent, u32 at, const void *from, u32 bytes)
{
	u32 first = (u32)MIN(bytes, RING_BYTES - at % RING_BYTES);

	memcpy(ring_at(index, sent, at), from, first);
	memcpy(ring_at(index, sent, at + first), (const u8 *)from + first, bytes - first);
	point(POINT_STORE);
}

void ring_read(u32 index, u32 at, void *to, u32 bytes)
{
	u32 first = (u32)MIN(bytes, RING_BYTES - at % RING_BYTES);

	memcpy(to, ring_at(index, false, at), first);
	memcpy((u8 *)to + first, ring_at(index, false, at + first), bytes - first);
}

const void *ring_piece(u32 index, u32 at, u32 *bytes)
{
	*bytes = (u32)MIN(*bytes, RING_BYTES - at % RING_BYTES);
	return ring_at(index, true, at);
}
