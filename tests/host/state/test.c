/*
 * The state area, ended after every store. Each store into the area goes through this test. After the store the area is
 * copied and taken over as by a successor, which is itself ended after each of *its* stores. The successor must find either
 * the state before the transaction or the one after it, and the latter once the commit's store is done.
 *
 *     test SEED          random transactions, each ended everywhere
 *     test SEED damage   every bit of an area flipped
 */
#include "lib/state/area.h"
#include "lib/state/replies.h"
#include "lib/state/slots.h"
#include "lib/state/state.h"
#include "lib/microk/ipc.h"
#include "lib/microk/message.h"
#include "lib/microk/stub.h"
#include "tests/host/lib/check.h"
#include <string.h>

#define ROOM 8192
#define DATA_BYTES 301
#define LOG_WORDS 24
#define FIRST 64
#define SLOTS 12
#define REPLIES 5
#define REPLY_WORDS 3

/* Of the thread that serves: abandon.c fills its IPC buffer. */
static struct ipcbuf buffer;

struct thread_self *thread_self(void)
{
	static struct thread_self self = {.buffer = &buffer};

	return &self;
}

static const struct state_plan plan = {
	.version = 3,
	.log_words = LOG_WORDS,
	.first_slot = FIRST,
	.slots = SLOTS,
	.replies = REPLIES,
	.reply_words = REPLY_WORDS,
	.data_bytes = DATA_BYTES};

#define BESIDE_BYTES 256

typedef struct {
	u64 words[ROOM / 8];
	u8 beside[BESIDE_BYTES] __attribute__((aligned(8))); /* memory beside the area */
	struct state_vote
		vote; /* of a partner's committed change; the store of its generation is that commit */
} area_t;

static enum microk_status area_open(struct state *s, area_t *a)
{
	return state_open_decided(s, a, ROOM, a->beside, BESIDE_BYTES, &a->vote);
}

/* ---- Content ---- */

static u64 content_at(void)
{
	return sizeof(struct state_area) + LOG_WORDS * sizeof(struct state_record);
}

static bool same_content(const area_t *a, const area_t *b)
{
	u64 bytes = state_bytes(&plan) - content_at();

	return !memcmp((const u8 *)a + content_at(), (const u8 *)b + content_at(), bytes) &&
	       !memcmp(a->beside, b->beside, BESIDE_BYTES);
}

/* ---- Ending the service after a store ---- */

static enum { AS_IT_IS, ENDS, SUCCESSOR_ENDS } mode;
static area_t living;        /* the service's area */
static area_t before, after; /* the states that may come out; equal where only one may */
static bool exists;          /* before: whether there is an area at all */
static bool committed;       /* a successor found `after` */
static u64 deaths, stores;

static void take_over(const area_t *left, u32 depth);
static u32 depth_now;
static area_t *taken[3]; /* the area that the successor of each depth has taken over */

void state_store(u64 *at, u64 value)
{
	*(volatile u64 *)at = value;
	stores++;
	if (mode == AS_IT_IS || depth_now == 2)
		return;
	take_over(taken[depth_now], depth_now + 1);
}

static void take_over(const area_t *left, u32 depth)
{
	area_t copy = *left;
	struct state s;
	enum microk_status status;
	u32 was = depth_now;

	deaths++;
	depth_now = depth;
	taken[depth] = &copy;
	status = area_open(&s, &copy);
	depth_now = was;
	if (status == ERR_NOT_FOUND) {
		CHECK(!exists && !committed);
		return;
	}
	CHECK(status == OK);
	CHECK(state_check(&s) == OK);
	if (same_content(&copy, &after)) {
		if (!same_content(&before, &after) || !exists)
			committed = true;
		return;
	}
	CHECK(exists && !committed); /* a committed change cannot be undone */
	CHECK(same_content(&copy, &before));
}

static void ends_everywhere(bool there_is_one)
{
	before = living;
	exists = there_is_one;
	committed = false;
	taken[0] = &living;
	depth_now = 0;
	mode = ENDS;
}

/* ---- A model of the service's operations ---- */

struct model {
	u8 data[DATA_BYTES];
	u8 beside[BESIDE_BYTES];
	struct state_slot slots[SLOTS];
	struct {
		bool used;
		struct state_reply reply;
	} replies[REPLIES];
};

/* The kept answer goes to the client that asks by the request's number, and to no other request. */
static void check_abandoned(const struct state *s, const struct state_reply *kept)
{
	struct message m = {.tag = TAG(ERR_PROTOCOL, 0)};
	struct request r = {.badge = kept->description, .number = kept->number, .message = &m};

	CHECK(kept->length <= MSG_REGS);
	CHECK(state_reply_abandon(s, &r) == OK);
	CHECK(m.tag == TAG(kept->status, kept->length));
	CHECK(!memcmp(m.word, kept->words, kept->length * 8ul));
	m.tag = TAG(ERR_PROTOCOL, 0);
	r.number++;
	CHECK(state_reply_abandon(s, &r) == ERR_CANCELLED && m.tag == TAG(ERR_PROTOCOL, 0));
}

static u32 model_find(const struct model *m, u64 description, u64 thread)
{
	u32 i = 0;

	while (i < REPLIES &&
	       !(m->replies[i].used && m->replies[i].reply.description == description &&
		 m->replies[i].reply.thread == thread))
		i++;
	return i;
}

static void agrees(const struct state *s, const struct model *m)
{
	CHECK(!memcmp(s->beside, m->beside, BESIDE_BYTES));
	enum microk_status missing = ERR_NO_SPACE;
	cap_t noted = 0;

	for (u32 i = 0; i < REPLIES; i++)
		if (!m->replies[i].used)
			missing = ERR_NOT_FOUND;
	CHECK(!memcmp(state_data(s), m->data, DATA_BYTES));
	for (u32 i = 0; i < SLOTS; i++) {
		struct state_slot note = state_slot_find(s, FIRST + i);

		CHECK(note.kind == m->slots[i].kind && note.object == m->slots[i].object);
		if (note.kind) {
			noted = state_slot_next(s, noted);
			CHECK(noted == FIRST + i);
		}
	}
	CHECK(!state_slot_next(s, noted));
	for (u64 d = 1; d <= 4; d++)
		for (u64 t = 0; t < 3; t++) {
			u32 i = model_find(m, d, t);
			struct state_reply r = {.description = d, .thread = t};

			if (i == REPLIES) {
				CHECK(state_reply_find(s, &r) == missing);
				continue;
			}
			r.number = m->replies[i].reply.number;
			CHECK(state_reply_find(s, &r) == OK);
			CHECK(!memcmp(&r, &m->replies[i].reply,
				      offsetof(struct state_reply, words) + r.length * 8ul));
			check_abandoned(s, &r);
			r.number++;
			CHECK(state_reply_find(s, &r) == ERR_NOT_FOUND);
		}
}

/* ---- Random steps of a transaction, done to the area and to the model ---- */

static enum microk_status step_data(struct state *s, struct model *m)
{
	u8 bytes[96];
	u64 at = below(DATA_BYTES), count = below(MIN(sizeof(bytes), DATA_BYTES - at) + 1);

	for (u64 i = 0; i < count; i++)
		bytes[i] = (u8)below(3);
	memcpy(m->data + at, bytes, count);
	return state_write(s, (const u8 *)state_data(s) + at, bytes, count);
}

static enum microk_status step_word(struct state *s, struct model *m)
{
	u64 at = below(DATA_BYTES / 8) * 8, value = below(3);

	memcpy(m->data + at, &value, sizeof(value));
	return state_set(s, (const u64 *)((const u8 *)state_data(s) + at), value);
}

static enum microk_status step_beside(struct state *s, struct model *m)
{
	u8 bytes[64];
	u64 at = below(BESIDE_BYTES), count = below(MIN(sizeof(bytes), BESIDE_BYTES - at) + 1);

	for (u64 i = 0; i < count; i++)
		bytes[i] = (u8)below(3);
	memcpy(m->beside + at, bytes, count);
	return state_write_beside(s, s->beside + at, bytes, count);
}

static enum microk_status step_slot(struct state *s, struct model *m)
{
	u64 i = below(SLOTS), kind = below(3);
	struct state_slot note = {.kind = kind, .object = kind ? below(5) : 0};

	m->slots[i] = note;
	return state_slot_note(s, FIRST + i, note);
}

static enum microk_status step_keep(struct state *s, struct model *m)
{
	struct state_reply r = {
		.description = 1 + below(4),
		.thread = below(3),
		.number = below(1000),
		.status = below(3),
		.length = (u32)below(REPLY_WORDS + 1)};
	u32 i = model_find(m, r.description, r.thread);
	enum microk_status status;

	r.number |= r.thread << STUB_THREAD_SHIFT;
	for (u32 k = 0; k < r.length; k++)
		r.words[k] = below(9);
	for (u32 k = 0; i == REPLIES && k < REPLIES; k++)
		if (!m->replies[k].used)
			i = k;
	struct state_reply unknown = {
		.description = r.description, .thread = r.thread, .number = ~0ul};
	CHECK(state_reply_find(s, &unknown) == (i < REPLIES ? ERR_NOT_FOUND : ERR_NO_SPACE));
	status = state_reply_keep(s, &r);
	if (i == REPLIES) {
		CHECK(status == ERR_NO_SPACE && s->failed);
		return status;
	}
	m->replies[i].used = true;
	m->replies[i].reply = r;
	return status;
}

static enum microk_status step_forget(struct state *s, struct model *m)
{
	u64 description = 1 + below(4);

	for (u32 i = 0; i < REPLIES; i++)
		if (m->replies[i].reply.description == description)
			m->replies[i].used = false;
	return state_reply_forget(s, description);
}

/* A transaction's steps, from `seed`. Whether all were accepted. */
static bool steps(struct state *s, struct model *m, u64 seed)
{
	static enum microk_status (*const step[])(struct state *, struct model *) = {
		step_data, step_word, step_beside, step_slot, step_keep, step_forget};

	rnd_state = seed * 0x9e3779b97f4a7c15ul | 1; /* close seeds differ in every bit */
	for (u64 n = below(6); n-- > 0;) {
		enum microk_status status = step[below(ARRAY_LEN(step))](s, m);

		CHECK(status == OK || (status == ERR_NO_SPACE && s->failed));
		if (status != OK)
			return false;
	}
	return true;
}

/* Finds out, on a copy, the area's content after the transaction; the model is then the one after it, too. */
static bool foresee(struct model *m, u64 seed, bool commits)
{
	area_t copy = living;
	struct state s;
	struct model next = *m;
	bool fits;

	mode = AS_IT_IS;
	CHECK(area_open(&s, &copy) == OK);
	CHECK(state_begin(&s) == OK);
	fits = steps(&s, &next, seed);
	if (fits && commits) {
		CHECK(state_commit(&s) == OK);
		*m = next;
	} else {
		state_abort(&s);
		CHECK(same_content(&copy, &living));
	}
	after = copy;
	return fits;
}

/* A partner's change decides: from its commit on, a successor finds the transaction committed. */
static void partner_commits(struct state *s, bool fits)
{
	struct state_vote vote;

	CHECK(state_prepare(s, &vote) == (fits ? OK : ERR_NO_SPACE));
	CHECK(!committed && (fits || !vote.generation));
	if (!vote.generation)
		return;
	state_store(&living.vote.sum, vote.sum);
	CHECK(!committed);
	state_store(&living.vote.generation, vote.generation);
	CHECK(committed == !same_content(&before, &after));
}

static void transactions(u64 seed)
{
	struct model m = {0}, again;
	struct state s;
	u32 refused = 0, changed = 0;

	memset(&living, 0, sizeof(living));
	memset(&after, 0, sizeof(after));
	mode = AS_IT_IS;
	CHECK(state_create(&s, &after, ROOM, &plan) == OK);
	ends_everywhere(false);
	CHECK(area_open(&s, &living) == ERR_NOT_FOUND);
	CHECK(state_create(&s, &living, ROOM, &plan) == OK);
	CHECK(committed);
	mode = AS_IT_IS;
	CHECK(area_open(&s, &living) == OK);
	for (u32 n = 0; n < 600; n++) {
		u64 its_seed = seed * 1000003 + n;
		bool commits = its_seed % 5 != 0, fits;

		again = m;
		fits = foresee(&m, its_seed, commits);
		ends_everywhere(true);
		CHECK(state_begin(&s) == OK && state_begin(&s) == ERR_STATE);
		CHECK(steps(&s, &again, its_seed) == fits);
		CHECK(!committed);
		if (commits && n % 2)
			partner_commits(&s, fits);
		if (commits)
			CHECK(state_commit(&s) == (fits ? OK : ERR_NO_SPACE));
		else
			state_abort(&s);
		CHECK(committed == !same_content(&before, &after));
		CHECK(same_content(&living, &after) && state_check(&s) == OK);
		mode = AS_IT_IS;
		agrees(&s, &m);
		refused += !fits;
		changed += committed;
		if (n % 7 == 0) { /* another instance goes on */
			memset(&s, 0xa5, sizeof(s));
			CHECK(area_open(&s, &living) == OK);
		}
	}
	printf("%lu stores, %lu deaths, %u transactions committed, %u too large\n", stores, deaths,
	       changed, refused);
	CHECK(refused > 10 && changed > 200 && deaths > 20000);
}

/* ---- Damage ---- */

/* An area in the middle of a transaction, every one of its bits flipped in turn: a successor takes over the state before the
 * transaction, or nothing. */
static void damage(u64 seed)
{
	struct state s;
	struct model m = {0};
	u64 noticed = 0, bytes = state_bytes(&plan);

	mode = AS_IT_IS;
	CHECK(state_create(&s, &living, ROOM, &plan) == OK && area_open(&s, &living) == OK);
	for (u32 n = 0; n < 20; n++) {
		struct model next = m;

		CHECK(state_begin(&s) == OK);
		steps(&s, &next, seed + n);
		if (state_commit(&s) == OK)
			m = next;
	}
	before = living;
	CHECK(state_begin(&s) == OK);
	CHECK(state_write(&s, state_data(&s), "an unfinished change", 20) == OK);
	for (u64 bit = 0; bit < bytes * 8; bit++) {
		area_t copy = living;

		copy.words[bit / 64] ^= 1ul << bit % 64;
		if (area_open(&s, &copy) != OK)
			noticed++;
		else
			CHECK(same_content(&copy, &before));
	}
	/* A bit in the log's unused records or in the other generation's sum has no meaning. */
	CHECK(noticed > bytes * 8 / 2);
	printf("%lu of %lu flipped bits noticed\n", noticed, bytes * 8);
}

/* ---- Refusals ---- */

static void refusals(void)
{
	struct state s;
	struct state_plan p = plan;
	u64 bytes = state_bytes(&plan);
	u8 byte = 1;

	mode = AS_IT_IS;
	memset(&living, 0, sizeof(living));
	CHECK(state_open(&s, &living, ROOM) == ERR_NOT_FOUND);
	CHECK(state_open(&s, &living, 8) == ERR_MEMORY);
	CHECK(state_create(&s, &living, bytes - 1, &plan) == ERR_MEMORY);
	CHECK(state_create(&s, (u8 *)&living + 4, ROOM - 8, &plan) == ERR_ALIGN);
	p.version = 0;
	CHECK(state_create(&s, &living, ROOM, &p) == ERR_ARG && !state_bytes(&p));
	p = plan;
	p.log_words = 0;
	CHECK(state_create(&s, &living, ROOM, &p) == ERR_ARG);
	p = plan;
	p.reply_words = STATE_REPLY_WORDS + 1;
	CHECK(state_create(&s, &living, ROOM, &p) == ERR_ARG);
	CHECK(state_create(&s, &living, bytes, &plan) == OK);
	CHECK(state_open(&s, &living, bytes - 1) == ERR_MEMORY);
	CHECK(state_open(&s, (u8 *)&living + 4, bytes) == ERR_ALIGN);
	CHECK(state_open(&s, &living, bytes) == OK);
	p = state_plan(&s);
	CHECK(!memcmp(&p, &plan, sizeof(p)));

	/* Either of the two, by one call. */
	memset(&living, 0, sizeof(living));
	CHECK(state_open_or_create(&s, &living, bytes - 1, &plan) == ERR_MEMORY);
	CHECK(state_open_or_create(&s, &living, bytes, &plan) == OK);
	CHECK(state_begin(&s) == OK && state_write(&s, state_data(&s), &byte, 1) == OK);
	CHECK(state_commit(&s) == OK);
	CHECK(state_open_or_create(&s, &living, bytes, &plan) == OK);
	CHECK(*(const u8 *)state_data(&s) == byte);
	((u8 *)&living)[bytes - 1] ^= 1;
	CHECK(state_open_or_create(&s, &living, bytes, &plan) == ERR_STATE);
	memset(&living, 0, sizeof(living));
	CHECK(state_create(&s, &living, bytes, &plan) == OK);

	/* No store goes outside of a transaction, or outside of the content. */
	CHECK(state_write(&s, state_data(&s), &byte, 1) == ERR_STATE);
	CHECK(state_commit(&s) == ERR_STATE);
	state_abort(&s);
	CHECK(state_begin(&s) == OK);
	CHECK(state_write(&s, s.area, &byte, 1) == ERR_RANGE);
	CHECK(state_commit(&s) == ERR_RANGE && !*(const u8 *)state_data(&s));
	CHECK(state_begin(&s) == OK);
	CHECK(state_set(&s, (const u64 *)s.area, ~0ul) == ERR_RANGE);
	CHECK(state_commit(&s) == ERR_RANGE);
	CHECK(state_set(&s, state_data(&s), ~0ul) == ERR_STATE);
	CHECK(state_begin(&s) == OK);
	CHECK(state_set(&s, (const u64 *)((const u8 *)&living + bytes), ~0ul) == ERR_RANGE);
	CHECK(state_commit(&s) == ERR_RANGE && state_begin(&s) == OK);
	CHECK(state_write(&s, (u8 *)&living + bytes - 1, &byte, 1) == OK);
	CHECK(state_write(&s, (u8 *)&living + bytes - 1, &byte, 2) == ERR_RANGE);
	CHECK(state_write(&s, (u8 *)&living + bytes + 8, &byte, 1) == ERR_RANGE);
	CHECK(state_check(&s) == ERR_STATE); /* in the middle */
	state_abort(&s);
	CHECK(state_check(&s) == OK && !((u8 *)&living)[bytes - 1]);

	/* Memory beside the area: none, then some. */
	CHECK(state_begin(&s) == OK);
	CHECK(state_write_beside(&s, &byte, &byte, 1) == ERR_RANGE);
	CHECK(state_commit(&s) == ERR_RANGE);
	CHECK(state_open_beside(&s, &living, bytes, living.beside, 12) == ERR_ALIGN);
	CHECK(state_open_beside(&s, &living, bytes, living.beside + 4, 8) == ERR_ALIGN);
	CHECK(state_open_beside(&s, &living, bytes, living.beside, 16) == OK);
	CHECK(state_write_beside(&s, living.beside, &byte, 1) == ERR_STATE);
	CHECK(state_begin(&s) == OK);
	CHECK(state_write_beside(&s, living.beside + 15, &byte, 1) == OK && living.beside[15] == 1);
	CHECK(state_write_beside(&s, living.beside + 15, &byte, 2) == ERR_RANGE);
	CHECK(state_write_beside(&s, living.beside - 1, &byte, 1) == ERR_RANGE);
	state_abort(&s);
	CHECK(living.beside[15] == 0);
	/* A successor with less of it cannot undo the transaction. */
	CHECK(state_begin(&s) == OK && state_write_beside(&s, living.beside + 8, &byte, 1) == OK);
	CHECK(state_open_beside(&s, &living, bytes, living.beside, 8) == ERR_STATE);
	CHECK(state_open_beside(&s, &living, bytes, living.beside, 16) == OK);
	CHECK(living.beside[8] == 0);

	/* Places. */
	CHECK(state_offset(&s, NULL) == 0 && !state_at(&s, 0, 0));
	CHECK(state_at(&s, state_offset(&s, state_data(&s)), DATA_BYTES) == state_data(&s));
	CHECK(!state_at(&s, bytes - 8, 9) && !state_at(&s, bytes + 8, 0) && !state_at(&s, ~0ul, 8));
	CHECK(!state_at(&s, 8, 8));

	/* Slots and replies. */
	CHECK(state_begin(&s) == OK);
	CHECK(state_slot_note(&s, FIRST - 1, (struct state_slot){.kind = 1}) == ERR_RANGE);
	CHECK(state_slot_note(&s, FIRST + SLOTS, (struct state_slot){.kind = 1}) == ERR_RANGE);
	CHECK(!state_slot_find(&s, FIRST + SLOTS).kind);
	for (cap_t slot = FIRST; slot < FIRST + SLOTS; slot++) {
		CHECK(state_slot_unused(&s) == slot);
		CHECK(state_slot_note(&s, slot, (struct state_slot){.kind = 1, .object = slot}) ==
		      OK);
	}
	CHECK(state_slot_unused(&s) == 0);
	CHECK(state_commit(&s) == ERR_RANGE); /* the first error */
	CHECK(state_slot_unused(&s) == FIRST);
	CHECK(state_begin(&s) == OK);
	CHECK(state_reply_keep(&s, &(struct state_reply){.description = 0}) == ERR_ARG);
	CHECK(state_reply_keep(&s, &(struct state_reply){.description = ~0ul}) == ERR_ARG);
	CHECK(state_reply_keep(
		      &s, &(struct state_reply){.description = 1, .length = REPLY_WORDS + 1}) ==
	      ERR_LENGTH);
	CHECK(state_reply_find(&s, &(struct state_reply){.description = ~0ul}) == ERR_ARG);
	CHECK(state_commit(&s) == ERR_ARG);

	/* A service may go on to the commit without a look at the statuses: it does nothing by halves. */
	CHECK(state_begin(&s) == OK);
	CHECK(state_write(&s, state_data(&s), &byte, 1) == OK);
	state_reply_keep(&s, &(struct state_reply){.description = 1, .length = REPLY_WORDS + 1});
	CHECK(state_commit(&s) == ERR_LENGTH && !*(const u8 *)state_data(&s));
	CHECK(state_begin(&s) == OK);
	CHECK(state_write(&s, state_data(&s), &byte, 1) == OK);
	state_reply_forget(&s, 0);
	CHECK(state_commit(&s) == ERR_ARG && !*(const u8 *)state_data(&s));

	/* Nor has a transaction that changes nothing a vote, and outside of one there is none. */
	struct state_vote vote;
	CHECK(state_prepare(&s, &vote) == ERR_STATE && !vote.generation);
	CHECK(state_begin(&s) == OK && state_prepare(&s, &vote) == OK && !vote.generation);
	CHECK(state_commit(&s) == OK);

	/* Where nothing is changed, nothing is stored: a refused request costs no store. */
	u64 before_abort = stores;
	CHECK(state_begin(&s) == OK);
	state_abort(&s);
	CHECK(stores == before_abort && state_check(&s) == OK);
}

/* Without slots and replies, and with the smallest log. */
static void smallest(void)
{
	const struct state_plan p = {.version = 1, .log_words = 1, .data_bytes = 16};
	struct state s;
	u64 pair[2] = {7, 8};

	mode = AS_IT_IS;
	memset(&living, 0, sizeof(living));
	CHECK(state_create(&s, &living, ROOM, &p) == OK);
	CHECK(!state_slot_unused(&s) && !state_slot_next(&s, 0));
	CHECK(state_reply_find(&s, &(struct state_reply){.description = 1}) == ERR_NO_SPACE);
	CHECK(state_begin(&s) == OK);
	CHECK(state_reply_keep(&s, &(struct state_reply){.description = 1}) == ERR_NO_SPACE);
	CHECK(state_reply_forget(&s, 1) == OK);
	CHECK(state_write(&s, state_data(&s), pair, 16) == ERR_NO_SPACE);
	CHECK(state_write(&s, state_data(&s), pair, 0) == OK);
	CHECK(state_commit(&s) == ERR_NO_SPACE && !*(const u64 *)state_data(&s));
	CHECK(state_begin(&s) == OK && state_write(&s, state_data(&s), pair, 8) == OK);
	CHECK(state_commit(&s) == OK && *(const u64 *)state_data(&s) == 7);
}

/* A kept answer of as many words as there may be: those after the registers come out of the IPC buffer. */
static void longest(void)
{
	const struct state_plan p = {
		.version = 1,
		.log_words = 2 * STATE_REPLY_WORDS,
		.replies = 2,
		.reply_words = STATE_REPLY_WORDS,
		.data_bytes = 8};
	struct state_reply kept = {
		.description = 5,
		.thread = 6,
		.number = 6ul << STUB_THREAD_SHIFT | 7,
		.status = ERR_RANGE};
	struct message m = {.tag = TAG(ERR_PROTOCOL, 0)};
	struct request r = {.badge = kept.description, .number = kept.number, .message = &m};
	struct state s, next;

	mode = AS_IT_IS;
	memset(&living, 0, sizeof(living));
	CHECK(state_create(&s, &living, ROOM, &p) == OK);
	for (u32 length = MSG_REGS; length <= STATE_REPLY_WORDS; length++) {
		struct state_reply found = {
			.description = kept.description,
			.thread = kept.thread,
			.number = kept.number};
		kept.length = length;
		for (u32 i = 0; i < length; i++)
			kept.words[i] = 0x1234567800000000ul + length * 64 + i;
		CHECK(state_begin(&s) == OK);
		CHECK(state_reply_keep(&s, &kept) == OK);
		CHECK(state_commit(&s) == OK);
		CHECK(state_open(&next, &living, ROOM) == OK);
		CHECK(state_reply_find(&next, &found) == OK && found.length == length);
		CHECK(!memcmp(found.words, kept.words, length * 8ul));
		memset(&buffer, 0, sizeof(buffer));
		CHECK(state_reply_abandon(&next, &r) == OK && m.tag == TAG(ERR_RANGE, length));
		for (u32 i = 0; i < length; i++)
			CHECK(message_word(&m, i) == kept.words[i]);
		CHECK(!memcmp(
			&buffer.words[MSG_REGS], &kept.words[MSG_REGS], (length - MSG_REGS) * 8ul));
	}
}

int main(int argc, char **argv)
{
	u64 seed = strtoul(argv[1], NULL, 0);

	if (argc > 2) {
		damage(seed);
		return 0;
	}
	refusals();
	smallest();
	longest();
	transactions(seed);
	return 0;
}
