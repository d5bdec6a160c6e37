/* The objects that outlive an instance. They are made once and granted to each new instance. */
#include "servers/init/unit.h"
#include "protocols/init_log.h"
#include "gen/lib/microk/methods.h"
#include "microk/cap.h"
#include "microk/info.h"
#include "servers/init/boot.h"
#include "servers/init/log.h"
#include "servers/init/outbox.h"
#include "servers/init/pool.h"
#include "lib/microk/string.h"

/* The addresses at which init maps grants, the same in every program. */
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

struct unit units[CONF_SERVICES];
u32 unit_count;
cap_t init_endpoint;

struct unit *unit_by_id(u32 id)
{
	return id >= ID_SERVICE && id - ID_SERVICE < unit_count ? &units[id - ID_SERVICE] : NULL;
}

bool unit_runs(const struct unit *s)
{
	return s->state == UNIT_STARTED || s->state == UNIT_READY;
}

/* ---- Preparing ---- */

static enum microk_status prepare_objects(struct unit *s)
{
	cap_t slots = slot_alloc_run(5 + SPAWN_SLOTS);

	if (slots == 0)
		return ERR_LIMIT;
	s->cnode = slots;
	s->memory = slots + 1;
	s->fault = slots + 2;
	s->instance_slots = slots + 5;
	enum microk_status status = supply_make_in(&pool, CAP_CNODE, SLOT_TOTAL, s->cnode);
	if (status == OK)
		status = supply_make_in(&pool, CAP_UNTYPED, s->conf->memory, s->memory);
	if (status == OK)
		status = cnode_mint(
			ROOT_CNODE,
			&(struct cnode_mint){
				.index = s->fault,
				.source_cnode = ROOT_CNODE,
				.source_index = init_endpoint,
				.rights = RIGHT_WRITE | RIGHT_GRANT,
				.badge = BADGE(BADGE_FAULT, s->id),
				.flags = MINT_BADGE});
	if (status == OK && s->conf->serves) {
		s->endpoint = slots + 3;
		status = supply_make_in(&pool, CAP_ENDPOINT, 0, s->endpoint);
	}
	for (u32 i = 0; status == OK && i < s->conf->grant_count; i++)
		if (s->conf->grants[i].kind == GRANT_NOTIFICATION) {
			s->notification = slots + 4;
			status = supply_make_in(&pool, CAP_NOTIFICATION, 0, s->notification);
		}
	return status;
}

static enum microk_status copy_masters(struct grant *g, cap_t from, u32 count, u64 rights)
{
	enum microk_status status = OK;

	if (count > GRANT_CAPS || (g->master = slot_alloc_run(count)) == 0)
		return ERR_LIMIT;
	for (u32 i = 0; i < count && status == OK; i++)
		status = cnode_copy(
			ROOT_CNODE,
			&(struct cnode_copy){
				.index = g->master + i,
				.source_cnode = ROOT_CNODE,
				.source_index = from + i,
				.rights = rights,
			});
	g->count = status == OK ? count : 0;
	return status;
}

static enum microk_status mint_master(struct grant *g, cap_t endpoint, u64 rights, u64 badge,
				      u64 flags)
{
	if ((g->master = slot_alloc()) == 0)
		return ERR_LIMIT;
	g->count = 1;
	return cnode_mint(
		ROOT_CNODE,
		&(struct cnode_mint){
			.index = g->master,
			.source_cnode = ROOT_CNODE,
			.source_index = endpoint,
			.rights = rights,
			.badge = badge,
			.flags = flags});
}

static enum microk_status narrow_ports(struct grant *g, u64 first, u64 last)
{
	if ((g->master = slot_alloc()) == 0)
		return ERR_LIMIT;
	g->count = 1;
	return ioport_narrow(
		ROOT_IOPORT,
		&(struct ioport_narrow){
			.first = first,
			.count = last - first + 1,
			.cnode = ROOT_CNODE,
			.index = g->master});
}

static enum microk_status narrow_interrupts(struct grant *g, u64 first, u64 last)
{
	if ((g->master = slot_alloc()) == 0)
		return ERR_LIMIT;
	g->count = 1;
	return irq_narrow(
		ROOT_IRQ,
		&(struct irq_narrow){.first = first,
				     .count = last - first + 1,
				     .cnode = ROOT_CNODE,
				     .index = g->master});
}

/* Several grants to one server have one master, so that the server receives ST_CLOSED for the client when the last of
 * them is gone, and not the first. */
static enum microk_status share_master(struct unit *s, const struct conf_grant *c, struct grant *g)
{
	u64 rights = RIGHT_WRITE;

	for (u32 i = 0; i < s->conf->grant_count; i++) {
		const struct conf_grant *other = &s->conf->grants[i];
		if (other->kind != GRANT_USES || other->server != c->server)
			continue;
		if (s->grants[i].count > 0) {
			*g = s->grants[i];
			return OK;
		}
		rights |= other->rights;
	}
	return mint_master(g, units[c->server].endpoint, rights, s->id, MINT_BADGE | MINT_WATCH);
}

static enum microk_status prepare_uses(struct unit *s, const struct conf_grant *c, struct grant *g)
{
	u64 rights = RIGHT_WRITE | c->rights;

	switch (c->server) {
	case CONF_SERVER_SUPERVISOR:
		return mint_master(
			g, init_endpoint, rights, BADGE(BADGE_PROCESS, s->id), MINT_BADGE);
	default: return share_master(s, c, g);
	}
}

/* A port that ACPI may name: where it does not, the service goes without. */
static enum microk_status narrow_acpi(struct grant *g, u64 first, u64 count)
{
	return first == 0 ? OK : narrow_ports(g, first, first + count - 1);
}

/* init's lines, and the page in which the log reports how many of them are shown. */
static enum microk_status share_lines(struct unit *s, struct grant *lines, struct grant *shown)
{
	struct outbox_frames made;
	enum microk_status status = outbox_make(s->notification, &made);

	if (status == OK)
		status = copy_masters(lines, made.lines, 1, RIGHT_READ);
	if (status == OK)
		status = copy_masters(shown, made.shown, 1, RIGHT_READ | RIGHT_WRITE);
	lines->pages = INIT_LOG_PAGES;
	shown->pages = 1;
	return status;
}

static enum microk_status prepare_grant(struct unit *s, const struct conf_grant *c, struct grant *g)
{
	enum microk_status status;
	cap_t first;

	switch (c->kind) {
	case GRANT_SERVES: /* all rights: the server mints its clients' capabilities from it */
		return copy_masters(g, s->endpoint, 1, RIGHT_ALL);
	case GRANT_USES: return prepare_uses(s, c, g);
	case GRANT_PORTS: return narrow_ports(g, c->first, c->last);
	case GRANT_REPORT: /* granted only if the command line has the word */
		if (!boot_option("report"))
			return OK;
		return narrow_ports(g, REPORT_FIRST, REPORT_LAST);
	case GRANT_IRQ: return narrow_interrupts(g, c->first, c->last);
	case GRANT_NOTIFICATION:
		return copy_masters(g, s->notification, 1, RIGHT_READ | RIGHT_WRITE | RIGHT_GRANT);
	case GRANT_INFO:
		g->pages = boot_frame_pages(ROOT_INFO, 1);
		return copy_masters(g, ROOT_INFO, 1, RIGHT_READ);
	case GRANT_ARCHIVE: {
		u32 count = boot_archive_runs();
		g->pages = boot_frame_pages(ROOT_ARCHIVE, count);
		return copy_masters(g, ROOT_ARCHIVE, count, RIGHT_READ);
	}
	case GRANT_FRAMEBUFFER: {
		u32 count;
		status = boot_framebuffer(&first, &count);
		if (status != OK || count == 0) /* not granted on a machine without one */
			return status;
		g->pages = boot_frame_pages(first, count);
		return copy_masters(g, first, count, RIGHT_READ | RIGHT_WRITE);
	}
	case GRANT_TRACE:
		g->pages = boot_frame_pages(ROOT_TRACE, 1);
		return copy_masters(g, ROOT_TRACE, 1, RIGHT_READ);
	case GRANT_IOSPACE: return copy_masters(g, ROOT_IOSPACE, 1, RIGHT_READ);
	case GRANT_TRACE_SWITCH: return copy_masters(g, ROOT_KERNEL, 1, RIGHT_WRITE);
	case GRANT_ACPI_OFF: return narrow_acpi(g, info->pm1a_cnt_port, PM1_BYTES);
	case GRANT_ACPI_RESET: return narrow_acpi(g, info->reset_port, 1);
	case GRANT_INIT_LOG: return share_lines(s, g, g + 1);
	case GRANT_INIT_LOG_SHOWN: return OK; /* made together with the one before it */
	}
	return ERR_ARG;
}

bool units_prepare(const struct conf *conf)
{
	unit_count = conf->count;
	for (u32 i = 0; i < unit_count; i++) {
		struct unit *s = &units[i];
		s->conf = &conf->services[i];
		s->id = ID_SERVICE + i;
		enum microk_status status = prepare_objects(s);
		if (status != OK) {
			log_line("init: cannot set up service %s: %s: %s", s->conf->name,
				 status_name(status), status_text(status));
			return false;
		}
	}
	for (u32 i = 0; i < unit_count; i++)
		for (u32 j = 0; j < units[i].conf->grant_count; j++) {
			const struct conf_grant *c = &units[i].conf->grants[j];
			enum microk_status status =
				prepare_grant(&units[i], c, &units[i].grants[j]);
			if (status != OK) {
				log_line(
					"init: system.conf, line %u: cannot grant %s to %s: %s: %s",
					c->line, c->name, units[i].conf->name, status_name(status),
					status_text(status));
				return false;
			}
		}
	for (u32 i = 0; i < unit_count; i++)
		outbox_name(units[i].id, units[i].conf->name);
	return true;
}

/* ---- Granting ---- */

/* The address at which a grant is mapped in its program, 0 for none. For ports and interrupts it is
 * the first number. */
static u64 grant_address(const struct conf_grant *c)
{
	switch (c->kind) {
	case GRANT_INFO: return INFO_ADDRESS;
	case GRANT_ARCHIVE: return ARCHIVE_ADDRESS;
	case GRANT_FRAMEBUFFER: return FRAMEBUFFER_ADDRESS;
	case GRANT_REPORT: return REPORT_FIRST;
	case GRANT_TRACE: return TRACE_ADDRESS;
	case GRANT_INIT_LOG: return INIT_LOG_ADDRESS;
	case GRANT_INIT_LOG_SHOWN: return INIT_LOG_SHOWN_ADDRESS;
	case GRANT_ACPI_OFF: return info->pm1a_cnt_port;
	case GRANT_ACPI_RESET: return info->reset_port;
	default: return c->first;
	}
}

static enum microk_status grant_caps(struct unit *s, const struct conf_grant *c,
				     const struct grant *g)
{
	bool is_screen = c->kind == GRANT_FRAMEBUFFER;
	bool writable = is_screen || c->kind == GRANT_INIT_LOG_SHOWN;
	u64 rights = c->kind == GRANT_USES ? RIGHT_WRITE | c->rights : RIGHT_ALL;
	u64 address = grant_address(c);
	enum microk_status status = OK;

	for (u32 i = 0; i < g->count && status == OK; i++) {
		u64 pages = g->pages == 0 ? 0 : boot_frame_pages(g->master + i, 1);
		if (pages == 0)
			status = spawn_give(&s->instance, g->master + i, rights, g->slot + i);
		else
			status = spawn_give_frame(
				&s->instance, g->master + i, address,
				RIGHT_READ | (writable ? RIGHT_WRITE : 0),
				is_screen ? MAP_WRITE_COMBINING : 0, g->slot + i);
		address += pages * PAGE_SIZE;
	}
	return status;
}

/* The server has been given up: its clients that run have an empty slot by now, and so has one that is started later. */
static bool server_is_gone(const struct conf_grant *c)
{
	return c->kind == GRANT_USES && c->server >= 0 && units[c->server].state >= UNIT_ENDED;
}

enum microk_status unit_grant(struct unit *s)
{
	struct startup *page = &s->instance.page;
	u32 slot = SLOT_GRANTS;

	for (u32 i = 0; i < s->conf->grant_count; i++) {
		const struct conf_grant *c = &s->conf->grants[i];
		struct grant *g = &s->grants[i];
		if (g->count == 0)
			continue;
		if (g->count > SLOT_FREE - slot)
			return ERR_LIMIT;
		/* From here on the service draws on the screen, and the kernel does not. */
		if (c->kind == GRANT_FRAMEBUFFER)
			kernel_screen(ROOT_KERNEL, 0);
		g->slot = slot;
		slot += g->count;
		enum microk_status status = server_is_gone(c) ? OK : grant_caps(s, c, g);
		if (status != OK)
			return status;
		struct startup_entry *e = &page->entries[page->count++];
		string_copy(e->name, sizeof(e->name), c->name);
		e->slot = g->slot;
		e->pages = (u32)g->pages;
		e->address = grant_address(c);
	}
	return OK;
}

/* ---- Taking back ---- */

void unit_strip(struct unit *s)
{
	for (u32 i = 0; i < s->conf->grant_count; i++) {
		/* Clients' capabilities are derived from the service's own Endpoint: they stay, and calls wait. */
		if (s->conf->grants[i].kind == GRANT_SERVES)
			continue;
		/* Only this service could switch tracing off, and with it on no message takes the fast path. */
		if (s->conf->grants[i].kind == GRANT_TRACE_SWITCH)
			kernel_trace(ROOT_KERNEL, 0);
		for (u32 j = 0; j < s->grants[i].count; j++)
			cnode_revoke(ROOT_CNODE, s->grants[i].master + j);
		/* The kernel draws again, so that a person sees why the screen's owner ended. */
		if (s->conf->grants[i].kind == GRANT_FRAMEBUFFER && s->grants[i].count > 0)
			kernel_screen(ROOT_KERNEL, 1);
	}
	/* Deletes the capabilities that other programs sent, and those derived from them. Empty slots return an error. */
	for (u32 slot = 1; slot < SLOT_TOTAL; slot++)
		cnode_delete(s->cnode, slot);
}

void unit_give_up(struct unit *s)
{
	if (s->endpoint == 0)
		return;
	cnode_fail(ROOT_CNODE, s->endpoint);
	cnode_revoke(ROOT_CNODE, s->endpoint);
}
