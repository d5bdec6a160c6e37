/*
 * A round: the steps in one order, the line in `log` last. So the number of lines is the number of rounds whose steps are all
 * on the disk, and a round that a power cut ended can be done again.
 */
#include "lib/namespace/namespace.h"
#include "tests/guest/files_written/written.h"
#include "tests/guest/kit/service.h"

#define FOLDER_EVERY 4u
#define SYNC_EVERY 3u

/* `current` is always whole: the text of one round or of the next. */
static void replace_current(u32 round)
{
	write_text(FOLDER "/new", round, current_bytes(round));
	MUST(path_rename(FOLDER "/new", FOLDER "/current", 0));
}

static void rename_last(u32 round)
{
	char from[PATH_MOST], to[PATH_MOST];

	if (round > 1)
		may_be_done("rename",
			    path_rename(path_of(from, "file", round - 1),
					path_of(to, "old", round - 1), 0),
			    ERR_NOT_FOUND);
}

static void remove_oldest(u32 round)
{
	char path[PATH_MOST];

	if (round > KEPT)
		may_be_done("unlink", path_unlink(path_of(path, "old", round - KEPT), 0),
			    ERR_NOT_FOUND);
	if (round % FOLDER_EVERY == 0 && round > KEPT)
		may_be_done("unlink of a directory",
			    path_unlink(path_of(path, "folder", round - KEPT), AT_DIRECTORY),
			    ERR_NOT_FOUND);
}

static void do_round(u32 round)
{
	char path[PATH_MOST];

	write_text(path_of(path, "file", round), round, file_bytes(round));
	rename_last(round);
	replace_current(round);
	if (round % FOLDER_EVERY == 0)
		may_be_done("mkdir", path_mkdir(path_of(path, "folder", round), 0755), ERR_EXISTS);
	remove_oldest(round);
	append_line(FOLDER "/log", round);
}

void rounds_run(u32 first, u32 rounds)
{
	for (u32 round = first; round - first < rounds; round++) {
		do_round(round);
		if (round % SYNC_EVERY)
			continue;
		MUST(path_sync());
		report("synced %u\n", round);
	}
}
