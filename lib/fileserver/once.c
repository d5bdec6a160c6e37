#include "lib/fileserver/once.h"
#include "lib/fileserver/account.h"
#include "lib/fileserver/description.h"
#include "lib/microk/stub.h"
#include "lib/state/replies.h"

static struct {
	u64 badge;
	struct kept kept; /* number 0: none */
} earlier;

/* Where the last reply of a badge is. */
struct seat {
	const struct kept *last;
	const u64 *others;
};

/* The client of that badge; a free place if it has none, and NULL if there is none. */
static const struct client *client_of(u64 badge)
{
	static u32 recent;
	const struct client *all = keep_clients(), *unused = NULL;

	if (all[recent].badge == badge)
		return &all[recent];
	for (u32 i = 0; i < CLIENTS_MAX; i++) {
		if (all[i].badge == badge) {
			recent = i;
			return &all[i];
		}
		if (!all[i].badge && !unused)
			unused = &all[i];
	}
	return unused;
}

/* False: the badge is of a description that is gone, or there is no room for a further client. */
static bool find_seat(u64 badge, struct seat *seat)
{
	if (badge_is_description(badge)) {
		const struct description *d = description_find(badge);
		*seat = d ? (struct seat){&d->last, &d->others} : (struct seat){0};
	} else {
		const struct client *c = badge ? client_of(badge) : NULL;
		*seat = c ? (struct seat){&c->last, &c->others} : (struct seat){0};
	}
	return seat->last;
}

/* Whether the seat is the thread's. */
static bool is_last(const struct seat *seat, u64 number)
{
	return seat->last->number == 0 ||
	       stub_thread_of(seat->last->number) == stub_thread_of(number);
}

/* The table's entry for the pair of badge and thread; number 0: none. */
static enum microk_status table_find(u64 badge, u64 number, struct kept *k)
{
	struct state_reply found = {
		.description = badge, .thread = stub_thread_of(number), .number = number};
	enum microk_status status = state_reply_find(keep_state(), &found);

	*k = (struct kept){found.last, found.words[0], found.words[1]};
	return status == ERR_NOT_FOUND ? OK : status;
}

/* Whether there is room in the table for a reply to the thread of that number: it has an entry, or there can be a
 * further one. */
static enum microk_status table_room(u64 badge, u64 number)
{
	struct kept old;
	enum microk_status status = table_find(badge, number, &old);

	return status != OK || old.number || account_may_keep(badge) ? status : ERR_NO_SPACE;
}

bool once_find_any(const struct request *r, struct kept *k, enum microk_status *status)
{
	struct seat seat;

	*status = OK;
	*k = (struct kept){0};
	if (r->number == 0)
		*status = ERR_ARG;
	else if (!find_seat(r->badge, &seat))
		*status = badge_is_description(r->badge) ? ERR_NOT_FOUND : ERR_NO_SPACE;
	else if (is_last(&seat, r->number))
		*k = *seat.last;
	else if (*seat.others)
		*status = table_find(r->badge, r->number, k);
	if (*status != OK || k->number == r->number)
		return *status == OK;
	earlier.badge = r->badge;
	earlier.kept = *k;
	if (!is_last(&seat, r->number))
		*status = table_room(r->badge, seat.last->number); /* that one moves out */
	return false;
}

bool once_find(const struct request *r, struct kept *k, enum microk_status *status)
{
	if (!once_find_any(r, k, status))
		return false;
	if (kept_label(k) != r->label)
		*status = ERR_STATE;
	return *status == OK;
}

/* The reply of another thread moves out of the seat. */
static void move_out(u64 badge, const struct seat *seat)
{
	const struct kept *k = seat->last;
	const u64 others = 1;
	struct kept old;

	if (table_find(badge, k->number, &old) == OK && old.number == 0)
		account_keeps(badge);
	state_reply_keep(
		keep_state(),
		&(struct state_reply){
			.description = badge,
			.thread = stub_thread_of(k->number),
			.number = k->number,
			.status = OK,
			.length = KEEP_REPLY_WORDS,
			.words = {k->what, k->a}});
	keep_write(seat->others, &others, sizeof(others));
}

void once_keep(const struct request *r, u64 a, u64 count)
{
	struct kept k = {.number = r->number, .what = r->label | count << 16, .a = a};
	struct seat seat;

	if (!find_seat(r->badge, &seat))
		return; /* once_find has refused it */
	if (!is_last(&seat, r->number))
		move_out(r->badge, &seat);
	const struct client *c = badge_is_description(r->badge) ? NULL : client_of(r->badge);
	if (c && c->badge != r->badge)
		keep_write(&c->badge, &r->badge, sizeof(r->badge));
	keep_write(seat.last, &k, sizeof(k));
}

bool once_is_kept(u64 badge, u64 number)
{
	struct seat seat;
	struct kept k;

	if (!find_seat(badge, &seat))
		return false;
	if (is_last(&seat, number)) /* an entry of this thread in the table is older */
		return seat.last->number == number;
	return *seat.others && table_find(badge, number, &k) == OK && k.number == number;
}

bool once_forget(u64 badge)
{
	static const struct client none;
	struct seat seat;

	if (!find_seat(badge, &seat))
		return false;
	bool others = *seat.others;
	if (others)
		state_reply_forget(keep_state(), badge);
	if (!badge_is_description(badge))
		keep_write(client_of(badge), &none, sizeof(none));
	return others;
}

bool once_take_earlier(u64 *badge, struct kept *k)
{
	if (!earlier.kept.number)
		return false;
	*badge = earlier.badge;
	*k = earlier.kept;
	earlier.kept.number = 0;
	return true;
}
