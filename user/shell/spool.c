/* A store of equal blocks, handed out one by one, so that spools of any number and length share it without gaps. */
#include "user/shell/spool.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"

#define BLOCK_BYTES 1024u
#define BLOCKS (SPOOL_BYTES / BLOCK_BYTES)

static u8 block[BLOCKS][BLOCK_BYTES];
static u16 next[BLOCKS + 1]; /* of block n, in its spool or among the free ones; by number */
static u16 free_first;
static u32 fresh = 1; /* blocks from this number on were never used */
static u32 in_use;

static u16 take_block(void)
{
	u16 n = free_first;

	if (n)
		free_first = next[n];
	else if (fresh <= BLOCKS)
		n = (u16)fresh++;
	if (n) {
		next[n] = 0;
		in_use++;
	}
	return n;
}

static void give_block(u16 n)
{
	next[n] = free_first;
	free_first = n;
	in_use--;
}

static bool add_block(struct spool *s)
{
	u16 n = take_block();

	if (!n)
		return false;
	if (s->last)
		next[s->last] = n;
	else
		s->first = n;
	s->last = n;
	s->write_at = 0;
	return true;
}

size_t spool_write(struct spool *s, const void *data, size_t bytes)
{
	const u8 *from = data;
	size_t taken = 0;

	while (taken < bytes) {
		if ((!s->last || s->write_at == BLOCK_BYTES) && !add_block(s))
			break;
		size_t piece = MIN(bytes - taken, (size_t)(BLOCK_BYTES - s->write_at));
		memcpy(block[s->last - 1] + s->write_at, from + taken, piece);
		s->write_at = (u16)(s->write_at + piece);
		taken += piece;
	}
	return taken;
}

static void drop_first(struct spool *s)
{
	u16 n = s->first;

	s->first = next[n];
	s->read_at = 0;
	if (!s->first)
		s->last = s->write_at = 0;
	give_block(n);
}

size_t spool_read(struct spool *s, void *to, size_t bytes)
{
	size_t got = 0;

	while (got < bytes && s->first) {
		u16 end = s->first == s->last ? s->write_at : BLOCK_BYTES;
		size_t piece = MIN(bytes - got, (size_t)(end - s->read_at));
		memcpy((u8 *)to + got, block[s->first - 1] + s->read_at, piece);
		s->read_at = (u16)(s->read_at + piece);
		got += piece;
		if (s->read_at == end)
			drop_first(s);
	}
	return got;
}

bool spool_is_empty(const struct spool *s)
{
	return !s->first;
}

void spool_clear(struct spool *s)
{
	while (s->first)
		drop_first(s);
}

size_t spool_room(void)
{
	return (BLOCKS - in_use) * BLOCK_BYTES;
}
