/*
 * Configuration space: by memory (ECAM) where ACPI names some, else by the ports 0xcf8 and 0xcfc.
 *
 * Sources: PCI Local Bus Specification 3.0, 3.2.2.3.2 (the ports) and chapter 6 (the registers); PCI Express Base
 * Specification 4.0, 7.2.2 (ECAM) and 7.5 (capabilities).
 */
#pragma once
#include "microk/types.h"

/* Registers of every function. */
enum {
	CONFIG_ID = 0x00,
	CONFIG_COMMAND = 0x04,
	CONFIG_STATUS = 0x06,
	CONFIG_CLASS = 0x08, /* the class in the upper three bytes */
	CONFIG_HEADER = 0x0e,
	CONFIG_BAR = 0x10,
	CONFIG_BUS_BELOW = 0x19, /* of a bridge */
	CONFIG_SUBSYSTEM = 0x2c, /* of a device */
	CONFIG_CAPABILITIES = 0x34,
	CONFIG_BYTES = 0x100, /* of the part that the ports reach, too */
};

#define COMMAND_PORTS 0x1u
#define COMMAND_MEMORY 0x2u
#define COMMAND_MASTER 0x4u
#define COMMAND_NO_LINE 0x400u
#define STATUS_CAPABILITIES 0x10u
#define HEADER_SEVERAL 0x80u /* the device has more than one function */

#define REQUESTER(bus, device, function) ((u16)((bus) << 8 | (device) << 3 | (function)))

/* Finds the way to configuration space. Returns its first bus; -1: there is no way. */
int config_start(void);

/* `bytes`: 1, 2 or 4; `at` is a multiple of it. A function that does not exist reads as ones. */
u32 config_read(u16 requester, u32 at, u32 bytes);
void config_write(u16 requester, u32 at, u32 bytes, u32 value);
