/*
 * The server under test: lib/fileserver over ext2. The two commit a request together, and each instance goes on from the pages
 * and the area of the one before it.
 */
#include "server.h"
#include "lib/fileserver/mount.h"
#include "lib/fileserver/opening.h"
#include "lib/fileserver/serve.h"
#include "lib/fileserver/waiting.h"
#include "lib/microk/startup.h"
#include "servers/vfs/ext2/volume.h"
#include "tests/host/ext2/kit.h"

extern u8 tested_area[];
extern u64 tested_area_bytes;
extern struct kit tested_kit;
extern const struct pool_frames tested_pool;

/* Inodes that a new file system uses apart from its root: the reserved ones, and lost+found. */
#define NODES_AT_FIRST 10

u32 tested_refuse; /* the commit with this number from now on is refused; 0: none is */

/* In memory that outlives the instance, after ext2's words (tests/host/ext2/kit.c). */
static struct state_vote *kept_vote(void)
{
	return (struct state_vote *)((struct ext2_words *)cache_extra(&tested_kit.cache) + 1);
}

static void undo(void)
{
	if (ext2_is_changing(tested_kit.fs))
		ext2_abort(tested_kit.fs);
}

static enum microk_status commit(const struct state_vote *vote)
{
	if (tested_refuse && --tested_refuse == 0) {
		undo();
		return ERR_NO_SPACE;
	}
	if (!ext2_is_changing(tested_kit.fs))
		return OK;
	if (vote->generation)
		change_write(&tested_kit.cache, kept_vote(), vote, sizeof(*vote));
	return ext2_commit(tested_kit.fs);
}

static u64 work(u64 bits)
{
	(void)bits;
	cache_poll(&tested_kit.cache, 0, false);
	ext2_tick(tested_kit.fs, kit_time);
	return 0;
}

static bool may_go_aside(struct waits *w, bool starts)
{
	(void)w;
	return fileserver_may_wait(starts);
}

static struct fileserver files = {.name = "tested", .work = work, .reads_wait = true};

void tested_run(cap_t endpoint)
{
	static struct keep_partner partner;
	bool was_there;

	tested_kit.waits.aside = may_go_aside;
	if (kit_mount(&tested_kit) != OK)
		__builtin_trap();
	partner = (struct keep_partner){.commit = commit, .abort = undo, .decided = kept_vote()};
	mount_set_root(tested_kit.fs);
	files.endpoint = endpoint;
	files.pool = tested_pool;
	files.keep = (struct keep_plan){
		.area = tested_area,
		.area_bytes = tested_area_bytes,
		.version = 1,
		.first_slot = SLOT_TOTAL,
		.partner = &partner};
	if (fileserver_open(&files, &was_there) != OK || ext2_reap(tested_kit.fs) != OK)
		__builtin_trap();
	fileserver_run(&files);
}

u32 tested_descriptions(void)
{
	return opening_count();
}

u32 tested_nodes(void)
{
	struct fs_usage u;

	ext2_usage(tested_kit.fs, &u);
	return (u32)(u.nodes - u.free_nodes) - NODES_AT_FIRST;
}

u32 tested_holds(void)
{
	const struct ext2 *e = ext2_of(tested_kit.fs);
	u32 count = 0;

	for (u32 n = 0; n < e->node_count; n++)
		count += e->nodes[n].opens;
	return count;
}

u32 tested_waiting(void)
{
	return waiting_count();
}

enum microk_status tested_check(void)
{
	return state_check(keep_state());
}
