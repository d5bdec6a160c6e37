#include "drivers/pci/config.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/memory.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "microk/cap.h"
#include "microk/info.h"
#include "protocols/pci.h"

#define PORT_ADDRESS 0xcf8
#define PORT_DATA 0xcfc
#define ADDRESS_ENABLE 0x80000000u

static cap_t ports;
static u32 first_bus;
static bool has_ecam;
static volatile u8 *runs[PCI_KEPT_ECAM_RUNS]; /* those that are mapped so far */

/* ---- By memory ---- */

/* The kept capability may still count as mapped in an earlier instance, so a copy is mapped. */
static volatile u8 *map_run(u32 run)
{
	cap_t copy = slot_alloc();
	void *at;

	if (copy == 0)
		return NULL;
	if (cnode_copy(SLOT_CNODE,
		       &(struct cnode_copy){.index = copy,
					    .source_cnode = SLOT_CNODE,
					    .source_index = PCI_KEPT_ECAM + run,
					    .rights = RIGHT_READ | RIGHT_WRITE}) != OK) {
		slot_free(copy);
		return NULL;
	}
	if (window_map(copy, PCI_ECAM_RUN / PAGE_SIZE, RIGHT_READ | RIGHT_WRITE, MAP_UNCACHED,
		       &at) != OK) {
		slot_drop(copy);
		return NULL;
	}
	return at;
}

static volatile u8 *by_memory(u16 requester, u32 at)
{
	u32 bus = requester >> 8;
	u64 place = (u64)(requester - (first_bus << 8)) << 12;
	u64 run = place / PCI_ECAM_RUN;

	if (!has_ecam || bus < first_bus || run >= ARRAY_LEN(runs))
		return NULL;
	if (!runs[run])
		runs[run] = map_run((u32)run);
	return runs[run] ? runs[run] + place % PCI_ECAM_RUN + at : NULL;
}

/* ---- By the ports ---- */

static void select_register(u16 requester, u32 at)
{
	ioport_out(ports, &(struct ioport_out){
				  .port = PORT_ADDRESS,
				  .bytes = 4,
				  .value = ADDRESS_ENABLE | (u32)requester << 8 | (at & 0xfc)});
}

static u32 read_port(u16 requester, u32 at, u32 bytes)
{
	struct ioport_in_result data = {.value = ~0u};

	select_register(requester, at);
	ioport_in(ports, &(struct ioport_in){.port = PORT_DATA + (at & 3), .bytes = bytes}, &data);
	return (u32)data.value;
}

static void write_port(u16 requester, u32 at, u32 bytes, u32 value)
{
	select_register(requester, at);
	ioport_out(ports, &(struct ioport_out){
				  .port = PORT_DATA + (at & 3), .bytes = bytes, .value = value});
}

/* ---- Both ---- */

int config_start(void)
{
	const struct startup_entry *area = grant_entry("info");

	ports = grant_find("pci.ports");
	if (area && area->address) {
		first_bus = ((const struct microk_info *)area->address)->ecam_first_bus;
		has_ecam = map_run(0) != NULL;
	}
	if (!has_ecam)
		first_bus = 0;
	return has_ecam || ports ? (int)first_bus : -1;
}

u32 config_read(u16 requester, u32 at, u32 bytes)
{
	const volatile u8 *place = by_memory(requester, at);
	u32 ones = bytes == 4 ? ~0u : (1u << bytes * 8) - 1;

	if (place)
		return bytes == 4   ? *(const volatile u32 *)place
		       : bytes == 2 ? *(const volatile u16 *)place
				    : *place;
	return ports && at < CONFIG_BYTES ? read_port(requester, at, bytes) & ones : ones;
}

void config_write(u16 requester, u32 at, u32 bytes, u32 value)
{
	volatile u8 *place = by_memory(requester, at);

	if (place && bytes == 4)
		*(volatile u32 *)place = value;
	else if (place && bytes == 2)
		*(volatile u16 *)place = (u16)value;
	else if (place)
		*place = (u8)value;
	else if (ports && at < CONFIG_BYTES)
		write_port(requester, at, bytes, value);
}
