#include "servers/pipe/text.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "lib/terminal/ldisc.h"
#include "servers/pipe/channel.h"
#include "servers/pipe/datagram.h"
#include "servers/pipe/terminal.h"

static u64 tenth; /* of a second, in ticks */
static u64
	next_due; /* the earliest time of a reader; it may be over for another reason meanwhile */

void text_setup(u64 ticks_in_tenth)
{
	tenth = ticks_in_tenth;
}

/* Bytes of a lent frame come by way of a place beside the channel's answers. */
static enum microk_status copy_lent(const struct ask *a, struct file_read_result *bytes, u32 size,
				    bool to_client)
{
	u64 here = (u64)((u8 *)bytes->data - (u8 *)stores);
	cap_t lent = end_slot(a->end, END_LENT);
	struct frame_copy copy = {
		.offset = here, .source = lent, .source_offset = a->at, .bytes = size};

	if (size == 0)
		return OK;
	if (!to_client)
		return frame_copy(stores_frame, &copy);
	copy.offset = a->at;
	copy.source = stores_frame;
	copy.source_offset = here;
	return frame_copy(lent, &copy);
}

/* ---- Writes ---- */

static bool takes(const struct ldisc *l, char c, u32 shown_room)
{
	return ldisc_takes(l, c) && ldisc_echo_most(l, c) <= shown_room;
}

/* Whether the first byte is taken decides. One that cannot be copied lets the write go on, to its error. */
static u32 typed_fits(const struct channel *c, const struct ask *a)
{
	struct terminal *now = terminal_load(terminal_of(c));
	struct file_read_result *by_way = answer_scratch(c);
	u32 size = MIN(a->size, FILE_DATA_MAX);

	if (a->lent && copy_lent(a, by_way, 1, false) != OK)
		return size;
	char first = (char)(a->lent ? by_way->data[0] : a->data[0]);
	return takes(&now->ldisc, first, terminal_shown_room()) ? size : 0;
}

/* A newline may be shown as two bytes. */
static u32 shown_fits(const struct channel *c, const struct ask *a)
{
	u32 size = MIN(a->size, FILE_DATA_MAX), room = channel_room(c) / 2;

	if (room >= size)
		return size;
	return a->end->flags & PIPE_NO_WAIT ? room : 0;
}

u32 text_fits(const struct channel *c, const struct ask *a)
{
	return terminal_is_typed(c) ? typed_fits(c, a) : shown_fits(c, a);
}

/* Stops after a signal: the reads that wait end by it, and the text before it was dropped, whose place only the commit makes
 * free. */
static u32 type(const struct terminal *t, u64 *place, const u8 *bytes, u32 size)
{
	struct ldisc *l = &terminal_load(t)->ldisc;
	u32 count = 0;

	while (count < size && !terminal_is_signalled() &&
	       takes(l, (char)bytes[count], terminal_shown_room()))
		ldisc_type(l, (const char *)&bytes[count++], 1);
	terminal_store(place);
	return count;
}

static void show(const struct channel *c, u64 *place, const u8 *bytes, u32 size)
{
	const struct settings *s = &terminal_of(c)->ldisc.settings;
	char prepared[128];
	size_t taken;

	for (; size; bytes += taken, size -= (u32)taken) {
		taken = size;
		size_t count =
			settings_post(s, (const char *)bytes, &taken, prepared, sizeof(prepared));
		*place = channel_put(c, *place, (const u8 *)prepared, (u32)count);
	}
}

enum microk_status text_put(const struct channel *c, const struct ask *a, u64 *place, u32 *size)
{
	struct file_read_result *by_way = answer_scratch(c);
	const u8 *bytes = a->lent ? by_way->data : a->data;
	enum microk_status status = a->lent ? copy_lent(a, by_way, *size, false) : OK;

	if (status != OK)
		return status;
	if (terminal_is_typed(c))
		*size = type(terminal_of(c), place, bytes, *size);
	else
		show(c, place, bytes, *size);
	return *size ? OK : ERR_WOULD_BLOCK; /* the client has changed its lent frame meanwhile */
}

/* ---- Reads ---- */

/* A discipline to read from. */
static const struct ldisc *view(const struct channel *c, u64 place)
{
	static struct ldisc l;

	l.settings = terminal_of(c)->ldisc.settings;
	l.ready = terminal_ring(terminal_of(c), place);
	return &l;
}

static bool is_in_foreground(const struct channel *c, const struct end *e)
{
	u32 group = terminal_of(c)->foreground.group;

	return !e->group || !group || e->group == group;
}

static struct ldisc_take peek(const struct channel *c, u64 place, const struct ask *a)
{
	static char bytes[FILE_DATA_MAX];

	return ldisc_peek(view(c, place), bytes, MIN(a->size, FILE_DATA_MAX));
}

bool text_is_ready(const struct channel *c, const struct ask *a)
{
	if (!is_in_foreground(c, a->end))
		return false;
	for (struct waiter *w = waiting_first(c, READING); w; w = w->next)
		if (is_in_foreground(c, w->ask.end))
			return false;
	return peek(c, c->place, a).ready;
}

/* Whether the reader has waited for further bytes as long as VTIME lets it. Each byte begins the time anew. */
static bool is_over(struct waiter *w, const struct ldisc_take *take)
{
	u64 now = tsc_read();

	if (!take->tenths) {
		w->due = 0;
		return false;
	}
	if (!w->due || w->seen != take->units) {
		w->due = now + take->tenths * tenth;
		w->seen = take->units;
	}
	if (now >= w->due)
		return true;
	next_due = next_due ? MIN(next_due, w->due) : w->due;
	return false;
}

struct waiter *text_reader(const struct channel *c, u64 place)
{
	for (struct waiter *w = waiting_first(c, READING); w; w = w->next) {
		if (!is_in_foreground(c, w->ask.end))
			continue;
		struct ldisc_take take = peek(c, place, &w->ask);
		return take.ready || is_over(w, &take) ? w : NULL;
	}
	return NULL;
}

enum microk_status text_take(const struct channel *c, const struct ask *a, u64 *place,
			     struct file_read_result *bytes, u32 *length)
{
	struct ring ring = terminal_ring(terminal_of(c), *place);
	struct ldisc_take take =
		ldisc_peek(view(c, *place), (char *)bytes->data, MIN(a->size, FILE_DATA_MAX));

	bytes->data_length = *length = (u32)take.bytes;
	ring_drop(&ring, take.units);
	*place = terminal_place(&ring);
	return a->lent ? copy_lent(a, bytes, *length, true) : OK;
}

u32 text_count(const struct channel *c, bool *is_readable)
{
	static char bytes[FILE_DATA_MAX];
	const struct ldisc *l = view(c, c->place);

	*is_readable = ldisc_is_readable(l);
	return (u32)ldisc_peek(l, bytes, sizeof(bytes)).bytes;
}

u32 text_size(const struct channel *c)
{
	bool is_readable;

	if (c->kind == CHANNEL_DATAGRAMS)
		return datagram_size(c, c->place);
	return terminal_is_typed(c) ? text_count(c, &is_readable) : channel_count(c);
}

/* ---- Time ---- */

u64 text_deadline(void)
{
	return next_due;
}

void text_expired(void (*settle)(const struct channel *c))
{
	next_due = 0;
	for (const struct terminal *t = kept->terminals; t < kept->terminals + TERMINALS_MAX; t++)
		if (t->typed)
			settle(channel_named(t->typed));
}
