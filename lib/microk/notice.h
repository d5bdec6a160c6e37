/* A client's Notification, which a server signals: of file.watch. */
#pragma once
#include "gen/lib/microk/methods.h"
#include "lib/microk/startup.h"
#include "microk/cap.h"

/* Whether the capability can be signalled: ERR_TYPE (it is of another type), ERR_RIGHTS. Asked of the CNode, so that nothing
 * is signalled. */
static inline enum microk_status notice_check(cap_t signal)
{
	struct cnode_describe_result it;

	if (signal == 0 || cnode_describe(SLOT_CNODE, signal, &it) != OK ||
	    it.type != CAP_NOTIFICATION)
		return ERR_TYPE;
	return it.rights & RIGHT_WRITE ? OK : ERR_RIGHTS;
}

/* A Notification that is gone takes no signal, and nothing is to be done about it. */
static inline void notice_send(cap_t signal)
{
	ipc(SYS_SIGNAL, signal, &(struct message){0});
}
