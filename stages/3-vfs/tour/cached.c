/* The page cache, by its counts. */
#include "gen/protocols/dir_client.h"
#include "gen/protocols/file_client.h"
#include "lib/microk/print.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/namespace/namespace.h"
#include "stages/3-vfs/tour/tour.h"

void cached_show(const char *what)
{
	static struct dir_counters_result last;
	struct dir_counters_result now;

	if (dir_counters(grant_find("vfs"), &now) != OK)
		return;
	u64 hits = now.hits - last.hits, misses = now.misses - last.misses;
	if (what)
		print("tour: the page cache while %s: %lu hit%s, %lu miss%s\n", what, hits,
		      hits == 1 ? "" : "s", misses, misses == 1 ? "" : "es");
	last = now;
}

enum microk_status cached_read(const char *path)
{
	struct file_read_result piece;
	cap_t file = slot_alloc();
	enum microk_status status = file ? path_open(path, 0, 0, file, NULL) : ERR_LIMIT;

	if (status != OK)
		return status;
	do
		status = file_read(file, sizeof(piece.data), &piece);
	while (status == OK && piece.data_length > 0);
	slot_drop(file);
	return status;
}
