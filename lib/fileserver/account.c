#include "lib/fileserver/account.h"
#include "lib/fileserver/description.h"
#include "lib/microk/string.h"
#include "lib/state/replies.h"

static struct account {
	u64 client;
	u32 held;        /* descriptions */
	u32 held_by_own; /* of these, opened by its own badge */
	u32 replies;
} accounts[CLIENTS_MAX];
static u32 account_count;
static u16 opened_by[DESCRIPTIONS_MAX]; /* a directory's description: those opened by way of it */
static bool changed;

static u32 share(u32 of_most)
{
	return of_most * keep_description_count() / DESCRIPTIONS_MAX;
}

u64 account_payer(u64 badge)
{
	const struct description *d = description_find(badge);

	return d ? d->payer : badge;
}

/* The account of a client; a new one if it has none, NULL if there is no room. */
static struct account *find(u64 client)
{
	struct account *unused = NULL;

	for (u32 i = 0; i < account_count; i++) {
		struct account *a = &accounts[i];
		if (a->client == client)
			return a;
		if (a->held + a->replies == 0)
			unused = a;
	}
	if (!unused && account_count < CLIENTS_MAX)
		unused = &accounts[account_count++];
	if (unused)
		*unused = (struct account){.client = client};
	return unused;
}

bool account_may_open(u64 badge)
{
	const struct description *d = description_find(badge);
	const struct account *a = find(account_payer(badge));

	return a && a->held < share(DESCRIPTIONS_PER_CLIENT) &&
	       (d ? opened_by[description_number(d)]
		  : a->held_by_own) < share(DESCRIPTIONS_PER_DIRECTORY);
}

/* Charges the description `n` times. */
static void charge(const struct description *d, int n)
{
	const struct description *directory = description_find(d->client);
	struct account *a = find(d->payer);

	if (directory)
		opened_by[description_number(directory)] += n;
	if (!a)
		return;
	a->held += n;
	if (d->client == d->payer)
		a->held_by_own += n;
}

void account_opened(const struct description *d)
{
	/* An earlier directory in this place may have had some that outlived it. */
	opened_by[description_number(d)] = 0;
	charge(d, 1);
	changed = true;
}

void account_closed(const struct description *d)
{
	charge(d, -1);
}

bool account_may_keep(u64 badge)
{
	const struct account *a = find(account_payer(badge));

	return a && a->replies < share(REPLIES_PER_CLIENT);
}

void account_keeps(u64 badge)
{
	struct account *a = find(account_payer(badge));

	if (a)
		a->replies++;
	changed = true;
}

void account_recount(void)
{
	account_count = 0;
	memset(opened_by, 0, sizeof(opened_by));
	for (u32 i = 0; i < keep_reply_count(); i++) {
		u64 badge = state_reply_at(keep_state(), i);
		if (badge)
			account_keeps(badge);
	}
	for (u32 i = 0; i < keep_description_count(); i++)
		if (keep_descriptions()[i].use)
			charge(&keep_descriptions()[i], 1);
	changed = false;
}

void account_undo(void)
{
	if (changed)
		account_recount();
}

void account_settle(void)
{
	changed = false;
}
