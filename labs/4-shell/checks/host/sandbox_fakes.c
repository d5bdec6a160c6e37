/* Around a table of directories. */
#include "sandbox_fakes.h"
#include "lib/microk/string.h"
#include "unit.h"

SHARED struct sandbox table;
SHARED char defect[100];
SHARED u32 opens, open_flags[4];
SHARED char open_path[64];
SHARED cap_t open_slot;
SHARED enum microk_status open_status[4];

enum microk_status path_open(const char *path, u32 flags, u32 mode, cap_t slot, u32 *kind)
{
	(void)mode, (void)kind;
	for (u32 i = 0; i < sizeof(open_path); i++) {
		open_path[i] = path[i];
		if (!path[i])
			break;
	}
	open_flags[opens % 4] = flags;
	open_slot = slot;
	return open_status[opens++ % 4];
}

void begin_opens(void)
{
	opens = 0;
	for (u32 i = 0; i < 4; i++)
		open_status[i] = OK;
}

bool read_table(const char *text)
{
	u32 at = 0;

	const char *why = sandbox_read(text, &table);
	for (; why && why[at] && at < sizeof(defect) - 1; at++)
		defect[at] = why[at];
	defect[at] = '\0';
	return !why;
}

enum microk_status open_entry(const char *directory, bool read_only, cap_t slot)
{
	static struct sandbox_entry e;

	e.read_only = read_only;
	for (u32 i = 0; i < 60; i++) {
		e.directory[i] = directory[i];
		if (!directory[i])
			break;
	}
	return sandbox_open(&e, slot);
}
