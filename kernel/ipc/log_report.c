/*
 * A report of a fault is 250 characters, and to make them takes six times as long as an urgent thread waits for its wake-up on
 * an idle machine. So the thread that faults only records the facts, and the text is made where it is shown: at the urgency of
 * the thread that caused it (cap/log_later.c), a part for each step. A report becomes part of the log's ring when its text is
 * whole, so no other line comes into the middle of it.
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
	**end = &first;              /* those that are not in the ring yet, in their order */
static const struct report_part *at; /* the next part of the first one; NULL: none of it is made */
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

	log_take_one(LOG_ACCOUNT_NONE);
	r->given = 1u << REPORT_ABOUT;
	return r;
}

void report_name(struct report *r, u32 item, const struct thread *t)
{
	_Static_assert(sizeof(r->item[0]) == sizeof(t->name), "an item holds a name");
	memcpy(&r->item[item], t->name, sizeof(t->name));
	if (!t->name[0])
		r->item[item].low = '?';
	r->given |= 1u << item;
}

void report_value(struct report *r, u32 item, u64 value)
{
	r->item[item].low = value;
	r->given |= 1u << item;
}

/* ---- the text ---- */
static void put_string(const char *s)
{
	while (*s && length < REPORT_BYTES)
		text[length++] = *s++;
}

static void put_item(const struct report *r, const struct report_part *p)
{
	char made[PIECE_BYTES + 1];
	u64 value = r->item[p->item].low;
	u32 bytes = 0;

	switch (p->form) {
	case REPORT_TEXT: return;
	case REPORT_STRING: put_string((const char *)value); return;
	case REPORT_NAME: bytes = kformat(made, "%.16s", (const char *)&r->item[p->item]); break;
	case REPORT_DECIMAL: bytes = kformat(made, "%lu", value); break;
	case REPORT_HEX: bytes = kformat(made, "0x%lx", value); break;
	case REPORT_BYTE: bytes = kformat(made, "%02x", (u32)value); break;
	}
	made[bytes] = '\0';
	put_string(made);
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

/* Makes a part of the text. False: no report waits. */
static bool make_part(void)
{
	const struct report *r = first;

	if (!r)
		return false;
	if (!at)
		at = r->given & 1u << REPORT_DROPPED ? dropped_parts : r->parts;
	if (at->text) {
		if (r->given & 1u << at->item) {
			put_string(at->text);
			put_item(r, at);
		}
		at++;
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
	log_make_later(make_part);
}
