#include "servers/init/services.h"
#include "servers/init/devices.h"
#include "servers/init/log.h"
#include "servers/init/pool.h"

static struct service services[CONF_SERVICES];
static struct grant grants[CONF_SERVICES][CONF_GRANTS + 1];

struct supervisor supervisor = {.server = {.name = "init"}, .services = services};

u32 service_index(const struct service *s)
{
	return (u32)(s - services);
}

static void declare(const struct conf_service *c, u32 i)
{
	services[i] = (struct service){
		.name = c->name,
		.arguments = c->arguments,
		.id = ID_SERVICE + i,
		.priority = c->priority,
		.memory_bytes = c->memory,
		.serves = c->serves[0] != '\0',
		.kept_slots = devices_kept_slots(c) + c->slots,
		.stopped = devices_stop,
		.grants = grants[i],
		.grant_count = c->grant_count,
	};
	for (u32 j = 0; j < c->grant_count; j++)
		services[i].is_notified |= c->grants[j].kind == GRANT_NOTIFICATION;
}

bool services_prepare(const struct conf *conf)
{
	supervisor.count = conf->count;
	for (u32 i = 0; i < conf->count; i++) {
		declare(&conf->services[i], i);
		enum microk_status status =
			service_make(&services[i], &pool, supervisor.server.endpoint);
		if (status != OK) {
			log_line("init: cannot set up service %s: %s: %s", services[i].name,
				 status_name(status), status_text(status));
			return false;
		}
	}
	return true;
}
