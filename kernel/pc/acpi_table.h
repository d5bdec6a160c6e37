/* An ACPI table by offset (ACPI 6.5, 5.2.6), and the tables that name places in memory. */
#pragma once
#include "lib/string.h"
#include "microk/types.h"

#define GENERIC_ADDRESS 4 /* 5.2.3.2: where in the structure the address is */

struct table {
	char signature[4];
	u32 length; /* of the whole table */
	u8 other[28];
};

/* A field that a short table does not have reads as 0. */
static inline u64 field(const struct table *t, u64 offset, u32 bytes)
{
	u64 value = 0;

	if (offset + bytes <= t->length)
		memcpy(&value, (const u8 *)t + offset, bytes);
	return value;
}

/* Reads the places of device registers from a table of type MCFG, HPET, DMAR or IVRS into acpi_facts; ignores others. */
void acpi_read_places(const struct table *t);
