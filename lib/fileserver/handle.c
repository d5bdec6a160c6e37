#include "lib/fileserver/handle.h"
#include "gen/lib/microk/methods.h"
#include "lib/fileserver/lent.h"
#include "lib/fileserver/locks.h"
#include "lib/fileserver/once.h"
#include "lib/fileserver/opening.h"
#include "lib/fileserver/watch.h"
#include "lib/microk/ipc.h"
#include "lib/microk/startup.h"
#include "gen/protocols/dir_protocol.h"
#include "gen/protocols/file_protocol.h"
#include "protocols/dir.h"

static cap_t endpoint, first;
static bool arrived[DESCRIPTIONS_MAX];
static bool in_doubt; /* a description may be */

void handle_setup(cap_t server_endpoint, cap_t first_slot)
{
	endpoint = server_endpoint;
	first = first_slot;
	in_doubt = false;
	for (u32 i = 0; i < keep_description_count(); i++)
		arrived[i] = false;
}

static cap_t slot_of(const struct description *d)
{
	return first + description_number(d);
}

void handle_unmint(cap_t slot)
{
	cnode_delete(SLOT_CNODE, slot);
}

/* The description whose capability is in `slot`; NULL if there is none. */
static const struct description *description_of(cap_t slot)
{
	if (slot < first || slot >= first + keep_description_count())
		return NULL;
	const struct description *d = &keep_descriptions()[slot - first];
	return d->use == DESCRIPTION_OPEN ? d : NULL;
}

bool handle_is_own(cap_t cap)
{
	struct cnode_describe_result mine, other;

	return cnode_describe(SLOT_CNODE, endpoint, &mine) == OK &&
	       cnode_describe(SLOT_CNODE, cap, &other) == OK && other.type == mine.type &&
	       other.object_identity == mine.object_identity;
}

/* The opener may send its request again: the reply is kept, and is not known to have arrived. */
static bool is_in_doubt(const struct description *d)
{
	return !arrived[description_number(d)] && once_is_kept(d->client, d->number);
}

/* No client holds it. */
static void close_one(const struct description *d)
{
	cnode_delete(SLOT_CNODE, slot_of(d));
	lent_drop(d);
	watch_drop(d);
	locks_drop(description_badge(d));
	opening_close(d);
}

/* EXERCISE 3.3 descriptor-as-capability: begin */
static u64 rights_of(u32 flags)
{
	return (flags & OPEN_WRITE_ONLY ? 0 : FILE_RIGHT_READ) |
	       (flags & OPEN_WRITE ? FILE_RIGHT_WRITE : 0);
}

enum microk_status handle_mint(const struct description *d, cap_t *slot)
{
	enum microk_status status = cnode_mint(
		SLOT_CNODE,
		&(struct cnode_mint){
			.index = slot_of(d),
			.source_cnode = SLOT_CNODE,
			.source_index = endpoint,
			.rights = RIGHT_WRITE | RIGHT_GRANT | rights_of(d->flags),
			.badge = description_badge(d),
			.flags = MINT_BADGE | MINT_WATCH});

	*slot = slot_of(d);
	if (status == ERR_OCCUPIED)
		return OK;
	arrived[description_number(d)] = false;
	return status;
}

static bool is_held(const struct description *d)
{
	struct cnode_describe_result slot = {0};

	return cnode_describe(SLOT_CNODE, slot_of(d), &slot) == OK && slot.children > 0;
}

static void end(const struct description *d)
{
	u64 badge = description_badge(d);

	close_one(d);
	if (d->kind == KIND_DIRECTORY)
		handle_opener_closed(badge);
}

void handle_closed(const struct description *d)
{
	/* The kernel reports the end of the last one; if it arrived, the opener will not ask for it again. */
	if (is_in_doubt(d))
		in_doubt = true;
	else if (arrived[description_number(d)] || !is_held(d))
		end(d);
}
/* EXERCISE 3.3 descriptor-as-capability: end */

/* The capability by which it was opened is one to `badge`, or to a directory that has been closed. */
static bool is_opener_gone(const struct description *d, u64 badge)
{
	return d->client == badge ||
	       (badge_is_description(d->client) && !description_find(d->client));
}

void handle_arrived(cap_t slot)
{
	const struct description *d = description_of(slot);

	if (d)
		arrived[slot - first] = true;
}

void handle_lost(cap_t slot)
{
	in_doubt |= description_of(slot) != NULL;
}

/* Decides about descriptions in doubt. True: a directory was closed by that, so others may be decided now. */
static bool decide(u64 badge)
{
	bool more = false;

	in_doubt = false;
	for (u32 i = 0; i < keep_description_count(); i++) {
		const struct description *d = &keep_descriptions()[i];
		if (d->use != DESCRIPTION_OPEN || arrived[i])
			continue;
		if (!is_opener_gone(d, badge)) {
			in_doubt = true;
			continue;
		}
		arrived[i] = true;
		if (is_held(d))
			continue;
		more |= d->kind == KIND_DIRECTORY;
		close_one(d);
	}
	return more;
}

void handle_opener_closed(u64 badge)
{
	while (in_doubt && decide(badge))
		;
}

void handle_settle(void)
{
	struct kept k;
	u64 badge;

	if (!once_take_earlier(&badge, &k) || !in_doubt || kept_label(&k) != DIR_LABEL_OPEN)
		return;
	const struct description *d = &keep_descriptions()[k.a];
	if (d->use != DESCRIPTION_OPEN || d->client != badge || d->number != k.number ||
	    arrived[description_number(d)])
		return;
	arrived[description_number(d)] = true;
	if (!is_held(d))
		end(d);
}

void handle_take_over(void)
{
	struct cnode_next_result used = {.index = first};

	for (; cnode_next(SLOT_CNODE, used.index, &used) == OK && used.index &&
	       used.index < first + keep_description_count();
	     used.index++)
		if (!description_of(used.index)) {
			cnode_revoke(SLOT_CNODE, used.index);
			cnode_delete(SLOT_CNODE, used.index);
		}
	for (u32 i = 0; i < keep_description_count(); i++) {
		const struct description *d = &keep_descriptions()[i];
		if (d->use != DESCRIPTION_OPEN)
			continue;
		if (is_in_doubt(d))
			in_doubt = true;
		else if (!is_held(d))
			end(d);
	}
}
