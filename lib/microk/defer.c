/* Requests that are answered later: the bound Reply's caller is moved into a Reply object. */
#include "gen/lib/microk/methods.h"
#include "microk/cap.h"
#include "lib/microk/memory.h"
#include "lib/microk/server.h"
#include "lib/microk/startup.h"

enum microk_status request_defer(struct request *r, cap_t reply_slot)
{
	enum microk_status status;

	if (!r->is_call || r->deferred)
		return ERR_NO_REPLY;
	status = cnode_save_caller(SLOT_CNODE, reply_slot);
	r->deferred = status == OK;
	return status;
}

cap_t reply_slot_alloc(void)
{
	cap_t slot;

	return object_make(CAP_REPLY, 0, &slot) == OK ? slot : 0;
}
