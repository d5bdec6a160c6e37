#include "drivers/console/watchers.h"
#include "drivers/console/watch_slots.h"
#include "protocols/file.h"

static bool was_readable;

enum microk_status watchers_set(u64 badge, u32 events, cap_t signal, bool readable)
{
	enum microk_status status = events ? watch_slot_check(signal) : OK;

	if (badge >= WATCHERS_MAX)
		return ERR_NO_SPACE;
	if (status != OK)
		return status;
	if (events & EVENT_WRITABLE || (events & EVENT_READABLE && readable))
		watch_slot_signal(signal);
	watch_slot_drop((u32)badge);
	was_readable = readable;
	return events & EVENT_READABLE ? watch_slot_keep((u32)badge, signal) : OK;
}

void watchers_forget(u64 badge)
{
	if (badge < WATCHERS_MAX)
		watch_slot_drop((u32)badge);
}

static void signal_all(void)
{
	for (u32 i = 0; i < WATCHERS_MAX; i++)
		if (watch_slot_has(i))
			watch_slot_signal(watch_slot(i));
}

void watchers_look(bool readable)
{
	if (readable && !was_readable)
		signal_all();
	was_readable = readable;
}

void watchers_take_over(void)
{
	signal_all();
}
