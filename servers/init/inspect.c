/*
 * The processes: init itself and the services that run. A CSpace is shown as it is: the kernel
 * describes each slot at the moment of the request, and init's own records are not used, so that a
 * test can compare a program's capabilities with its declaration in system.conf.
 *
 * Weighed: Linux's /proc shows what the kernel chooses to format; seL4 has no way to list a task's
 * capabilities. Here the kernel describes a slot, and init adds the name of its grant.
 */
#include "servers/init/inspect.h"
#include "gen/protocols/inspect_server.h"
#include "gen/lib/microk/methods.h"
#include "servers/init/boot.h"
#include "servers/init/pool.h"
#include "servers/init/services.h"
#include "servers/init/shared.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"

/* Of a CSpace, in one request: init serves every service, and its own CSpace has thousands of empty slots in a row. */
#define SLOTS_AT_ONCE 8

struct slot_name {
	u32 first, end;
	const char *name;
};

static const struct slot_name program_slots[] = {
	{SLOT_CNODE, SLOT_CNODE + 1, "cnode"},        {SLOT_SPACE, SLOT_SPACE + 1, "space"},
	{SLOT_THREAD, SLOT_THREAD + 1, "thread"},     {SLOT_UNTYPED, SLOT_UNTYPED + 1, "memory"},
	{SLOT_BUFFER, SLOT_BUFFER + 1, "ipc.buffer"},
};

static const struct slot_name root_slots[] = {
	{ROOT_CNODE, ROOT_CNODE + 1, "cnode"},
	{ROOT_SPACE, ROOT_SPACE + 1, "space"},
	{ROOT_THREAD, ROOT_THREAD + 1, "thread"},
	{ROOT_IPC_BUFFER, ROOT_IPC_BUFFER + 1, "ipc.buffer"},
	{ROOT_IRQ, ROOT_IRQ + 1, "all.irqs"},
	{ROOT_IOPORT, ROOT_IOPORT + 1, "all.ports"},
	{ROOT_INFO, ROOT_INFO + 1, "info"},
	{ROOT_FRAMEBUFFER, ROOT_FRAMEBUFFER + 1, "framebuffer"},
	{ROOT_DEVICE, ROOT_DEVICE_HIGH + 1, "devices"},
	{ROOT_KERNEL, ROOT_KERNEL + 1, "kernel"},
	{ROOT_TRACE, ROOT_TRACE + 1, "trace"},
	{ROOT_IOSPACE, ROOT_IOSPACE + 1, "iospace"},
	{ROOT_ECAM, ROOT_ECAM + 1, "pci.config"},
	{ROOT_ARCHIVE, ROOT_ARCHIVE_END, "archive"},
	{ROOT_UNTYPED, ROOT_UNTYPED_END, "memory"},
	{ROOT_DEVICES, ROOT_DEVICES_END, "devices"},
};

static const char *find_name(const struct slot_name *names, size_t count, u32 slot)
{
	for (size_t i = 0; i < count; i++)
		if (slot >= names[i].first && slot < names[i].end)
			return names[i].name;
	return NULL;
}

/* The name of one of init's own slots: "vfs.cnode", and "shell:power" for the master of the shell's
 * grant of that name. A name that is too long is cut. */
static void own_slot_name(u32 slot, char *to)
{
	const char *name = find_name(root_slots, ARRAY_LEN(root_slots), slot);

	string_copy(to, INSPECT_CAP_NAME_MAX + 1,
		    name                                 ? name
		    : slot == supervisor.server.endpoint ? "init"
							 : "");
	for (u32 i = 0; to[0] == '\0' && i < supervisor.count; i++) {
		const struct service *s = &supervisor.services[i];
		if ((name = service_slot_name(s, slot)))
			format(to, INSPECT_CAP_NAME_MAX + 1, "%s.%s", s->name, name);
		/* A master of several grants has the name of the first. */
		for (u32 j = 0; to[0] == '\0' && j < s->grant_count; j++)
			if (slot - s->grants[j].master < s->grants[j].count)
				format(to, INSPECT_CAP_NAME_MAX + 1, "%s:%s", s->name,
				       s->grants[j].name);
	}
}

/* The name under which init filled the slot; "" if the process filled it. */
static const char *slot_name(const struct service *s, u32 slot)
{
	static char own[INSPECT_CAP_NAME_MAX + 1];
	const char *name;

	if (!s) {
		own_slot_name(slot, own);
		return own;
	}
	name = find_name(program_slots, ARRAY_LEN(program_slots), slot);
	if (name)
		return name;
	for (u32 i = 0; i < s->grant_count; i++)
		if (slot >= s->grants[i].slot && slot < s->grants[i].slot + s->grants[i].count)
			return s->grants[i].name;
	return "";
}

/* Sets *out to the service; to NULL for init itself. */
static enum microk_status find_process(u32 id, struct service **out)
{
	*out = supervisor_find(&supervisor, id);
	if (id == ID_INIT)
		return OK;
	return *out && service_runs(*out) ? OK : ERR_NOT_FOUND;
}

static enum microk_status on_next(struct request *r, const struct inspect_next_args *args,
				  struct inspect_next_result *result)
{
	struct service *s;

	(void)r;
	for (u64 i = (u64)args->after + 1; i < ID_SERVICE + supervisor.count; i++)
		if (find_process((u32)i, &s) == OK) {
			result->id = (u32)i;
			return OK;
		}
	return ERR_NOT_FOUND;
}

/* The memory of init's own objects and of those that outlive instances. */
static u64 own_memory(void)
{
	struct untyped_info_result untyped;
	u64 total = 0;

	for (cap_t u = ROOT_UNTYPED; u < ROOT_UNTYPED_END; u++)
		if (untyped_info(u, &untyped) == OK)
			total += untyped.bytes_used;
	for (u32 i = 0; i < supervisor.count; i++)
		total -= supervisor.services[i].memory_bytes;
	return total;
}

static enum microk_status on_info(struct request *r, const struct inspect_info_args *args,
				  struct inspect_info_result *result)
{
	struct service *s;
	struct thread_info_result thread;

	(void)r;
	enum microk_status status = find_process(args->id, &s);
	if (status == OK)
		status = thread_info(!s ? ROOT_THREAD : s->instance.thread, &thread);
	if (status != OK)
		return status;
	result->state = (u32)thread.state;
	result->priority = (u32)thread.priority;
	result->ticks = thread.ticks;
	result->calls = thread.calls;
	result->memory = !s ? own_memory() : s->memory_bytes;
	result->used = !s ? result->memory : spawn_memory_used(s->memory, s->cnode);
	string_copy(result->name, sizeof(result->name), !s ? "init" : s->name);
	return OK;
}

static struct inspect_cap_result described(u32 slot, const struct cnode_describe_result *held)
{
	bool badged = held->type == CAP_ENDPOINT || held->type == CAP_NOTIFICATION;

	return (struct inspect_cap_result){
		.at = slot,
		.type = (u32)held->type,
		.rights = (u32)held->rights & RIGHT_ALL,
		.badge = badged ? held->value : 0,
		.object = held->object_identity,
		.size = held->size,
		.self = held->slot_identity,
		.parent = held->parent_identity,
	};
}

static enum microk_status on_cap(struct request *r, const struct inspect_cap_args *args,
				 struct inspect_cap_result *result)
{
	struct service *s;
	struct cnode_describe_result held;

	(void)r;
	enum microk_status status = find_process(args->id, &s);
	if (status != OK)
		return status;
	cap_t cnode = !s ? ROOT_CNODE : s->cnode;
	u32 end = !s ? ROOT_CNODE_SLOTS : SLOT_TOTAL + s->kept_slots;
	u32 first = MAX(args->slot, 1u);
	u32 last = MIN(first + SLOTS_AT_ONCE, end);
	for (u32 i = first; i < last; i++) {
		status = cnode_describe(cnode, i, &held);
		if (status != OK || held.type == CAP_NULL)
			continue;
		*result = described(i, &held);
		string_copy(result->name, sizeof(result->name), slot_name(s, i));
		return OK;
	}
	if (first >= end)
		return ERR_NOT_FOUND;
	*result = (struct inspect_cap_result){.at = last - 1, .type = CAP_NULL};
	return OK;
}

static enum microk_status on_memory(struct request *r, struct inspect_memory_result *result)
{
	(void)r;
	result->total = info->ram_bytes;
	result->free = supply_free(&pool);
	result->pools = shared_pool_pages() * PAGE_SIZE;
	for (u32 i = 0; i < supervisor.count; i++)
		result->free +=
			supervisor.services[i].memory_bytes -
			spawn_memory_used(
				supervisor.services[i].memory, supervisor.services[i].cnode);
	return OK;
}

void inspect_serve(struct request *r)
{
	static const struct inspect_ops ops = {
		.next = on_next,
		.info = on_info,
		.cap = on_cap,
		.memory = on_memory,
	};

	inspect_dispatch(&ops, r);
}
