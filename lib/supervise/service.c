#include "lib/supervise/service.h"
#include "gen/lib/microk/methods.h"
#include "lib/supervise/badge.h"

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
	cap_t slots = supply_slots(supply, SERVICE_SLOTS);

	if (slots == 0)
		return ERR_LIMIT;
	s->cnode = slots + SERVICE_CNODE;
	s->memory = slots + SERVICE_MEMORY;
	s->fault = slots + SERVICE_FAULT;
	s->instance_slots = slots + SERVICE_INSTANCE;
	enum microk_status status =
		supply_make_in(supply, CAP_CNODE, SLOT_TOTAL + s->kept_slots, s->cnode);
	if (status == OK)
		status = supply_make_in(supply, CAP_UNTYPED, s->memory_bytes, s->memory);
	if (status == OK)
		status = make_fault(s, reports);
	if (status == OK && s->serves) {
		s->endpoint = slots + SERVICE_ENDPOINT;
		status = supply_make_in(supply, CAP_ENDPOINT, 0, s->endpoint);
	}
	if (status == OK && s->is_notified) {
		s->notification = slots + SERVICE_NOTIFICATION;
		status = supply_make_in(supply, CAP_NOTIFICATION, 0, s->notification);
	}
	return status;
}

const char *service_slot_name(const struct service *s, cap_t slot)
{
	static const char *const names[] = {
		[SERVICE_CNODE] = "cnode",
		[SERVICE_MEMORY] = "memory",
		[SERVICE_FAULT] = "faults",
		[SERVICE_ENDPOINT] = "endpoint",
		[SERVICE_NOTIFICATION] = "notification",
		[SERVICE_INSTANCE] = "instance",
	};

	if (s->cnode == 0 || slot < s->cnode || slot - s->cnode >= SERVICE_SLOTS)
		return NULL;
	return names[MIN(slot - s->cnode, (cap_t)SERVICE_INSTANCE)];
}

bool service_runs(const struct service *s)
{
	return s->state == SERVICE_STARTED || s->state == SERVICE_READY;
}

void service_close(struct service *s)
{
	s->state = SERVICE_CLOSING;
}

void service_fail_callers(const struct service *s)
{
	if (s->endpoint != 0)
		cnode_fail(SLOT_CNODE, s->endpoint);
}

void service_turn_away(const struct service *s)
{
	service_fail_callers(s);
	if (s->endpoint != 0)
		cnode_revoke(SLOT_CNODE, s->endpoint);
}

void service_give_up(struct service *s)
{
	s->state = SERVICE_GIVEN_UP;
}
