/* /proc/pci: the functions of PCI, as lspci lists them. */
#include "gen/protocols/pci_client.h"
#include "protocols/pci.h"
#include "protocols/pci_names.h"
#include "servers/proc/proc_text.h"

static void add_size(struct text *t, u64 bytes)
{
	if (bytes < 1024)
		text_add(t, "%lu bytes", bytes);
	else if (bytes < 1024ul * 1024)
		text_add(t, "%lu KiB", bytes / 1024);
	else
		text_add(t, "%lu MiB", bytes / 1024 / 1024);
}

static void add_regions(struct text *t, cap_t pci, u32 index)
{
	struct pci_region_result r;

	for (u32 n = 0; n < PCI_BARS; n++) {
		const struct pci_region_args args = {.index = index, .number = n};
		if (pci_region(pci, &args, &r) != OK || r.bytes == 0)
			continue;
		text_add(t, "        %u: %s 0x%lx, ", n,
			 r.flags & PCI_BAR_PORTS ? "ports" : "memory", r.address);
		add_size(t, r.bytes);
		text_add(t, "%s%s\n", r.flags & PCI_BAR_64 ? ", 64-bit" : "",
			 r.flags & PCI_BAR_PREFETCH ? ", prefetchable" : "");
	}
}

enum microk_status proc_pci(struct text *t, cap_t pci)
{
	struct pci_list_result f;
	enum microk_status status;

	for (u32 i = 0; (status = pci_list(pci, i, &f)) == OK; i++) {
		text_add(t, "%02x:%02x.%u %04x:%04x %06x %s", f.requester >> 8,
			 f.requester >> 3 & 31, f.requester & 7, f.id & 0xffff, f.id >> 16, f.class,
			 pci_kind(f.class));
		if (f.header == 1)
			text_add(t, " to bus %02x", f.below);
		if (f.owner)
			text_add(t, ", driven by process %u", f.owner);
		text_add(t, "\n");
		add_regions(t, pci, i);
	}
	return status == ERR_NOT_FOUND ? OK : status;
}
