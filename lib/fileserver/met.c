#include "lib/fileserver/met.h"
#include "gen/lib/microk/methods.h"
#include "lib/fileserver/mount.h"
#include "lib/microk/startup.h"

static cap_t first; /* 0: there are no slots */
static bool due;

static cap_t slot_of(const struct met *m)
{
	return first + (cap_t)(m - keep_mets());
}

void met_setup(cap_t first_slot)
{
	struct cnode_describe_result d;

	first = cnode_describe(SLOT_CNODE, first_slot + METS_MAX - 1, &d) == ERR_RANGE
			? 0
			: first_slot;
	due = first; /* a name may have been removed before the predecessor's end */
}

static const struct met *find(const struct description *d)
{
	for (const struct met *m = keep_mets(); m < keep_mets() + keep_met_count(); m++)
		if (m->used && m->node == d->held && m->fs == d->fs)
			return m;
	return NULL;
}

static const struct met *find_free(u64 payer)
{
	const struct met *unused = NULL;
	u32 held = 0;

	for (const struct met *m = keep_mets(); m < keep_mets() + keep_met_count(); m++) {
		held += m->used && m->payer == payer;
		if (!m->used)
			unused = m;
	}
	return held < METS_PER_CLIENT ? unused : NULL;
}

enum microk_status met_keep(const struct description *d, cap_t met)
{
	struct cnode_describe_result it;

	if (!first)
		return ERR_METHOD;
	if ((d->kind != KIND_PIPE && d->kind != KIND_SOCKET) || met == 0 ||
	    cnode_describe(SLOT_CNODE, met, &it) != OK || it.type != CAP_ENDPOINT)
		return ERR_TYPE;
	if (find(d))
		return ERR_EXISTS;
	const struct met *m = find_free(d->payer);
	if (!m)
		return ERR_NO_SPACE;
	struct met made = {.used = 1, .fs = d->fs, .node = d->held, .payer = d->payer};
	keep_write(m, &made, sizeof(made));
	cnode_delete(SLOT_CNODE,
		     slot_of(m)); /* one that was moved there in a transaction that was undone */
	return cnode_move(
		SLOT_CNODE,
		&(struct cnode_move){
			.index = slot_of(m), .source_cnode = SLOT_CNODE, .source_index = met});
}

enum microk_status met_find(const struct description *d, cap_t *slot)
{
	struct cnode_describe_result it;
	const struct met *m = first ? find(d) : NULL;

	if (!m)
		return ERR_NOT_FOUND;
	*slot = slot_of(m);
	/* An instance that ended between the move and the commit leaves no record; one without its capability cannot be. */
	return cnode_describe(SLOT_CNODE, *slot, &it) == OK && it.type == CAP_ENDPOINT
		       ? OK
		       : ERR_NOT_FOUND;
}

void met_change(void)
{
	due = first;
}

/* Whether the node has a name. *wait: that is not known before the disk has answered. */
static bool is_named(const struct met *m, bool *wait)
{
	struct fs *fs = mount_fs(m->fs);
	struct fs_attributes a;

	if (!fs)
		return false;
	enum microk_status status = fs->ops->attributes(fs, m->node, &a);
	*wait |= status == FS_WAIT;
	return status == FS_WAIT || (status == OK && a.links);
}

void met_look(void)
{
	bool wait = false;

	if (!due)
		return;
	for (const struct met *m = keep_mets(); m < keep_mets() + keep_met_count(); m++) {
		if (!m->used || is_named(m, &wait))
			continue;
		keep_begin();
		keep_write(m, &(struct met){0}, sizeof(*m));
		keep_commit();
		cnode_delete(SLOT_CNODE, slot_of(m));
	}
	due = wait;
}
