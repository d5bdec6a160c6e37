#include "servers/pipe/lent.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/startup.h"

void lent_drop(const struct end *e)
{
	cnode_delete(SLOT_CNODE, end_slot(e, END_LENT));
}

enum microk_status lent_keep(const struct end *e, cap_t frame)
{
	struct cnode_describe_result it;

	/* Asked of the CNode: a call of the capability itself would reach a client's server, if it is an Endpoint. */
	if (frame == 0 || cnode_describe(SLOT_CNODE, frame, &it) != OK || it.type != CAP_FRAME)
		return ERR_TYPE;
	lent_drop(e);
	return cnode_move(SLOT_CNODE, &(struct cnode_move){.index = end_slot(e, END_LENT),
							   .source_cnode = SLOT_CNODE,
							   .source_index = frame});
}
