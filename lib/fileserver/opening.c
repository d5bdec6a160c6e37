#include "lib/fileserver/opening.h"
#include "lib/fileserver/account.h"
#include "lib/fileserver/description.h"
#include "lib/fileserver/mount.h"
#include "lib/fileserver/running.h"
#include "lib/microk/util.h"
#include "lib/state/replies.h"

/* The node that this request's description holds: until the transaction is committed. */
static struct place held_new;
static u32 lowest_free; /* none below it is free */
static u32 closing;     /* DESCRIPTION_CLOSING */

static const struct description *find_free(void)
{
	while (lowest_free < keep_description_count() && keep_descriptions()[lowest_free].use)
		lowest_free++;
	return lowest_free < keep_description_count() ? &keep_descriptions()[lowest_free] : NULL;
}

enum microk_status opening_make(const struct request *r, const struct place *place,
				const struct place *root, u32 flags, const struct description **out)
{
	const struct description *d = find_free();
	struct fs_node held = place->node;

	if (!d || !account_may_open(r->badge))
		return ERR_NO_SPACE;
	if (place->fs->ops->hold) {
		enum microk_status status = place->fs->ops->hold(place->fs, &held, r->badge);
		if (status != OK)
			return status;
	}
	struct description made = {
		.use = DESCRIPTION_OPEN,
		.generation = description_next_generation(d),
		.flags = flags,
		.kind = place->node.kind,
		.fs = mount_number(place->fs),
		.root_fs = mount_number(root->fs),
		.node = place->node.id,
		.held = held.id,
		.root = root->node.id,
		.client = r->badge,
		.payer = account_payer(r->badge),
		.number = r->number};
	keep_write(d, &made, sizeof(made));
	account_opened(d);
	running_opened(flags);
	held_new = (struct place){.fs = place->fs, .node = held};
	*out = d;
	return OK;
}

/* In a transaction. */
static enum microk_status let_go(const struct description *d)
{
	struct place held = description_held(d);

	return held.fs && held.fs->ops->release ? held.fs->ops->release(held.fs, held.node.id) : OK;
}

void opening_unmake(const struct description *d)
{
	held_new.fs = NULL;
	let_go(d);
}

void opening_settle(bool done)
{
	struct fs *fs = held_new.fs;

	held_new.fs = NULL;
	/* A file system that keeps its holds in the transaction has lost this one with it. */
	if (!done && fs && fs->ops->hold_again && fs->ops->release)
		fs->ops->release(fs, held_new.node.id);
}

static void mark(const struct description *d, u32 use)
{
	keep_write(&d->use, &use, sizeof(use));
}

/* Releases the node and frees the place; false if that must wait for the disk. */
static bool finish(const struct description *d)
{
	bool others = d->others;

	keep_begin();
	enum microk_status status = let_go(d);
	if (status != OK) {
		keep_abort();
		if (status == FS_WAIT)
			return false;
		/* An error of the disk does not keep it: the next check of the file system frees the node. */
		keep_begin();
	}
	if (others) /* also of one that is closing, which no badge names any more */
		state_reply_forget(keep_state(), description_badge(d));
	account_closed(d);
	mark(d, 0);
	keep_commit();
	if (others)
		account_recount();
	lowest_free = MIN(lowest_free, description_number(d));
	return true;
}

void opening_close(const struct description *d)
{
	if (finish(d))
		return;
	keep_begin();
	mark(d, DESCRIPTION_CLOSING);
	keep_commit();
	closing++;
}

void opening_go_on(void)
{
	for (u32 i = 0; i < keep_description_count() && closing; i++)
		if (keep_descriptions()[i].use == DESCRIPTION_CLOSING &&
		    finish(&keep_descriptions()[i]))
			closing--;
}

static void hold_again(const struct description *d)
{
	struct place held = description_held(d);

	/* A refusal (the node is damaged) comes again with each operation on the description. */
	if (held.fs && held.fs->ops->hold_again)
		held.fs->ops->hold_again(held.fs, held.node.id);
}

void opening_take_over(void)
{
	lowest_free = closing = 0;
	running_take_over();
	for (u32 i = 0; i < keep_description_count(); i++) {
		const struct description *d = &keep_descriptions()[i];
		closing += d->use == DESCRIPTION_CLOSING;
		if (d->use)
			hold_again(d);
	}
	account_recount();
}

u32 opening_count(void)
{
	u32 count = 0;

	for (u32 i = 0; i < keep_description_count(); i++)
		count += keep_descriptions()[i].use != 0;
	return count;
}
