#include "proc_server.h"
#include "gen/protocols/inspect_server.h"
#include "gen/protocols/power_server.h"
#include "gen/protocols/supervise_server.h"
#include "microk/cap.h"
#include "user/lib/service.h"
#include <stdio.h>

u32 proc_server_caps = 2, proc_server_pings;

static const struct {
	u32 id;
	const char *name;
	u32 state;
} processes[] = {
	{1, "init", THREAD_RECEIVING}, {3, "vfs", THREAD_READY}, {12, "shell", THREAD_AWAITING}};

static int find(u32 id)
{
	for (size_t i = 0; i < ARRAY_LEN(processes); i++)
		if (processes[i].id == id)
			return (int)i;
	return -1;
}

static enum microk_status ping(struct request *r)
{
	(void)r;
	proc_server_pings++;
	return OK;
}

static enum microk_status next(struct request *r, u32 after, u32 *id)
{
	(void)r;
	for (size_t i = 0; i < ARRAY_LEN(processes); i++)
		if (processes[i].id > after) {
			*id = processes[i].id;
			return OK;
		}
	return ERR_NOT_FOUND;
}

static enum microk_status tell(struct request *r, u32 id, u32 *state, u32 *priority, u64 *ticks,
			       u64 *calls, u64 *memory, u64 *used, char *name)
{
	(void)r;
	int i = find(id);
	if (i < 0)
		return ERR_NOT_FOUND;
	*state = processes[i].state;
	*priority = 30;
	*ticks = 2500000;
	*calls = 1234567;
	*memory = 512 * 1024;
	*used = 100 * 1024;
	snprintf(name, INSPECT_INFO_NAME_MAX + 1, "%s", processes[i].name);
	return OK;
}

static enum microk_status cap(struct request *r, u32 id, u32 slot, u32 *at, u32 *type, u32 *rights,
			      u64 *badge, u64 *object, u64 *size, u64 *self, u64 *parent,
			      char *name)
{
	(void)r;
	u32 count = id == 3 ? proc_server_caps : 2;
	if (find(id) < 0 || slot > count)
		return ERR_NOT_FOUND;
	*at = slot == 0 ? 1 : slot;
	*type = *at == 1 ? CAP_UNTYPED : CAP_ENDPOINT;
	*rights = RIGHT_WRITE | (*at == 1 ? 0 : RIGHT_READ | RIGHT_PROT(0) | RIGHT_PROT(7));
	*badge = *at == 1 ? 0 : id;
	*object = 0x1000 + id;
	*size = *at == 1 ? 128 : 0;
	u64 others = id == 3 ? 0 : (u64)id << 16; /* no slot of one process is one of another's */
	*self = others + 0x100 + *at;
	*parent = *at == 1 ? 0x55 : others + 0x101;
	snprintf(name, INSPECT_CAP_NAME_MAX + 1, "%s", *at == 1 ? "memory" : "");
	return OK;
}

static enum microk_status memory(struct request *r, u64 *total, u64 *free)
{
	(void)r;
	*total = 64ul << 20;
	*free = 60ul << 20;
	return OK;
}

static enum microk_status ready(struct request *r)
{
	(void)r;
	return OK;
}

static enum microk_status power_refused(struct request *r)
{
	(void)r;
	return ERR_IO;
}

static const struct supervise_ops supervise_ops = {.ready = ready, .ping = ping};
static const struct inspect_ops inspect_ops = {
	.next = next, .info = tell, .cap = cap, .memory = memory};
static const struct power_ops power_ops = {.off = power_refused, .reboot = power_refused};

static void dispatch(struct request *r)
{
	if (r->label >> 8 == POWER_PROTOCOL)
		power_dispatch(&power_ops, r);
	else if (r->label >> 8 == SUPERVISE_PROTOCOL)
		supervise_dispatch(&supervise_ops, r);
	else
		inspect_dispatch(&inspect_ops, r);
}

void proc_server_run(cap_t endpoint)
{
	static struct service s = {.name = "init", .dispatch = dispatch};
	s.endpoint = endpoint;
	service_run(&s);
}
