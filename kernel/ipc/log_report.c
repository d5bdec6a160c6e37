/*
 * A report of a fault is 250 characters, and to make them takes six times as long as an urgent thread waits for its wake-up on
 * an idle machine. So the thread that faults only records the facts, and the text is made where it is shown: at the urgency of
 * the thread that caused it (cap/log_later.c). A step makes one item or a few characters, so it is as short for a long part as
 * for others. A report becomes part of the log's ring when its text is whole, so no other line comes into the middle of it.
 *
 * Linux (since 5.10) formats in the printk call and stores text beside the facts; its binary trace buffers store facts alone,
 * and the reader makes the text. Hubris' kernel only counts and leaves the text to a debugger. Here the facts are stored, and the
 * kernel makes the text, because the log is what remains of a machine that ends.
 *
 * The places belong to the accounts (mm/log_account.h): a program whose reports wait, since more urgent threads run, takes no
 * place of another program's.
 */
#include "ipc/log_report.h"
#include "ipc/log_budget.h"
#include "lib/log.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/log_account.h"

static const struct report_part dropped_parts[] = {
	{"[log] ", REPORT_DECIMAL, REPORT_DROPPED},
	{" lines of ", REPORT_NAME, REPORT_ABOUT},
	{" were dropped, or of others on its account\n", REPORT_TEXT, REPORT_ABOUT},
	{NULL, REPORT_TEXT, REPORT_ABOUT},
};

static struct report places[LOG_ACCOUNTS][LOG_BURST];
static struct report of_root;

static struct report *first,
	**end = &first; /* those that are not in the ring yet, in their order */

/* The first one's text. */
static const struct report_part *at; /* the part that is made next; NULL: none is made yet */
static bool item_is_next;            /* of that part the text is made */
static const char *rest = "";        /* of the text or the item: not in `text` yet */
static char text[REPORT_BYTES];
static u32 length;

static struct report *free_place(u32 account)
{
	for (u32 i = 0; i < LOG_BURST; i++)
		if (!places[account][i].parts)
			return &places[account][i];
	return NULL;
}

struct report *report_begin(const struct thread *t, u32 spared)
{
	u32 account = log_account_of(t), dropped = 0;
	bool has_own_place = t == thread_root && !of_root.parts;
	struct report *r = has_own_place ? &of_root : free_place(account);

	bool has_place = r != NULL;

	if (!has_own_place && !log_allows(account, has_place, spared, &dropped))
		return NULL;
	if (!r)
		return NULL; /* log_allows has counted it */
	r->given = 0;
	report_name(r, REPORT_ABOUT, t);
	if (dropped)
		report_value(r, REPORT_DROPPED, dropped);
	return r;
}

bool report_allows_device(void)
{
	return free_place(LOG_ACCOUNT_NONE) && log_has_left(LOG_ACCOUNT_NONE);
}

struct report *report_begin_device(void)
{
	struct report *r = free_place(LOG_ACCOUNT_NONE);

	if (!r)
		return NULL; /* the caller did not ask report_allows_device */
	log_take_one(LOG_ACCOUNT_NONE);
	r->given = 1u << REPORT_ABOUT;
	return r;
}

void report_name(struct report *r, u32 item, const struct thread *t)
{
	_Static_assert(sizeof(r->item[0]) == sizeof(t->name), "an item holds a name");
	/* Two moves: an urgent thread may wait for the fault's end, and a call takes 25 instructions longer. */
	__builtin_memcpy(&r->item[item], t->name, sizeof(t->name));
	if (!t->name[0])
		r->item[item].low = '?';
	r->given |= 1u << item;
}

/* ---- the text ---- */
/* Copying this much takes less than half as long as a wake-up of an urgent thread. */
#define STEP_BYTES 24

static void put_some(void)
{
	const char *c = rest;

	for (u32 i = 0; i < STEP_BYTES && *c && length < REPORT_BYTES; i++)
		text[length++] = *c++;
	rest = length < REPORT_BYTES ? c : "";
}

/* The item in the part's form. The next call overwrites it. */
static const char *item_text(const struct report *r, const struct report_part *p)
{
	static char made[NUMBER_DIGITS + 1]; /* the last one stays 0 */
	char *c = made + NUMBER_DIGITS;
	const char *name = (const char *)&r->item[p->item];
	u64 value = r->item[p->item].low;

	switch (p->form) {
	case REPORT_TEXT: break;
	case REPORT_STRING: return (const char *)value;
	case REPORT_DECIMAL: return number_digits(c, value, 10);
	case REPORT_NAME:
		for (u32 i = sizeof(r->item[0]); i--;)
			*--c = name[i] ? name_character(name[i]) : '\0';
		return c;
	case REPORT_HEX:
		c = number_digits(c, value, 16);
		*--c = 'x';
		*--c = '0';
		return c;
	case REPORT_BYTE:
		c = number_digits(c, value, 16);
		if (value < 16)
			*--c = '0';
		return c;
	}
	return "";
}

static void finish_text(void)
{
	log_put(text, length);
	length = 0;
}

static void remove_first(void)
{
	struct report *r = first;

	first = r->next;
	if (!first)
		end = &first;
	r->parts = NULL;
}

/* The text of the next part, or the item that follows it. */
static void begin_piece(const struct report *r)
{
	bool is_given = r->given & 1u << at->item;

	if (is_given && !item_is_next) {
		rest = at->text;
		item_is_next = true;
		return;
	}
	if (is_given)
		rest = item_text(r, at);
	item_is_next = false;
	at++;
}

/* One step of making the text. False: no report waits. */
static bool make_step(void)
{
	const struct report *r = first;

	if (!r)
		return false;
	if (!at)
		at = r->given & 1u << REPORT_DROPPED ? dropped_parts : r->parts;
	if (*rest) {
		put_some();
		return true;
	}
	if (at->text) {
		begin_piece(r);
		return true;
	}
	at = at == &dropped_parts[ARRAY_LEN(dropped_parts) - 1] ? r->parts : NULL;
	finish_text();
	if (!at)
		remove_first();
	return true;
}

void report_end(struct report *r, const struct report_part *parts)
{
	r->parts = parts;
	r->next = NULL;
	*end = r;
	end = &r->next;
	log_make_later(make_step);
}
