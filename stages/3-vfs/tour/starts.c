/* A directory for each start of the machine: /starts/1, /starts/2, … */
#include "gen/protocols/file_client.h"
#include "lib/microk/print.h"
#include "lib/microk/slots.h"
#include "lib/microk/string.h"
#include "lib/namespace/namespace.h"
#include "stages/3-vfs/tour/tour.h"

#define STARTS "/starts"

/* The highest number that is a name in the directory; 0 if there is none. */
static enum microk_status find_last(u64 *last)
{
	static struct file_entry_result entry;
	cap_t directory = slot_alloc();
	enum microk_status status =
		directory ? path_open(STARTS, OPEN_DIRECTORY, 0, directory, NULL) : ERR_LIMIT;
	u64 number;

	*last = 0;
	if (status != OK)
		return status;
	for (u64 cookie = 0; (status = file_entry(directory, cookie, &entry)) == OK;
	     cookie = entry.next)
		if (string_number(entry.name, &number) && number > *last)
			*last = number;
	slot_drop(directory);
	return status == ERR_NOT_FOUND ? OK : status; /* after the last one */
}

enum microk_status starts_show(void)
{
	char path[sizeof(STARTS) + 24];
	enum microk_status status = path_mkdir(STARTS, 0755);
	u64 last;

	if (status == OK || status == ERR_EXISTS)
		status = find_last(&last);
	if (status != OK)
		return status;
	format(path, sizeof(path), STARTS "/%lu", last + 1);
	status = path_mkdir(path, 0755);
	if (status == OK && last)
		print("tour: this start makes %s, and finds %s/%lu from the one before\n", path,
		      STARTS, last);
	else if (status == OK)
		print("tour: this start makes %s, and is the first of this disk\n", path);
	return status;
}
