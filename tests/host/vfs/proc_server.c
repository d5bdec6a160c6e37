#include "proc_server.h"
#include "gen/protocols/inspect_server.h"
#include "gen/protocols/supervise_server.h"
#include "microk/cap.h"
#include "lib/microk/server.h"
#include "lib/microk/startup.h"
#include <stdio.h>

u32 proc_server_caps = 2, proc_server_pings;
bool proc_server_grants;

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

static enum microk_status next(struct request *r, const struct inspect_next_args *args,
			       struct inspect_next_result *result)
{
	(void)r;
	for (size_t i = 0; i < ARRAY_LEN(processes); i++)
		if (processes[i].id > args->after) {
			result->id = processes[i].id;
			return OK;
		}
	return ERR_NOT_FOUND;
}

static enum microk_status tell(struct request *r, const struct inspect_info_args *args,
			       struct inspect_info_result *result)
{
	(void)r;
	int i = find(args->id);
	if (i < 0)
		return ERR_NOT_FOUND;
	*result = (struct inspect_info_result){
		.state = processes[i].state,
		.priority = 30,
		.ticks = 2500000,
		.calls = 1234567,
		.memory = 512 * 1024,
		.used = 100 * 1024,
	};
	snprintf(result->name, sizeof(result->name), "%s", processes[i].name);
	return OK;
}

/* Grants of init: vfs receives at one Endpoint, of which the shell has a capability. */
static const struct grant {
	u32 id, slot, rights;
	u64 object;
	const char *name;
} grants[] = {
	{3, 8, RIGHT_READ | RIGHT_WRITE, 0x5000, "vfs"},
	{12, 8, RIGHT_WRITE | RIGHT_PROT(0) | RIGHT_PROT(1), 0x5000, "/"},
	{12, 10, RIGHT_WRITE | RIGHT_PROT(0), 0x6000, "/lost"},
	{12, 11, RIGHT_WRITE | RIGHT_PROT(0), 0x5000, "supervisor"},
};

static enum microk_status granted(const struct inspect_cap_args *args,
				  struct inspect_cap_result *result)
{
	for (size_t i = 0; i < ARRAY_LEN(grants); i++) {
		const struct grant *g = &grants[i];
		if (g->id != args->id || g->slot < args->slot)
			continue;
		*result = (struct inspect_cap_result){
			.at = g->slot,
			.type = CAP_ENDPOINT,
			.rights = g->rights,
			.object = g->object};
		snprintf(result->name, sizeof(result->name), "%s", g->name);
		return OK;
	}
	return ERR_NOT_FOUND;
}

static enum microk_status cap(struct request *r, const struct inspect_cap_args *args,
			      struct inspect_cap_result *result)
{
	(void)r;
	u32 id = args->id, at = args->slot == 0 ? 1 : args->slot;
	u32 count = id == 3 ? proc_server_caps : 2;
	u64 others = id == 3 ? 0 : (u64)id << 16; /* no slot of one process is one of another's */
	if (find(id) >= 0 && proc_server_grants && args->slot >= SLOT_GRANTS)
		return granted(args, result);
	if (find(id) < 0 || args->slot > count)
		return ERR_NOT_FOUND;
	*result = (struct inspect_cap_result){
		.at = at,
		.type = at == 1 ? CAP_UNTYPED : CAP_ENDPOINT,
		.rights = RIGHT_WRITE | (at == 1 ? 0 : RIGHT_READ | RIGHT_PROT(0) | RIGHT_PROT(7)),
		.badge = at == 1 ? 0 : id,
		.object = 0x1000 + id,
		.size = at == 1 ? 128 : 0,
		.self = others + 0x100 + at,
		.parent = at == 1 ? 0x55 : others + 0x101,
	};
	snprintf(result->name, sizeof(result->name), "%s", at == 1 ? "memory" : "");
	return OK;
}

static enum microk_status memory(struct request *r, struct inspect_memory_result *result)
{
	(void)r;
	result->total = 64ul << 20;
	result->free = 60ul << 20;
	result->pools = 3ul << 20;
	return OK;
}

static enum microk_status ready(struct request *r)
{
	(void)r;
	return OK;
}

static const struct supervise_ops supervise_ops = {.ready = ready, .ping = ping};
static const struct inspect_ops inspect_ops = {
	.next = next, .info = tell, .cap = cap, .memory = memory};

static void dispatch(struct request *r)
{
	if (request_protocol(r) == SUPERVISE_PROTOCOL)
		supervise_dispatch(&supervise_ops, r);
	else
		inspect_dispatch(&inspect_ops, r);
}

void proc_server_run(cap_t endpoint)
{
	static struct server s = {.name = "init", .dispatch = dispatch};

	s.endpoint = endpoint;
	server_run(&s);
}
