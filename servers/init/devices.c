/*
 * The owner of PCI (drivers/pci) gets all device memory, once: Untypeds are moved, and so live in its CNode, in slots that
 * outlive its instances. Configuration space stays init's, too: a device must lose the bus when its driver has ended, whether
 * the owner of PCI lives or not. init reads in the owner's table which function is whose.
 */
#include "servers/init/devices.h"
#include "gen/lib/microk/methods.h"
#include "gen/protocols/pci_protocol.h"
#include "microk/cap.h"
#include "microk/info.h"
#include "protocols/pci.h"
#include "servers/init/boot.h"
#include "servers/init/pool.h"

#define CONFIG_PORTS_FIRST 0xcf8
#define CONFIG_PORTS_LAST 0xcff
#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA 0xcfc
#define CONFIG_ENABLE 0x80000000u
#define COMMAND 4 /* PCI Local Bus 3.0, 6.2.2 */
#define COMMAND_MASTER 4u

#define FIRST_MESSAGE 24 /* the first interrupt that is message-signalled (microk/info.h) */

/* Where the owner has the table, beside its other frames from init. */
#define TABLE_ADDRESS (ROOT_INFO_ADDRESS + 0x90000)
/* Where init has it, and configuration space. */
#define OWN_TABLE_ADDRESS 0x201000000ul
#define ECAM_ADDRESS 0x400000000ul

_Static_assert(PCI_MATCH_CLASS - CONF_MATCH_CLASS == 0 &&
		       PCI_MATCH_INTERFACE - CONF_MATCH_INTERFACE == 0 &&
		       PCI_MATCH_ID - CONF_MATCH_ID == 0,
	       "system.conf's forms are the badge's");

static const volatile struct pci_table *table; /* NULL: no service owns PCI */
static cap_t ecam;                             /* the first of its frames */
static u32 ecam_runs;

u32 devices_kept_slots(const struct conf_service *declared)
{
	for (u32 i = 0; i < declared->grant_count; i++)
		if (declared->grants[i].kind == GRANT_PCI_TABLE)
			return PCI_KEPT_SLOTS;
	return 0;
}

/* ---- The owner's capabilities ---- */

static enum microk_status keep_ecam(const struct service *s)
{
	struct untyped_info_result memory;
	enum microk_status status = OK;

	if (untyped_info(ROOT_ECAM, &memory) != OK)
		return OK; /* a machine without it: there are the ports */
	ecam_runs = (u32)MIN(memory.bytes / PCI_ECAM_RUN, PCI_KEPT_ECAM_RUNS);
	if ((ecam = supply_slots(&pool, ecam_runs)) == 0)
		return ERR_LIMIT;
	for (u32 i = 0; i < ecam_runs && status == OK; i++) {
		status = untyped_retype(
			ROOT_ECAM,
			&(struct untyped_retype){
				.type = CAP_FRAME,
				.size = PCI_ECAM_RUN / PAGE_SIZE,
				.cnode = ROOT_CNODE,
				.index = ecam + i,
				.count = 1});
		if (status == OK)
			status = cnode_copy(
				s->cnode,
				&(struct cnode_copy){.index = PCI_KEPT_ECAM + i,
						     .source_cnode = ROOT_CNODE,
						     .source_index = ecam + i,
						     .rights = RIGHT_READ | RIGHT_WRITE});
	}
	return status;
}

static enum microk_status keep_device_memory(const struct service *s)
{
	u32 to = PCI_KEPT_DEVICES;
	enum microk_status status = OK;

	_Static_assert(2 + ROOT_DEVICES_END - ROOT_DEVICES <= PCI_KEPT_DEVICE_PARTS, "all parts");
	for (cap_t from = ROOT_DEVICE; from < ROOT_DEVICES_END && status == OK; from++) {
		struct untyped_info_result memory;

		if (from == ROOT_DEVICE_HIGH + 1)
			from = ROOT_DEVICES;
		if (untyped_info(from, &memory) != OK)
			continue;
		status = cnode_move(
			s->cnode,
			&(struct cnode_move){
				.index = to++, .source_cnode = ROOT_CNODE, .source_index = from});
	}
	return status;
}

static enum microk_status make_table(struct grant *g)
{
	cap_t frame;
	enum microk_status status = supply_make(&pool, CAP_FRAME, PCI_TABLE_PAGES, &frame);

	if (status == OK)
		status = supply_map(&pool, ROOT_SPACE, frame, OWN_TABLE_ADDRESS, RIGHT_READ, 0);
	if (status != OK)
		return status;
	table = (const volatile struct pci_table *)OWN_TABLE_ADDRESS;
	return grant_frames(g, &pool, frame, 1, RIGHT_READ | RIGHT_WRITE, TABLE_ADDRESS);
}

/* All message-signalled interrupts. Their number is the kernel's: the largest range that can be derived. */
static enum microk_status messages(struct grant *g)
{
	struct cnode_describe_result all;
	enum microk_status status = cnode_describe(ROOT_CNODE, ROOT_IRQ, &all);

	if (status != OK)
		return status;
	return grant_interrupts(g, &pool, ROOT_IRQ, FIRST_MESSAGE, all.size - 1);
}

enum microk_status devices_pci(const struct conf_grant *c, const struct service *s, struct grant *g)
{
	enum microk_status status;

	switch (c->kind) {
	case GRANT_PCI_PORTS:
		return grant_ports(g, &pool, ROOT_IOPORT, CONFIG_PORTS_FIRST, CONFIG_PORTS_LAST);
	/* Drivers' capabilities descend from these two, and outlive an instance of the owner. */
	case GRANT_PCI_IRQ: g->stays = true; return messages(g);
	case GRANT_PCI_IOSPACE:
		g->stays = true;
		return grant_copy(g, &pool, ROOT_IOSPACE, RIGHT_ALL);
	case GRANT_PCI_TABLE:
		status = keep_ecam(s);
		if (status == OK)
			status = keep_device_memory(s);
		return status == OK ? make_table(g) : status;
	default: return ERR_ARG;
	}
}

enum microk_status devices_claim(const struct conf_grant *c, const struct service *s,
				 const struct service *owner, struct grant *g)
{
	g->server = &owner->state;
	return grant_mint(g, &pool, owner->endpoint, RIGHT_WRITE | PCI_RIGHT_CLAIM,
			  PCI_BADGE(s->id, c->match, c->value), MINT_BADGE | MINT_WATCH);
}

/* ---- The device of a driver that has ended ---- */

static void stop_by_ecam(u16 requester)
{
	u64 at = (u64)(requester - (info->ecam_first_bus << 8)) << 12, run = at / PCI_ECAM_RUN;
	volatile u16 *command = (volatile u16 *)(ECAM_ADDRESS + at + COMMAND);
	enum microk_status status;

	if (requester >> 8 < info->ecam_first_bus || run >= ecam_runs)
		return;
	status = supply_map(&pool, ROOT_SPACE, ecam + run, ECAM_ADDRESS + run * PCI_ECAM_RUN,
			    RIGHT_READ | RIGHT_WRITE, MAP_UNCACHED);
	if (status != OK && status != ERR_STATE) /* it is mapped from the second time on */
		return;
	*command &= (u16)~COMMAND_MASTER;
	(void)*command; /* the device has taken the write when the read returns */
}

static u32 port_in(u16 port, u32 bytes)
{
	struct ioport_in_result data = {0};

	ioport_in(ROOT_IOPORT, &(struct ioport_in){.port = port, .bytes = bytes}, &data);
	return (u32)data.value;
}

static void port_out(u16 port, u32 bytes, u32 value)
{
	ioport_out(ROOT_IOPORT, &(struct ioport_out){.port = port, .bytes = bytes, .value = value});
}

/* The owner of PCI may have been interrupted between its two accesses, so the address register is put back. */
static void stop_by_ports(u16 requester)
{
	u32 before = port_in(CONFIG_ADDRESS, 4);

	port_out(CONFIG_ADDRESS, 4, CONFIG_ENABLE | (u32)requester << 8 | COMMAND);
	port_out(CONFIG_DATA, 2, port_in(CONFIG_DATA, 2) & ~COMMAND_MASTER);
	(void)port_in(CONFIG_DATA, 2);
	port_out(CONFIG_ADDRESS, 4, before);
}

void devices_stop(const struct service *s)
{
	for (u32 i = 0; table && i < table->count && i < PCI_FUNCTIONS; i++) {
		u64 owner = table->function[i].owner;
		u16 requester = table->function[i].requester;

		if (owner == 0 || PCI_BADGE_PROCESS(owner) != s->id)
			continue;
		if (ecam_runs > 0)
			stop_by_ecam(requester);
		else
			stop_by_ports(requester);
	}
}
