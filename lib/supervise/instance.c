/*
 * Every object of the new instance is made of the service's Untyped, in a block of the supervisor's slots that belongs to the
 * instance. So one revoke ends it, without a list of its objects, and ends an incomplete start as well.
 */
#include "lib/supervise/instance.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/string.h"

/* The server is or will be given up: its clients that run have an empty slot by now, and so has one that is started later. */
static bool is_withheld(const struct grant *g)
{
	return g->server && (*g->server == SERVICE_CLOSING || *g->server == SERVICE_GIVEN_UP);
}

static enum microk_status give_grants(struct service *s)
{
	u32 slot = SLOT_GRANTS;
	enum microk_status status = OK;

	for (u32 i = 0; i < s->grant_count && status == OK; i++) {
		struct grant *g = &s->grants[i];
		if (g->count == 0)
			continue;
		status = grant_list(g, &s->instance.page, &slot);
		if (status == OK && !is_withheld(g))
			status = grant_give(g, &s->instance);
	}
	return status;
}

/* Takes all steps in their order; *doing is the one that failed. */
static enum microk_status build(struct service *s, const struct elf_image *image,
				const char **doing)
{
	enum microk_status status = spawn_begin(&s->instance, image, doing);

	if (status != OK)
		return status;
	*doing = "giving it its grants";
	if ((status = give_grants(s)) != OK)
		return status;
	return spawn_start(
		&s->instance,
		&(struct spawn_thread){
			.name = s->name,
			.entry = image->entry,
			.priority = s->priority,
			.fault = s->fault,
			.notification = s->notification},
		doing);
}

enum microk_status instance_start(struct service *s, const struct elf_image *image,
				  struct view *view, const char **doing)
{
	s->instance = (struct spawn){
		.mapper = {.supply = {.memory = s->memory,
				      .memory_end = s->memory + 1,
				      .next = s->instance_slots,
				      .end = s->instance_slots + SPAWN_SLOTS},
			   .view = view},
		.cnode = s->cnode,
	};
	s->instance.page.instance = s->instances++;
	string_copy(s->instance.page.program, sizeof(s->instance.page.program), s->name);
	string_copy(s->instance.page.arguments, sizeof(s->instance.page.arguments), s->arguments);
	enum microk_status status = build(s, image, doing);
	if (status == OK)
		s->state = SERVICE_STARTED;
	else
		instance_end(s);
	return status;
}

void instance_stop_device(const struct service *s)
{
	if (s->stopped)
		s->stopped(s);
}

void instance_stop(struct service *s)
{
	if (s->instance.thread != 0)
		thread_suspend(s->instance.thread);
	instance_stop_device(s);
	s->instance.thread = 0;
	s->state = SERVICE_ENDING;
}

/* Capabilities that came from other programs are left. A call for each of the thousand slots would cost more than all else in
 * the end of an instance. */
static void empty(cap_t cnode)
{
	struct cnode_next_result used = {0};
	u64 slot = 1;

	while (slot < SLOT_TOTAL && cnode_next(cnode, slot, &used) == OK && used.index &&
	       used.index < SLOT_TOTAL) {
		cnode_delete(cnode, used.index);
		slot = used.index + 1;
	}
}

void instance_take_apart(const struct service *s)
{
	cnode_revoke(SLOT_CNODE, s->memory);
	/* The instance may have sent its CNode to another program, which would reach the next instance's capabilities by it. */
	cnode_revoke(SLOT_CNODE, s->cnode);
	for (u32 i = 0; i < s->grant_count; i++)
		if (s->grants[i].count > 0)
			grant_take_back(&s->grants[i]);
	empty(s->cnode);
}

void instance_end(struct service *s)
{
	instance_stop(s);
	instance_take_apart(s);
	instance_stop_device(s);
	s->state = SERVICE_IDLE;
}

enum microk_status instance_replace(struct service *s, const struct elf_image *image,
				    struct view *view, const char **doing)
{
	instance_end(s);
	return instance_start(s, image, view, doing);
}
