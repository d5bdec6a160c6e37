/* The registers of the units that translate devices' addresses (Intel VT-d specification 4.1, section 11). */
#pragma once
#include "microk/types.h"
#include "pc/dmar.h"

#define VTD_QUEUE_ENTRIES 256 /* 16 bytes each: one page */

struct vtd_unit {
	volatile u8 *registers;
	u64 phys;
	u64 capabilities, extended; /* CAP_REG, ECAP_REG */
	u64 (*queue)[2];            /* vtd_queue.c */
	u32 tail;
};
extern struct vtd_unit vtd_units[DMAR_UNITS];
extern u32 vtd_unit_count; /* 0: no unit translates */

#define VTD_DOMAINS 256 /* the most that are used, however many the units distinguish */

/* The abilities that all units have. */
struct vtd_common {
	u32 levels;       /* of tables: 3 or 4 */
	u32 address_bits; /* of a device address */
	u32 domains;
	bool remaps;        /* interrupts */
	bool caches_absent; /* also entries that are not present: they are invalidated when they become so */
	bool is_coherent;   /* the units read the processor's caches */
};
extern struct vtd_common vtd_common;

/* Maps the registers of the units that the DMAR names. Returns NULL, or the reason why they cannot be used. */
const char *vtd_find_units(void);

/* The registers by their offset. */
#define VTD_CAPABILITIES 0x08
#define VTD_EXTENDED 0x10
#define VTD_COMMAND 0x18
#define VTD_STATUS 0x1c
#define VTD_ROOT 0x20
#define VTD_FAULT_STATUS 0x34 /* its bits: VTD_FAULTS_* */
#define VTD_FAULT_CONTROL 0x38
#define VTD_FAULT_DATA 0x3c
#define VTD_FAULT_ADDRESS 0x40
#define VTD_FAULT_ADDRESS_HIGH 0x44
#define VTD_PROTECTED 0x64
#define VTD_QUEUE_HEAD 0x80
#define VTD_QUEUE_TAIL 0x88
#define VTD_QUEUE_ADDRESS 0x90
#define VTD_INTERRUPT_TABLE 0xb8

static inline u32 vtd_read(const struct vtd_unit *u, u64 at) { return *(volatile u32 *)(u->registers + at); }
static inline u64 vtd_read_wide(const struct vtd_unit *u, u64 at) { return *(volatile u64 *)(u->registers + at); }
static inline void vtd_write(const struct vtd_unit *u, u64 at, u32 value) { *(volatile u32 *)(u->registers + at) = value; }
static inline void vtd_write_wide(const struct vtd_unit *u, u64 at, u64 value) { *(volatile u64 *)(u->registers + at) = value; }

/* Bits of VTD_FAULT_STATUS. All but the second are cleared by a write of 1. */
#define VTD_FAULTS_LOST 1u
#define VTD_FAULTS_RECORDED 2u
#define VTD_FAULTS_QUEUE 0x10u  /* the queue has stopped */
#define VTD_FAULTS_ANSWER 0x60u /* of a device's cache, without a request; or none came to one */

/* The records of faults, 16 bytes each, from this offset on (11.4.2). */
static inline u64 vtd_records(const struct vtd_unit *u) { return (u->capabilities >> 40 & 255) + 1; }
static inline u64 vtd_records_at(const struct vtd_unit *u) { return (u->capabilities >> 24 & 1023) * 16; }
#define VTD_RECORD_BYTES 16

/* Bits of VTD_COMMAND, and of VTD_STATUS once they are in effect. */
#define VTD_TRANSLATE (1u << 31)
#define VTD_SET_ROOT (1u << 30)
#define VTD_QUEUE (1u << 26)
#define VTD_REMAP (1u << 25)
#define VTD_SET_INTERRUPT_TABLE (1u << 24)
#define VTD_COMPATIBLE (1u << 23) /* interrupts in the old format pass */

/* Sets or clears one bit, and returns when it is in effect. If that takes a second, the machine is given up. */
void vtd_command(const struct vtd_unit *u, u32 bit, bool on);

/* The same for bits of any register. */
void vtd_await(const struct vtd_unit *u, u64 at, u32 mask, u32 value);

/* Tables in memory were written: makes that visible to the units. */
void vtd_wrote(const void *at, u64 bytes);
