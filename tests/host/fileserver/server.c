/* The server under test: lib/fileserver over memfs, in one state area for all its instances. */
#include "server.h"
#include "lib/fileserver/account.h"
#include "lib/fileserver/opening.h"
#include "lib/fileserver/mount.h"
#include "lib/fileserver/serve.h"
#include "lib/fileserver/waiting.h"
#include "lib/microk/startup.h"
#include "memfs.h"

extern u8 tested_area[];
extern u64 tested_area_bytes;

static u64 work(u64 bits)
{
	(void)bits;
	return 0;
}

extern void tested_wait(void);

static struct fileserver files = {.name = "tested", .work = work, .wait = tested_wait};

void tested_run(cap_t endpoint)
{
	bool was_there;

	mount_set_root(memfs_open());
	files.endpoint = endpoint;
	files.keep = (struct keep_plan){
		.area = tested_area,
		.area_bytes = tested_area_bytes,
		.fs_bytes = memfs_bytes(),
		.version = 1,
		.watches = true,
		.shares = true,
		.first_slot = SLOT_TOTAL};
	if (fileserver_open(&files, &was_there) != OK)
		__builtin_trap();
	/* An instance that ended before this one had made the root left none. */
	memfs_begin(memfs_nodes() == 0);
	fileserver_run(&files);
}

u32 tested_descriptions(void)
{
	return opening_count();
}

u32 tested_nodes(void)
{
	return memfs_nodes();
}

u32 tested_holds(void)
{
	return memfs_holds();
}

u32 tested_waiting(void)
{
	return waiting_count();
}

enum microk_status tested_check(void)
{
	return state_check(keep_state());
}
