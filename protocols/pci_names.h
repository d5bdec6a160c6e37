/* The kinds of PCI functions in words, for programs that show them to a person. */
#pragma once
#include "lib/microk/ipc.h"

/* The kind of a function, by pci.list's `class`. Classes and subclasses: PCI Code and ID Assignment Specification 1.11; 0xff
 * stands for all other subclasses. */
static inline const char *pci_kind(u32 class)
{
	static const struct {
		u8 class, subclass;
		const char *name;
	} kinds[] = {
		{0x01, 0x00, "SCSI controller"},
		{0x01, 0x01, "IDE controller"},
		{0x01, 0x06, "SATA controller"},
		{0x01, 0x08, "NVMe controller"},
		{0x01, 0xff, "storage controller"},
		{0x02, 0x00, "Ethernet controller"},
		{0x02, 0xff, "network controller"},
		{0x03, 0x00, "VGA controller"},
		{0x03, 0xff, "display controller"},
		{0x04, 0xff, "multimedia controller"},
		{0x06, 0x00, "host bridge"},
		{0x06, 0x01, "ISA bridge"},
		{0x06, 0x04, "PCI bridge"},
		{0x06, 0xff, "bridge"},
		{0x07, 0xff, "communication controller"},
		{0x08, 0xff, "system peripheral"},
		{0x09, 0xff, "input device"},
		{0x0c, 0x03, "USB controller"},
		{0x0c, 0x05, "SMBus"},
		{0x0c, 0xff, "serial bus controller"},
	};

	for (u32 i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].class == class >> 16 &&
		    (kinds[i].subclass == (class >> 8 & 0xff) || kinds[i].subclass == 0xff))
			return kinds[i].name;
	return "device";
}
