/* Creating, taking over and changing an area. */
#include "lib/state/state.h"
#include "lib/microk/string.h"
#include "lib/state/area.h"

/* ---- The layout ---- */

static u64 content_start(const struct state_area *a)
{
	return sizeof(*a) + a->log_words * sizeof(struct state_record);
}

static u64 content_bytes(const struct state_area *a)
{
	return a->slots * sizeof(struct state_slot_entry) +
	       a->replies * STATE_KEPT_BYTES(a->reply_words) + ALIGN_UP(a->data_bytes, 8ul);
}

static u64 area_bytes(const struct state_area *a)
{
	return content_start(a) + content_bytes(a);
}

static u64 *word_at(const struct state_area *a, u64 offset)
{
	return (u64 *)((u64)a + offset);
}

static bool plan_is_allowed(const struct state_plan *p)
{
	return p->version && p->log_words && p->log_words <= STATE_LOG_MOST &&
	       p->reply_words <= STATE_REPLY_WORDS && p->slots <= STATE_LOG_MOST &&
	       p->replies <= STATE_LOG_MOST && p->data_bytes <= 1ul << 32;
}

static struct state_area plan_to_area(const struct state_plan *p)
{
	return (struct state_area){
		.version = p->version,
		.log_words = p->log_words,
		.first_slot = p->first_slot,
		.slots = p->slots,
		.replies = p->replies,
		.reply_words = p->reply_words,
		.data_bytes = p->data_bytes};
}

u64 state_bytes(const struct state_plan *plan)
{
	struct state_area a = plan_to_area(plan);

	return plan_is_allowed(plan) ? area_bytes(&a) : 0;
}

struct state_plan state_plan(const struct state *s)
{
	const struct state_area *a = s->area;

	return (struct state_plan){
		.version = (u32)a->version,
		.log_words = (u32)a->log_words,
		.first_slot = (u32)a->first_slot,
		.slots = (u32)a->slots,
		.replies = (u32)a->replies,
		.reply_words = (u32)a->reply_words,
		.data_bytes = a->data_bytes};
}

/* ---- Checksums ---- */

/* A word's share: every bit of place and value changes about half of its bits (the finalizer of splitmix64). 0 counts as
 * nothing, so that the sum of an empty area is 0. */
static u64 share(u64 offset, u64 value)
{
	u64 h = value;

	if (!value)
		return 0;
	h ^= offset * 0x9e3779b97f4a7c15ul;
	h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9ul;
	h = (h ^ h >> 27) * 0x94d049bb133111ebul;
	return h ^ h >> 31;
}

static u64 content_sum(const struct state_area *a)
{
	u64 sum = 0, end = area_bytes(a);

	for (u64 at = content_start(a); at < end; at += 8)
		sum += share(at, *word_at(a, at));
	return sum;
}

static u64 plan_sum(const struct state_area *a)
{
	u64 sum = STATE_MAGIC;

	for (const u64 *w = &a->version; w <= &a->data_bytes; w++)
		sum += share((u64)w - (u64)a, *w);
	return sum;
}

/* ---- The log ---- */

static u64 log_word(const struct state_area *a, u32 records)
{
	return a->generation << STATE_LOG_BITS | records;
}

/* The word that a record names; NULL if there is none. */
static u64 *word_of(const struct state *s, u64 offset)
{
	u64 start = content_start(s->area), end = area_bytes(s->area);

	if (offset & STATE_BESIDE) {
		offset &= ~STATE_BESIDE;
		return offset % 8 || offset >= s->beside_bytes ? NULL : (u64 *)(s->beside + offset);
	}
	return offset % 8 || offset < start || offset >= end ? NULL : word_at(s->area, offset);
}

/* Undoes the first `records` of the log, last first. It may be cut short at any store, and is then repeated. */
static bool log_undo(const struct state *s, u32 records)
{
	while (records--) {
		const struct state_record *r = &s->area->record[records];
		u64 *word = word_of(s, r->offset);

		if (!word)
			return false;
		state_store(word, r->was);
	}
	return true;
}

static enum microk_status word_write(struct state *s, u64 offset, u64 *word, u64 value)
{
	struct state_area *a = s->area;
	u64 was = *word;

	if (s->logged == a->log_words)
		return ERR_NO_SPACE;
	state_store(&a->record[s->logged].offset, offset);
	state_store(&a->record[s->logged].was, was);
	state_store(&a->log, log_word(a, ++s->logged));
	state_store(word, value);
	if (!(offset & STATE_BESIDE))
		s->sum += share(offset, value) - share(offset, was);
	return OK;
}

/* ---- Creating and taking over ---- */

static struct state view_of(struct state_area *a)
{
	return (struct state){.area = a, .start = content_start(a), .bytes = content_bytes(a)};
}

enum microk_status state_create(struct state *s, void *memory, u64 bytes,
				const struct state_plan *plan)
{
	struct state_area *a = memory, planned = plan_to_area(plan);

	if ((u64)memory % 8)
		return ERR_ALIGN;
	if (!plan_is_allowed(plan))
		return ERR_ARG;
	if (area_bytes(&planned) > bytes)
		return ERR_MEMORY;
	planned.plan_sum = plan_sum(&planned);
	for (u64 at = offsetof(struct state_area, version); at < sizeof(planned); at += 8)
		state_store(word_at(a, at), *word_at(&planned, at));
	state_store(&a->magic, STATE_MAGIC);
	*s = view_of(a);
	return OK;
}

/* Whether the header is one that state_create wrote. */
static enum microk_status header_check(const struct state_area *a, u64 bytes)
{
	struct state view = {.area = (struct state_area *)a};
	struct state_plan plan;

	if (bytes < sizeof(*a))
		return ERR_MEMORY;
	if (!a->magic)
		return ERR_NOT_FOUND;
	if (a->magic != STATE_MAGIC || a->plan_sum != plan_sum(a))
		return ERR_STATE;
	plan = state_plan(&view);
	if (!plan_is_allowed(&plan))
		return ERR_STATE;
	return area_bytes(a) > bytes ? ERR_MEMORY : OK;
}

enum microk_status state_open(struct state *s, void *memory, u64 bytes)
{
	return state_open_beside(s, memory, bytes, NULL, 0);
}

enum microk_status state_open_beside(struct state *s, void *memory, u64 bytes, void *beside,
				     u64 beside_bytes)
{
	return state_open_decided(s, memory, bytes, beside, beside_bytes, NULL);
}

static void commit_as(struct state_area *a, u64 sum)
{
	state_store(&a->sum[~a->generation & 1], sum);
	state_store(&a->generation, a->generation + 1);
}

enum microk_status state_open_decided(struct state *s, void *memory, u64 bytes, void *beside,
				      u64 beside_bytes, const struct state_vote *decided)
{
	struct state_area *a = memory;
	enum microk_status status;
	u32 records;

	if ((u64)memory % 8 || (u64)beside % 8 || beside_bytes % 8)
		return ERR_ALIGN;
	status = header_check(a, bytes);
	if (status != OK)
		return status;
	if (decided && decided->generation == a->generation + 1)
		commit_as(a, decided->sum);
	records = (u32)(a->log & ((1ul << STATE_LOG_BITS) - 1));
	if (a->log != log_word(a, records))
		records = 0; /* of a transaction that was committed */
	*s = view_of(a);
	s->beside = beside;
	s->beside_bytes = beside_bytes;
	if (records > a->log_words || !log_undo(s, records))
		return ERR_STATE;
	s->sum = content_sum(a);
	if (s->sum != a->sum[a->generation & 1])
		return ERR_STATE;
	state_store(&a->log, log_word(a, 0));
	return OK;
}

enum microk_status state_open_or_create(struct state *s, void *memory, u64 bytes,
					const struct state_plan *plan)
{
	enum microk_status status = state_open(s, memory, bytes);

	return status == ERR_NOT_FOUND ? state_create(s, memory, bytes, plan) : status;
}

enum microk_status state_check(const struct state *s)
{
	const struct state_area *a = s->area;

	return !s->begun && content_sum(a) == a->sum[a->generation & 1] ? OK : ERR_STATE;
}

/* ---- Transactions ---- */

enum microk_status state_begin(struct state *s)
{
	if (s->begun)
		return ERR_STATE;
	s->begun = true;
	s->failed = OK;
	s->logged = 0;
	return OK;
}

/* Bytes of one word, from byte `skip` of it on. */
static enum microk_status part_write(struct state *s, u64 at, u64 *word, const u8 *from, u64 skip,
				     u64 bytes)
{
	u64 value = *word;

	memcpy((u8 *)&value + skip, from, bytes);
	return value == *word ? OK : word_write(s, at, word, value);
}

/* Writes `bytes` bytes to `to`, whose offset in a record is `at`. Most words of a record stay as they are. */
static enum microk_status words_write(struct state *s, u64 at, u8 *to, const u8 *from, u64 bytes)
{
	u64 skip = at % 8, head = skip ? MIN(bytes, 8 - skip) : 0;
	u64 *word = (u64 *)(to - skip);
	enum microk_status status = OK;

	at -= skip;
	if (head) {
		status = part_write(s, at, word++, from, skip, head);
		at += 8;
		from += head;
		bytes -= head;
	}
	for (u64 i = 0, end = bytes & ~7ul; i < end; i += 8) {
		u64 value;

		__builtin_memcpy(&value, from + i, 8); /* one load */
		if (value == word[i / 8])
			continue;
		status = word_write(s, at + i, &word[i / 8], value);
		if (status != OK)
			return status;
	}
	head = bytes & ~7ul;
	return bytes % 8 && status == OK
		       ? part_write(s, at + head, word + head / 8, from + head, 0, bytes % 8)
		       : status;
}

enum microk_status state_write(struct state *s, const void *to, const void *from, u64 bytes)
{
	u64 at = (u64)to - (u64)s->area, end = s->start + s->bytes;

	if (!s->begun)
		return ERR_STATE;
	if (at < s->start || at > end || bytes > end - at)
		return state_refuse(s, ERR_RANGE);
	return state_refuse(s, words_write(s, at, (u8 *)s->area + at, from, bytes));
}

enum microk_status state_set(struct state *s, const u64 *word, u64 value)
{
	u64 at = (u64)word - (u64)s->area;

	if (*word == value && s->begun)
		return OK;
	if (!s->begun)
		return ERR_STATE;
	/* One comparison for a place before the content, too: it wraps. */
	if (at - s->start >= s->bytes || at % 8)
		return state_refuse(s, ERR_RANGE);
	return state_refuse(s, word_write(s, at, (u64 *)word, value));
}

enum microk_status state_write_beside(struct state *s, const void *to, const void *from, u64 bytes)
{
	u64 at = (u64)to - (u64)s->beside;

	if (!s->begun)
		return ERR_STATE;
	if (at > s->beside_bytes || bytes > s->beside_bytes - at)
		return state_refuse(s, ERR_RANGE);
	return state_refuse(s, words_write(s, at | STATE_BESIDE, s->beside + at, from, bytes));
}

enum microk_status state_refuse(struct state *s, enum microk_status status)
{
	if (s->failed == OK)
		s->failed = status;
	return status;
}

enum microk_status state_prepare(struct state *s, struct state_vote *vote)
{
	*vote = (struct state_vote){0};
	if (!s->begun)
		return ERR_STATE;
	if (s->failed == OK && s->logged)
		*vote = (struct state_vote){.generation = s->area->generation + 1, .sum = s->sum};
	return s->failed;
}

enum microk_status state_commit(struct state *s)
{
	struct state_area *a = s->area;

	if (!s->begun)
		return ERR_STATE;
	if (s->failed != OK) {
		state_abort(s);
		return s->failed;
	}
	s->begun = false;
	if (!s->logged)
		return OK;
	commit_as(a, s->sum);
	return OK;
}

void state_abort(struct state *s)
{
	struct state_area *a = s->area;

	if (!s->begun)
		return;
	s->begun = false;
	if (!s->logged)
		return; /* the log's records are of an older transaction, and void */
	log_undo(s, s->logged);
	state_store(&a->log, log_word(a, 0));
	s->sum = a->sum[a->generation & 1];
}

/* ---- Places ---- */

const void *state_slot_table(const struct state *s)
{
	return word_at(s->area, content_start(s->area));
}

const void *state_reply_table(const struct state *s)
{
	return (const u8 *)state_slot_table(s) + s->area->slots * sizeof(struct state_slot_entry);
}

const void *state_data(const struct state *s)
{
	return (const u8 *)state_reply_table(s) +
	       s->area->replies * STATE_KEPT_BYTES(s->area->reply_words);
}

u64 state_offset(const struct state *s, const void *at)
{
	return at ? (u64)at - (u64)s->area : 0;
}

const void *state_at(const struct state *s, u64 offset, u64 bytes)
{
	u64 end = area_bytes(s->area);

	if (offset < content_start(s->area) || offset > end || bytes > end - offset)
		return NULL;
	return word_at(s->area, offset);
}
