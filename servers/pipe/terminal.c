#include "servers/pipe/terminal.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/notice.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/terminal/ldisc.h"
#include "servers/pipe/channel.h"
#include "servers/pipe/ends.h"
#include "servers/pipe/waiting.h"

_Static_assert(RING_BYTES >= TYPED_BYTES + TYPED_BYTES / 8, "bytes and marks fit");
_Static_assert(RING_BYTES >= LDISC_ECHO_MOST, "each echo fits");

#define COLUMNS 80 /* until it is set */
#define ROWS 24

/* ---- The table ---- */

static u32 number_of(const struct terminal *t)
{
	return (u32)(t - kept->terminals);
}

static cap_t owner_slot(const struct terminal *t)
{
	return SLOT_TOTAL + END_SLOTS * ENDS_MAX + FLIGHTS_MAX + number_of(t);
}

const struct terminal *terminal_at(const struct end *e)
{
	return e->kind == KIND_TERMINAL ? terminal_of(channel_named(e->in)) : NULL;
}

bool terminal_is_master(const struct end *e)
{
	const struct terminal *t = terminal_at(e);

	return t && t->shown == e->in;
}

const struct terminal *terminal_free(u64 payer)
{
	const struct terminal *unused = NULL;
	u32 held = 0;

	for (const struct terminal *t = kept->terminals; t < kept->terminals + TERMINALS_MAX; t++) {
		held += t->typed && kept->payers[t->typed - 1] == payer;
		if (!t->typed && !unused)
			unused = t;
	}
	return held < TERMINALS_EACH ? unused : NULL;
}

void terminal_open(const struct terminal *t, const struct channel *typed,
		   const struct channel *shown)
{
	static struct terminal new;

	new = (struct terminal){
		.typed = channel_number(typed) + 1,
		.shown = channel_number(shown) + 1,
		.columns = COLUMNS,
		.rows = ROWS};
	new.ldisc.settings = settings_cooked();
	kept_write(t, &new, sizeof(new));
	KEPT_SET(typed->terminal, (u8)(number_of(t) + 1));
	KEPT_SET(shown->terminal, (u8)(number_of(t) + 1));
}

/* ---- The copy ---- */

static struct {
	const struct terminal *of;
	struct terminal now;
	u64 shown;                    /* the place of shown text */
	bool is_raised, is_cancelled; /* an event of interest to the owner; one that ends reads */
} copy;

struct ring terminal_ring(const struct terminal *t, u64 place)
{
	u8 *bytes = store_of(channel_named(t->typed))->ring;

	return (struct ring){
		.byte = bytes,
		.mark = bytes + TYPED_BYTES,
		.size = TYPED_BYTES,
		.tail = place_first(place),
		.head = place_first(place) + place_count(place)};
}

u64 terminal_place(const struct ring *ring)
{
	u32 count = ring_used(ring);

	return count ? (u64)ring->tail << 32 | count : 0;
}

static void echo(const char *bytes, size_t count)
{
	const struct channel *shown = channel_named(copy.now.shown);
	char prepared[64];
	size_t taken;

	for (; count; bytes += taken, count -= taken) {
		taken = count;
		size_t size = settings_post(
			&copy.now.ldisc.settings, bytes, &taken, prepared, sizeof(prepared));
		copy.shown = channel_put(shown, copy.shown, (const u8 *)prepared, (u32)size);
	}
}

static void signalled(enum ldisc_signal signal)
{
	copy.is_cancelled = true;
	terminal_note(1u << signal);
}
_Static_assert(1u << LDISC_INTERRUPT == TTY_SIGNAL_INTERRUPT &&
		       1u << LDISC_QUIT == TTY_SIGNAL_QUIT && 1u << LDISC_STOP == TTY_SIGNAL_STOP,
	       "their bits");

struct terminal *terminal_load(const struct terminal *t)
{
	copy.of = t;
	copy.now = *t;
	copy.now.ldisc.echo = echo;
	copy.now.ldisc.signalled = signalled;
	copy.now.ldisc.ready = terminal_ring(t, channel_named(t->typed)->place);
	copy.shown = channel_named(t->shown)->place;
	return &copy.now;
}

void terminal_store(u64 *place)
{
	const u64 *is = (const u64 *)copy.of, *now = (const u64 *)&copy.now;

	*place = terminal_place(&copy.now.ldisc.ready);
	copy.now.ldisc.echo = NULL;
	copy.now.ldisc.signalled = NULL;
	copy.now.ldisc.ready = (struct ring){0};
	for (u32 i = 0; i < sizeof(copy.now) / sizeof(u64); i++)
		if (is[i] != now[i])
			kept_set(&is[i], now[i]);
	const struct channel *shown = channel_named(copy.of->shown);
	if (shown->place != copy.shown)
		kept_set(&shown->place, copy.shown);
}

u32 terminal_shown_room(void)
{
	return RING_BYTES - place_count(copy.shown);
}

void terminal_drop_shown(void)
{
	copy.shown = 0;
}

/* ---- Events ---- */

void terminal_note(u32 event)
{
	copy.is_raised |= foreground_note(&copy.now.foreground, event);
}

bool terminal_is_signalled(void)
{
	return copy.is_cancelled;
}

static void cancel_readers(const struct channel *typed)
{
	struct waiter *w;

	while ((w = waiting_first(typed, READING)))
		waiting_fail(w, ERR_CANCELLED);
}

void terminal_give_signals(void)
{
	if (copy.is_raised)
		notice_send(owner_slot(copy.of));
	if (copy.is_cancelled)
		cancel_readers(channel_named(copy.of->typed));
	terminal_forget_signals();
}

void terminal_forget_signals(void)
{
	copy.is_raised = copy.is_cancelled = false;
}

void terminal_left(const struct terminal *t, bool is_master)
{
	const struct channel *typed = channel_named(t->typed);
	u64 place;

	if (!typed->readers && !typed->writers) {
		cnode_delete(SLOT_CNODE, owner_slot(t));
		KEPT_SET(t->typed, 0u);
	} else if (is_master) {
		terminal_load(t);
		terminal_note(TTY_SIGNAL_HANGUP);
		terminal_store(&place);
	}
}

enum microk_status terminal_keep_owner(const struct terminal *t, cap_t signal)
{
	cnode_delete(SLOT_CNODE, owner_slot(t));
	return cnode_move(SLOT_CNODE, &(struct cnode_move){.index = owner_slot(t),
							   .source_cnode = SLOT_CNODE,
							   .source_index = signal});
}

void terminal_take_over(void)
{
	for (const struct terminal *t = kept->terminals; t < kept->terminals + TERMINALS_MAX; t++) {
		if (t->typed && t->foreground.counts)
			notice_send(owner_slot(t));
		else if (!t->typed)
			cnode_delete(SLOT_CNODE, owner_slot(t));
	}
}
