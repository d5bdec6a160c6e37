/*
 * The tour of stage 3. The arguments are the name of a service, which must come after this one, and the path of the file that it
 * reads.
 *
 * It holds the right to see every message's sender and receiver, and the right to end the disk's file system. Both are in its
 * grants, and so in system.conf: no other program of the stage has them.
 */
#include "gen/protocols/dir_client.h"
#include "gen/protocols/supervise_client.h"
#include "lib/microk/print.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/namespace/namespace.h"
#include "stages/3-vfs/tour/tour.h"

#define USES 3 /* of the file before the long one: its pages are worth keeping */

static bool well(const char *what, enum microk_status status)
{
	if (status != OK)
		print("tour: cannot %s: %s\n", what, status_text(status));
	return status == OK;
}

/* The name in the arguments. *path: the rest of them. False: there are not two words. */
static bool arguments(char *name, size_t bytes, const char **path)
{
	const char *blank = strchr(startup->arguments, ' ');

	if (!blank || (size_t)(blank - startup->arguments) >= bytes)
		return false;
	string_copy(name, (size_t)(blank - startup->arguments) + 1, startup->arguments);
	*path = blank + 1;
	return true;
}

/* After this the image is as after a clean switch-off. */
static bool end_disk(void)
{
	if (!well("end the disk's file system", dir_detach(grant_find("vfs"))))
		return false;
	print("tour: everything is on the disk, and its file system is ended\n");
	return true;
}

/* The parts that need a disk. */
static bool show_disk(const char *path)
{
	struct dir_statfs_result root;

	if (!well("look at /", path_statfs("/", &root)))
		return false;
	if (root.read_only) {
		print("tour: / is read-only, so no start leaves a directory\n");
		return true;
	}
	cached_show("this was read");
	if (!well("read the file again", cached_read(path)))
		return false;
	cached_show("it was read again");
	if (!well("make a directory in /starts", starts_show()))
		return false;
	for (u32 i = 0; i < USES; i++)
		if (!well("read the file once more", cached_read(path)))
			return false;
	if (!well("use a long file", longer_show()))
		return false;
	cached_show(NULL);
	if (!well("read the file after a long one", cached_read(path)))
		return false;
	cached_show("it was read after a long one");
	return end_disk();
}

int main(void)
{
	char name[16];
	const char *path;

	if (!arguments(name, sizeof(name), &path)) {
		print("tour: write \"arguments SERVICE PATH\" in system.conf\n");
		return 1;
	}
	namespace_from_startup();
	if (!messages_begin())
		return 1;
	cached_show(NULL);
	if (!well("report that it is ready", supervise_ready(grant_find("supervisor"))))
		return 1;
	messages_show(name);
	walk_show(path);
	return show_disk(path) ? 0 : 1;
}
