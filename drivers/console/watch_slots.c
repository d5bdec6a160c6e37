#include "drivers/console/watch_slots.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/notice.h"
#include "lib/microk/startup.h"
#include "microk/cap.h"

cap_t watch_slot(u32 number)
{
	return SLOT_TOTAL + number;
}

bool watch_slot_has(u32 number)
{
	struct cnode_describe_result it;

	return cnode_describe(SLOT_CNODE, watch_slot(number), &it) == OK && it.type != CAP_NULL;
}

enum microk_status watch_slot_check(cap_t signal)
{
	return notice_check(signal);
}

void watch_slot_signal(cap_t signal)
{
	notice_send(signal);
}

enum microk_status watch_slot_keep(u32 number, cap_t signal)
{
	return cnode_move(SLOT_CNODE, &(struct cnode_move){.index = watch_slot(number),
							   .source_cnode = SLOT_CNODE,
							   .source_index = signal});
}

void watch_slot_drop(u32 number)
{
	cnode_delete(SLOT_CNODE, watch_slot(number));
}
