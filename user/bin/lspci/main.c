/*
 * lspci: lists the functions of PCI: where they are, their ids and kind, the process that drives them, and the memory of their
 * registers. All of it comes from the owner of PCI; this program reaches no device.
 */
#include "gen/protocols/pci_client.h"
#include "lib/microk/print.h"
#include "lib/microk/startup.h"
#include "protocols/pci.h"
#include "protocols/pci_names.h"

static void show_size(u64 bytes)
{
	if (bytes < 1024)
		print("%lu bytes", bytes);
	else if (bytes < 1024ul * 1024)
		print("%lu KiB", bytes / 1024);
	else
		print("%lu MiB", bytes / 1024 / 1024);
}

static void show_regions(cap_t pci, u32 index)
{
	struct pci_region_result r;

	for (u32 n = 0; n < PCI_BARS; n++) {
		const struct pci_region_args args = {.index = index, .number = n};

		if (pci_region(pci, &args, &r) != OK || r.bytes == 0)
			continue;
		print("        %u: %s 0x%lx, ", n, r.flags & PCI_BAR_PORTS ? "ports" : "memory",
		      r.address);
		show_size(r.bytes);
		print("%s%s\n", r.flags & PCI_BAR_64 ? ", 64-bit" : "",
		      r.flags & PCI_BAR_PREFETCH ? ", prefetchable" : "");
	}
}

static void show(cap_t pci, u32 index, const struct pci_list_result *f)
{
	print("%02x:%02x.%u %04x:%04x %s", f->requester >> 8, f->requester >> 3 & 31,
	      f->requester & 7, f->id & 0xffff, f->id >> 16, pci_kind(f->class));
	if (f->header == 1)
		print(" to bus %02x", f->below);
	if (f->owner)
		print(", driven by process %u", f->owner);
	print("\n");
	show_regions(pci, index);
}

int main(void)
{
	cap_t pci = grant_find("pci");
	struct pci_list_result f;
	enum microk_status status = ERR_CAP;

	if (!pci) {
		print("lspci: the grant \"pci\" is missing; add \"uses pci list\" in "
		      "system.conf\n");
		return 1;
	}
	for (u32 i = 0; (status = pci_list(pci, i, &f)) == OK; i++)
		show(pci, i, &f);
	if (status == ERR_NOT_FOUND)
		return 0;
	print("lspci: the owner of PCI does not answer: %s\n", status_text(status));
	return 1;
}
