#include "drivers/pci/scan.h"
#include "drivers/pci/bars.h"
#include "drivers/pci/config.h"

#define ID_NONE 0xffffu
#define CAPABILITIES_MAX 48 /* the lists of 4 bytes that 192 bytes have room for */

enum {
	CAPABILITY_POWER = 0x01,
	CAPABILITY_EXPRESS = 0x10,
	CAPABILITY_MSIX = 0x11,
	CAPABILITY_FEATURES = 0x13
};

#define MSIX_CONTROL 2
#define MSIX_SIZE 0x7ffu

/* ---- The list of capabilities ---- */

/* The lower two bits of a pointer are reserved, and one into the header ends the list. */
static u16 pointer(u16 requester, u32 at)
{
	u16 to = (u16)(config_read(requester, at, 1) & 0xfc);

	return to >= 0x40 ? to : 0;
}

u16 scan_next(u16 requester, u16 at)
{
	return pointer(requester, at + 1u);
}

u16 scan_capability(u16 requester, u8 id, u16 from)
{
	u16 at = from;

	if (at == 0 && config_read(requester, CONFIG_STATUS, 2) & STATUS_CAPABILITIES)
		at = pointer(requester, CONFIG_CAPABILITIES);
	for (u32 i = 0; at && i < CAPABILITIES_MAX; i++) {
		if (config_read(requester, at, 1) == id)
			return at;
		at = scan_next(requester, at);
	}
	return 0;
}

/* ---- Functions ---- */

static void describe(struct pci_function *f)
{
	u16 q = f->requester;

	f->id = config_read(q, CONFIG_ID, 4);
	f->class = config_read(q, CONFIG_CLASS, 4) >> 8;
	f->header = (u8)(config_read(q, CONFIG_HEADER, 1) & ~HEADER_SEVERAL);
	if (f->header == 1)
		f->bus_below = (u8)config_read(q, CONFIG_BUS_BELOW, 1);
	else
		f->subsystem = config_read(q, CONFIG_SUBSYSTEM, 4);
	f->power = scan_capability(q, CAPABILITY_POWER, 0);
	f->express = scan_capability(q, CAPABILITY_EXPRESS, 0);
	f->features = scan_capability(q, CAPABILITY_FEATURES, 0);
	f->msix = scan_capability(q, CAPABILITY_MSIX, 0);
	if (f->msix)
		f->vectors = (u16)((config_read(q, f->msix + MSIX_CONTROL, 2) & MSIX_SIZE) + 1);
}

static struct pci_function *find(struct pci_table *t, u16 requester)
{
	for (u32 i = 0; i < t->count; i++)
		if (t->function[i].requester == requester)
			return &t->function[i];
	return NULL;
}

/* A function counts when it is complete. */
static struct pci_function *add(struct pci_table *t, u16 requester)
{
	struct pci_function *f = find(t, requester);

	if (f || t->count == PCI_FUNCTIONS)
		return f;
	f = &t->function[t->count];
	*f = (struct pci_function){.requester = requester};
	describe(f);
	bars_measure(t, f);
	__atomic_store_n(&t->count, t->count + 1, __ATOMIC_RELEASE);
	return f;
}

static bool scan_bus(struct pci_table *t, u32 bus);

// NOLINTNEXTLINE(misc-no-recursion): each bus below has a higher number, of 256
static bool scan_device(struct pci_table *t, u32 bus, u32 device)
{
	u32 functions = 1;
	bool fits = true;

	for (u32 n = 0; n < functions; n++) {
		u16 q = REQUESTER(bus, device, n);

		if ((config_read(q, CONFIG_ID, 4) & ID_NONE) == ID_NONE)
			continue;
		if (n == 0 && config_read(q, CONFIG_HEADER, 1) & HEADER_SEVERAL)
			functions = 8;
		const struct pci_function *f = add(t, q);
		if (!f)
			return false;
		/* The firmware numbers a bus higher than the bridge's own, so this ends. */
		if (f->header == 1 && f->bus_below > bus)
			fits &= scan_bus(t, f->bus_below);
	}
	return fits;
}

// NOLINTNEXTLINE(misc-no-recursion): likewise
static bool scan_bus(struct pci_table *t, u32 bus)
{
	bool fits = true;

	for (u32 device = 0; device < 32; device++)
		fits &= scan_device(t, bus, device);
	return fits;
}

bool scan_functions(struct pci_table *t, u32 first_bus)
{
	bars_restore(t);
	return scan_bus(t, first_bus);
}
