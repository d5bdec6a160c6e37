#include "lib/supervise/service.h"
#include "gen/lib/microk/methods.h"
#include "lib/supervise/badge.h"

/* The row of a service's slots. */
enum { AT_CNODE, AT_MEMORY, AT_FAULT, AT_ENDPOINT, AT_NOTIFICATION, AT_INSTANCE };

static enum microk_status make_fault(struct service *s, cap_t reports)
{
	return cnode_mint(
		SLOT_CNODE,
		&(struct cnode_mint){
			.index = s->fault,
			.source_cnode = SLOT_CNODE,
			.source_index = reports,
			.rights = RIGHT_WRITE | RIGHT_GRANT,
			.badge = BADGE(BADGE_FAULT, s->id),
			.flags = MINT_BADGE});
}

enum microk_status service_make(struct service *s, struct supply *supply, cap_t reports)
{
	cap_t slots = supply_slots(supply, AT_INSTANCE + SPAWN_SLOTS);

	if (slots == 0)
		return ERR_LIMIT;
	s->cnode = slots + AT_CNODE;
	s->memory = slots + AT_MEMORY;
	s->fault = slots + AT_FAULT;
	s->instance_slots = slots + AT_INSTANCE;
	enum microk_status status = supply_make_in(supply, CAP_CNODE, SLOT_TOTAL, s->cnode);
	if (status == OK)
		status = supply_make_in(supply, CAP_UNTYPED, s->memory_bytes, s->memory);
	if (status == OK)
		status = make_fault(s, reports);
	if (status == OK && s->serves) {
		s->endpoint = slots + AT_ENDPOINT;
		status = supply_make_in(supply, CAP_ENDPOINT, 0, s->endpoint);
	}
	if (status == OK && s->is_notified) {
		s->notification = slots + AT_NOTIFICATION;
		status = supply_make_in(supply, CAP_NOTIFICATION, 0, s->notification);
	}
	return status;
}

bool service_runs(const struct service *s)
{
	return s->state == SERVICE_STARTED || s->state == SERVICE_READY;
}

void service_give_up(struct service *s)
{
	s->state = SERVICE_GIVEN_UP;
	if (s->endpoint == 0)
		return;
	cnode_fail(SLOT_CNODE, s->endpoint);
	cnode_revoke(SLOT_CNODE, s->endpoint);
}
