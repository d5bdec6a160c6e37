#include "lib/fileserver/running.h"
#include "lib/fileserver/mount.h"
#include "protocols/dir.h"

/* At least as many descriptions as there are with the flag: a search counts anew, and none is searched for in vain twice. */
static u32 marked, writers;

/* Whether a description of the file has the flag. `count` gets the number of all that have it. */
static bool find(u32 fs, u64 node, u32 flag, u32 *count)
{
	bool found = false;
	u32 left = *count;

	*count = 0;
	for (u32 i = 0; i < keep_description_count() && left; i++) {
		const struct description *d = &keep_descriptions()[i];

		if (!d->use || !(d->flags & flag))
			continue;
		++*count;
		found |= d->fs == fs && d->held == node;
	}
	return found;
}

enum microk_status running_mark(const struct description *d)
{
	struct place p = description_held(d);
	u32 flags = d->flags | DESCRIPTION_RUNS;

	if (!p.fs->ops->write || d->flags & DESCRIPTION_RUNS)
		return OK;
	if (find(d->fs, d->held, OPEN_WRITE, &writers))
		return ERR_BUSY;
	keep_write(&d->flags, &flags, sizeof(flags));
	marked++;
	return OK;
}

enum microk_status running_check(const struct place *p)
{
	return find(mount_number(p->fs), p->node.id, DESCRIPTION_RUNS, &marked) ? ERR_BUSY : OK;
}

void running_opened(u32 flags)
{
	writers += (flags & OPEN_WRITE) != 0;
}

void running_take_over(void)
{
	marked = writers = keep_description_count();
}
