/* The undo log of metadata. Every store goes through state_store, so that a test can end the instance after each. */
#include "servers/vfs/cache/change.h"
#include "lib/microk/string.h"
#include "lib/state/state.h"

static u64 *word_of(const struct cache *c, u64 place)
{
	u64 at = place & ~CHANGE_IN_STATE;

	return (u64 *)((place & CHANGE_IN_STATE ? c->change.state : c->pool) + at);
}

/* Whether a word of the log lies where this log may write: the state area is memory that a wild pointer could have reached. */
static bool place_is_allowed(const struct cache *c, u64 place)
{
	u64 at = place & ~CHANGE_IN_STATE;
	u64 end = place & CHANGE_IN_STATE ? c->change.state_bytes : (u64)c->pages * PAGE_SIZE;

	return at % 8 == 0 && at < end;
}

static void undo(struct cache *c)
{
	const struct change_log *log = c->change.log;

	for (u64 n = MIN(log->records, (u64)CHANGE_RECORDS); n-- > 0;) {
		const struct change_record *r = &log->record[n];

		if (place_is_allowed(c, r->place))
			state_store(word_of(c, r->place), r->was);
	}
	state_store(&c->change.log->records, 0);
	c->change.used = 0;
}

void change_recover(struct cache *c)
{
	undo(c);
}

void change_begin(struct cache *c)
{
	gate_enter(c->waits, &c->change.gate);
	if (c->change.gate.depth == 1)
		c->change.failed = OK;
}

u32 change_depth(const struct cache *c)
{
	return gate_is_mine(c->waits, &c->change.gate) ? c->change.gate.depth : 0;
}

u32 change_room(const struct cache *c)
{
	return CHANGE_RECORDS - c->change.used;
}

void change_refuse(struct cache *c, enum microk_status status)
{
	if (c->change.failed == OK)
		c->change.failed = status;
}

/* `word`: where `place` is. */
static void write_word(struct cache *c, u64 place, u64 *word, u64 value)
{
	struct change *ch = &c->change;
	struct change_record *r = &ch->log->record[ch->used];

	if (ch->used == CHANGE_RECORDS) {
		change_refuse(c, ERR_NO_SPACE);
		return;
	}
	state_store(&r->place, place);
	state_store(&r->was, *word);
	state_store(&ch->log->records, ++ch->used);
	state_store(word, value);
}

/* The place of an address; CHANGE_IN_STATE alone if it is neither in the pool nor in the state area. */
static bool place_of(const struct cache *c, const void *to, u64 bytes, u64 *place)
{
	u64 in_pool = (u64)to - (u64)c->pool, in_state = (u64)to - (u64)c->change.state;
	u64 pool_bytes = (u64)c->pages * PAGE_SIZE;

	if (in_pool < pool_bytes && bytes <= pool_bytes - in_pool) {
		*place = in_pool;
		return true;
	}
	*place = in_state | CHANGE_IN_STATE;
	return in_state < c->change.state_bytes && bytes <= c->change.state_bytes - in_state;
}

/* Bytes of one word, from byte `skip` of it on. */
static void write_part(struct cache *c, u64 place, u64 *word, const u8 *from, u64 skip, u64 bytes)
{
	u64 value = *word;

	memcpy((u8 *)&value + skip, from, bytes);
	if (value != *word)
		write_word(c, place, word, value);
}

/* Most words stay as they are: a whole inode is written when its times change. */
void change_write(struct cache *c, void *to, const void *from, u64 bytes)
{
	const u8 *next = from;
	u64 place, skip = (u64)to % 8, head = skip ? MIN(bytes, 8 - skip) : 0;
	u64 *word = (u64 *)((u8 *)to - skip);

	if (!place_of(c, to, bytes, &place)) {
		change_refuse(c, ERR_RANGE);
		return;
	}
	place -= skip;
	if (head) {
		write_part(c, place, word++, next, skip, head);
		place += 8;
		next += head;
		bytes -= head;
	}
	for (; bytes >= 8; next += 8, bytes -= 8, word++, place += 8) {
		u64 value;

		__builtin_memcpy(&value, next, 8); /* one load */
		if (value != *word)
			write_word(c, place, word, value);
	}
	if (bytes)
		write_part(c, place, word, next, 0, bytes);
}

void change_home(struct cache *c, u32 at, u32 in_page, u32 block)
{
	u32 before = c->change.used;

	change_write(c, &c->words[at].home[in_page], &block, sizeof(block));
	if (c->change.used != before)
		c->info[at].held = 1;
}

/* The pages whose homes the operation has changed. */
static void let_go_of_pages(struct cache *c)
{
	u64 first = (u64)((u8 *)c->words - c->change.state);

	for (u32 n = 0; n < c->change.used; n++) {
		u64 place = c->change.log->record[n].place;
		u64 at = ((place & ~CHANGE_IN_STATE) - first) / sizeof(struct page_words);

		if ((place & CHANGE_IN_STATE) && at < c->pages)
			c->info[at].held = 0;
	}
}

enum microk_status change_step(struct cache *c)
{
	enum microk_status status = c->change.failed;

	let_go_of_pages(c);
	if (status != OK) {
		undo(c);
	} else if (c->change.used) {
		state_store(&c->change.log->records, 0);
		c->change.used = 0;
	}
	c->change.failed = OK;
	return status;
}

enum microk_status change_commit(struct cache *c)
{
	enum microk_status status = c->change.failed;

	if (c->change.gate.depth == 1)
		status = change_step(c);
	gate_leave(c->waits, &c->change.gate);
	return status;
}
