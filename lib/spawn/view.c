/*
 * A Frame capability is mapped in one place at most, so a Frame that is mapped elsewhere is shown through a copy of the
 * capability. Deleting the copy ends the mapping.
 */
#include "lib/spawn/view.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/startup.h"

enum microk_status view_open(struct view *v, cap_t frame, u64 rights)
{
	enum microk_status status = supply_copy(v->supply, frame, rights, &v->copy);

	if (status != OK)
		return status;
	status = supply_map(v->supply, SLOT_SPACE, v->copy, v->address, rights, 0);
	if (status != OK)
		view_close(v);
	return status;
}

void view_close(struct view *v)
{
	cnode_delete(SLOT_CNODE, v->copy);
}
