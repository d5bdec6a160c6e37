/*
 * The owner of PCI. It finds the functions of the machine, and hands each to the driver that system.conf names: memory,
 * messages and IoSpace of that function, and no others. Configuration space and the tables of messages stay here, because with
 * them a function could be given other addresses, or raise any interrupt.
 *
 *   config.c    configuration space            scan.c      functions, bridges, capabilities
 *   bars.c      base address registers         memory.c    Frames for these
 *   claims.c    what drivers get               function.c  bus mastering, messages, reset
 *
 * Everything that it must know again after its end is in the table of functions and in the kept slots (protocols/pci.h): drivers
 * go on with their devices while no instance of it runs.
 *
 * Weighed: Linux assigns BARs and interrupts in the kernel for all drivers. Genode's platform driver is the closest relative:
 * policies by class or id, and a session with a device's resources for each driver. There the policy is the server's
 * configuration; here it is the badge of the driver's capability.
 */
#include "drivers/pci/claims.h"
#include "drivers/pci/config.h"
#include "drivers/pci/function.h"
#include "drivers/pci/memory.h"
#include "drivers/pci/scan.h"
#include "gen/protocols/pci_server.h"
#include "lib/microk/print.h"
#include "lib/microk/startup.h"

#define CAPABILITY_VENDOR 9
#define CAPABILITY_LENGTH 2

static struct pci_table *table;

/* ---- For a person ---- */

static enum microk_status on_list(struct request *r, const struct pci_list_args *args,
				  struct pci_list_result *result)
{
	(void)r;
	if (args->index >= table->count)
		return ERR_NOT_FOUND;
	const struct pci_function *f = &table->function[args->index];
	*result = (struct pci_list_result){
		.requester = f->requester,
		.id = f->id,
		.class = f->class,
		.subsystem = f->subsystem,
		.header = f->header,
		.below = f->bus_below,
		.owner = PCI_BADGE_PROCESS(f->owner)};
	return OK;
}

static enum microk_status on_region(struct request *r, const struct pci_region_args *args,
				    struct pci_region_result *result)
{
	(void)r;
	if (args->index >= table->count || args->number >= PCI_BARS)
		return ERR_NOT_FOUND;
	const struct pci_bar *b = &table->function[args->index].bar[args->number];
	*result = (struct pci_region_result){
		.address = b->address, .bytes = b->bytes, .flags = (u32)b->flags};
	return OK;
}

/* ---- For drivers ---- */

static enum microk_status on_claim(struct request *r, struct pci_claim_result *result)
{
	const struct pci_function *f = claims_take(r->badge);

	if (!f)
		return ERR_NOT_FOUND;
	result->requester = f->requester;
	result->id = f->id;
	result->class = f->class;
	result->vectors = claims_vectors(f);
	return claims_space(f, &result->space);
}

static enum microk_status on_memory(struct request *r, const struct pci_memory_args *args,
				    struct pci_memory_result *result)
{
	struct pci_function *f = claims_find(r->badge);
	struct pci_part part;

	if (!f)
		return ERR_STATE;
	enum microk_status status =
		claims_memory(f, args->number, args->from, &part, &result->memory);
	if (status != OK)
		return status;
	result->first = part.first;
	result->pages = part.pages;
	result->offset = (u32)(f->bar[part.bar].address % PAGE_SIZE);
	return OK;
}

static enum microk_status on_vector(struct request *r, const struct pci_vector_args *args,
				    struct pci_vector_result *result)
{
	struct pci_function *f = claims_find(r->badge);

	return f ? claims_vector(f, args->vector, &result->line, &result->interrupt) : ERR_STATE;
}

static enum microk_status on_message(struct request *r, const struct pci_message_args *args)
{
	const struct pci_function *f = claims_find(r->badge);

	if (!f)
		return ERR_STATE;
	return function_message(f, claims_index(f), args->vector, args->address, args->data);
}

static enum microk_status on_master(struct request *r, const struct pci_master_args *args)
{
	const struct pci_function *f = claims_find(r->badge);

	if (!f)
		return ERR_STATE;
	function_master(f, args->on);
	return OK;
}

static enum microk_status on_reset(struct request *r)
{
	const struct pci_function *f = claims_find(r->badge);

	return f ? function_reset(f) : ERR_STATE;
}

static enum microk_status on_capability(struct request *r, const struct pci_capability_args *args,
					struct pci_capability_result *result)
{
	const struct pci_function *f = claims_find(r->badge);

	if (!f)
		return ERR_STATE;
	if (args->id != CAPABILITY_VENDOR)
		return ERR_DENIED;
	u16 at = scan_capability(f->requester, CAPABILITY_VENDOR, 0);
	for (u32 i = 0; at && i < args->index && i < CONFIG_BYTES / 4; i++) {
		u16 next = scan_next(f->requester, at);
		at = next ? scan_capability(f->requester, CAPABILITY_VENDOR, next) : 0;
	}
	if (!at || args->index >= CONFIG_BYTES / 4)
		return ERR_NOT_FOUND;
	u32 bytes = config_read(f->requester, at + CAPABILITY_LENGTH, 1);
	bytes = MIN(MIN(bytes, (u32)PCI_CAPABILITY_DATA_MAX), (u32)CONFIG_BYTES - at);
	for (u32 i = 0; i < bytes; i++)
		result->data[i] = (u8)config_read(f->requester, at + i, 1);
	result->data_length = bytes;
	return OK;
}

/* ---- The server ---- */

static void dispatch(struct request *r)
{
	static const struct pci_ops ops = {
		.list = on_list,
		.region = on_region,
		.claim = on_claim,
		.memory = on_memory,
		.vector = on_vector,
		.message = on_message,
		.master = on_master,
		.reset = on_reset,
		.capability = on_capability,
	};

	pci_dispatch(&ops, r);
}

/* The first instance fills the table; a later one finishes it, if it had not got that far, and else believes it. */
static bool fill_table(void)
{
	const struct startup_entry *area = grant_entry("pci.table");
	int first_bus = config_start();

	if (!area || !area->address || area->pages < PCI_TABLE_PAGES) {
		print("pci: the grant \"pci\" is missing; add it in system.conf\n");
		return false;
	}
	if (first_bus < 0) {
		print("pci: this machine shows no configuration space, so no PCI device can be "
		      "used\n");
		return false;
	}
	table = (struct pci_table *)area->address;
	if (table->magic == PCI_TABLE_MAGIC)
		return true;
	if (!scan_functions(table, (u32)first_bus))
		print("pci: this machine has more than %u functions; the others cannot be used\n",
		      PCI_FUNCTIONS);
	memory_make_frames(table);
	table->magic = PCI_TABLE_MAGIC;
	print("pci: %u functions\n", table->count);
	return true;
}

int main(void)
{
	struct server server = {
		.name = "pci",
		.endpoint = grant_find("pci"),
		.dispatch = dispatch,
	};

	if (!fill_table())
		return 1;
	claims_init(table);
	server_run(&server);
}
