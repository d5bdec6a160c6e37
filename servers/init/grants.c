/*
 * Each kind of line names a capability of the root task here, and the part and the rights of it that a service gets. No
 * other file of init hands out a capability from the kernel, except for devices.c; a service's memory, its Endpoint and its
 * Notification are made of the pool (services.c), and so is memory that outlives instances (frames.c).
 */
#include "servers/init/grants.h"
#include "protocols/init_log.h"
#include "gen/lib/microk/methods.h"
#include "microk/cap.h"
#include "microk/info.h"
#include "servers/init/boot.h"
#include "servers/init/devices.h"
#include "servers/init/frames.h"
#include "servers/init/log.h"
#include "servers/init/outbox.h"
#include "servers/init/pool.h"
#include "servers/init/services.h"
#include "servers/init/shared.h"

/* The addresses at which frames are mapped, the same in every program. */
#define ARCHIVE_ADDRESS ROOT_ARCHIVE_ADDRESS
#define INFO_ADDRESS ROOT_INFO_ADDRESS
#define FRAMEBUFFER_ADDRESS 0x300000000ul
/* So that one page table maps all of these. */
#define TRACE_ADDRESS (INFO_ADDRESS + 0x80000)
#define INIT_LOG_ADDRESS (INFO_ADDRESS + 0x40000)
#define INIT_LOG_SHOWN_ADDRESS (INFO_ADDRESS + 0x60000)

#define REPORT_FIRST 0x2f8 /* the second serial line */
#define REPORT_LAST 0x2ff

#define PM1_BYTES 2 /* ACPI 6.5, 4.8.3.2 */

/* ---- Endpoints ---- */

/* Several grants to one server have one master, so that the server receives ST_CLOSED for the client when the last of
 * them is gone, and not the first. */
static enum microk_status use_service(const struct conf_service *declared, struct service *s,
				      const struct conf_grant *c, struct grant *g)
{
	const struct service *server = &supervisor.services[c->server];
	u64 rights = RIGHT_WRITE;

	g->server = &server->state;
	for (u32 i = 0; i < declared->grant_count; i++) {
		const struct conf_grant *other = &declared->grants[i];
		if (other->kind != GRANT_USES || other->server != c->server)
			continue;
		rights |= other->rights;
		if (s->grants[i].count > 0) {
			g->master = s->grants[i].master;
			g->count = s->grants[i].count;
			return OK;
		}
	}
	return grant_mint(g, &pool, server->endpoint, rights, s->id, MINT_BADGE | MINT_WATCH);
}

static enum microk_status use_server(const struct conf_service *declared, struct service *s,
				     const struct conf_grant *c, struct grant *g)
{
	u64 rights = RIGHT_WRITE | c->rights;
	enum microk_status status;

	if (c->server == CONF_SERVER_SUPERVISOR)
		status = grant_mint(g, &pool, supervisor.server.endpoint, rights,
				    BADGE(BADGE_PROCESS, s->id), MINT_BADGE);
	else
		status = use_service(declared, s, c, g);
	g->rights = rights; /* a master has those of all its grants */
	return status;
}

/* ---- The machine ---- */

/* A port that ACPI may name: where it does not, the service goes without. */
static enum microk_status acpi_ports(struct grant *g, u64 first, u64 count)
{
	return first == 0 ? OK : grant_ports(g, &pool, ROOT_IOPORT, first, first + count - 1);
}

/* Only in a boot whose command line has the word. */
static enum microk_status report_ports(struct grant *g)
{
	if (!boot_option("report"))
		return OK;
	return grant_ports(g, &pool, ROOT_IOPORT, REPORT_FIRST, REPORT_LAST);
}

/* Either the service draws on the screen or the kernel does, so that a person sees why the screen's owner ended. */
static void hold_screen(bool by_instance)
{
	kernel_screen(ROOT_KERNEL, !by_instance);
}

static enum microk_status framebuffer(struct grant *g)
{
	cap_t first;
	u32 count;
	enum microk_status status = boot_framebuffer(&first, &count);

	if (status != OK || count == 0) /* a machine without one */
		return status;
	g->held = hold_screen;
	g->attributes = MAP_WRITE_COMBINING;
	return grant_frames(g, &pool, first, count, RIGHT_READ | RIGHT_WRITE, FRAMEBUFFER_ADDRESS);
}

/* Only its holder could switch tracing off again, and while it is on no message takes the fast path. */
static void hold_trace_switch(bool by_instance)
{
	if (!by_instance)
		kernel_trace(ROOT_KERNEL, 0);
}

/* ---- init's lines ---- */

static struct outbox_frames outbox;

static enum microk_status init_log(const struct service *s, struct grant *g)
{
	enum microk_status status = outbox_make(s->notification, &outbox);

	if (status != OK)
		return status;
	for (u32 i = 0; i < supervisor.count; i++)
		outbox_name(supervisor.services[i].id, supervisor.services[i].name);
	return grant_frames(g, &pool, outbox.lines, 1, RIGHT_READ, INIT_LOG_ADDRESS);
}

/* The page in which the log reports how many of them are shown. lib/conf declares it right after the one above. */
static enum microk_status init_log_shown(struct grant *g)
{
	return grant_frames(
		g, &pool, outbox.shown, 1, RIGHT_READ | RIGHT_WRITE, INIT_LOG_SHOWN_ADDRESS);
}

/* ---- The lines of system.conf ---- */

/* Makes grant `i` of a service. On a machine or in a boot without the thing to grant it leaves the grant empty, and
 * returns OK. */
static enum microk_status make_grant(const struct conf_service *declared, u32 i, struct service *s)
{
	const struct conf_grant *c = &declared->grants[i];
	struct grant *g = &s->grants[i];

	g->name = c->name;
	switch (c->kind) {
	case GRANT_SERVES: /* all rights: the server mints its clients' capabilities from it */
		g->stays = true;
		return grant_copy(g, &pool, s->endpoint, RIGHT_ALL);
	case GRANT_USES: return use_server(declared, s, c, g);
	case GRANT_PORTS: return grant_ports(g, &pool, ROOT_IOPORT, c->first, c->last);
	case GRANT_IRQ: return grant_interrupts(g, &pool, ROOT_IRQ, c->first, c->last);
	case GRANT_NOTIFICATION:
		return grant_copy(
			g, &pool, s->notification, RIGHT_READ | RIGHT_WRITE | RIGHT_GRANT);
	case GRANT_FRAMEBUFFER: return framebuffer(g);
	case GRANT_INFO: return grant_frames(g, &pool, ROOT_INFO, 1, RIGHT_READ, INFO_ADDRESS);
	case GRANT_ARCHIVE:
		return grant_frames(
			g, &pool, ROOT_ARCHIVE, boot_archive_runs(), RIGHT_READ, ARCHIVE_ADDRESS);
	case GRANT_REPORT: return report_ports(g);
	case GRANT_TRACE: return grant_frames(g, &pool, ROOT_TRACE, 1, RIGHT_READ, TRACE_ADDRESS);
	case GRANT_TRACE_SWITCH:
		g->held = hold_trace_switch;
		return grant_copy(g, &pool, ROOT_KERNEL, RIGHT_WRITE);
	case GRANT_IOSPACE: return grant_requester(g, &pool, ROOT_IOSPACE, c->first);
	case GRANT_ACPI_OFF: return acpi_ports(g, info->pm1a_cnt_port, PM1_BYTES);
	case GRANT_ACPI_RESET: return acpi_ports(g, info->reset_port, 1);
	case GRANT_INIT_LOG: return init_log(s, g);
	case GRANT_INIT_LOG_SHOWN: return init_log_shown(g);
	case GRANT_FRAMES: return frames_grant(c, service_index(s), g);
	case GRANT_POOL: return frames_pool(c, s);
	case GRANT_DEVICE: return devices_claim(c, s, &supervisor.services[c->server], g);
	case GRANT_PCI_PORTS:
	case GRANT_PCI_IRQ:
	case GRANT_PCI_IOSPACE:
	case GRANT_PCI_TABLE: return devices_pci(c, s, g);
	case GRANT_RING_REQUESTS:
	case GRANT_RING_ANSWERS:
	case GRANT_RING_PAGES:
	case GRANT_RING_SIGNAL: return shared_ring(c, service_index(s), g);
	}
	return ERR_ARG;
}

static bool make_grants(const struct conf_service *declared, struct service *s)
{
	u32 count = 0; /* of their capabilities */

	for (u32 i = 0; i < declared->grant_count; i++) {
		const struct conf_grant *c = &declared->grants[i];
		enum microk_status status = make_grant(declared, i, s);

		if (status == OK && (count += s->grants[i].count) > SPAWN_GRANTS)
			status = ERR_LIMIT;
		if (status == OK)
			continue;
		log_line("init: system.conf, line %u: cannot grant %s to %s: %s: %s", c->line,
			 c->name, declared->name, status_name(status), status_text(status));
		if (status == ERR_LIMIT)
			log_line("        the grants of a service take at most %u slots, and "
				 "memory takes one for each %u KiB",
				 (u32)SPAWN_GRANTS, (u32)(FRAME_MAX_PAGES * PAGE_SIZE / 1024));
		return false;
	}
	return true;
}

bool grants_prepare(const struct conf *conf)
{
	for (u32 i = 0; i < conf->count; i++)
		if (!make_grants(&conf->services[i], &supervisor.services[i]))
			return false;
	return true;
}
