/*
 * PCI, between its owner (drivers/pci), the drivers of its functions and the owner's supervisor.
 *
 * A driver's capability to the protocol pci names the functions that it may claim, in its badge, which the supervisor chose by
 * system.conf's line `device`. So the owner of PCI needs no list of drivers, and no driver can ask for another function.
 *
 * The owner keeps in memory that outlives its instances:
 *   - in the kept slots of its CNode, the capabilities that it hands out parts of, and these parts;
 *   - in the table of functions, a record for each. The supervisor reads there whose function is whose, and so can take the
 *     bus from a driver's device when the driver has ended, also while the owner of PCI is dead.
 */
#pragma once
#include "lib/microk/startup.h"
#include "microk/types.h"

/* ---- The badge: process, kind of match, value ---- */

enum pci_match { PCI_MATCH_CLASS = 1, PCI_MATCH_INTERFACE, PCI_MATCH_ID };

#define PCI_BADGE(process, match, value) ((u64)(value) << 16 | (u64)(match) << 8 | (u64)(process))
#define PCI_BADGE_PROCESS(badge) ((u8)(badge))
#define PCI_BADGE_MATCH(badge) ((u8)((badge) >> 8))
#define PCI_BADGE_VALUE(badge) ((u32)((badge) >> 16))

/* ---- The kept slots ---- */

#define PCI_KEPT_ECAM_RUNS 128   /* Frames of PCI_ECAM_RUN bytes of configuration space, from the first bus on */
#define PCI_KEPT_DEVICE_PARTS 18 /* Untypeds of device memory */

#define PCI_ECAM_RUN (2ul << 20) /* two buses */

#define PCI_FUNCTIONS 128 /* in the table */
#define PCI_BARS 6
#define PCI_PARTS 6   /* Frames of one function that are handed out */
#define PCI_VECTORS 4 /* messages of one function that a driver can get */

enum pci_kept {
	PCI_KEPT_ECAM = SLOT_TOTAL,
	PCI_KEPT_DEVICES = PCI_KEPT_ECAM + PCI_KEPT_ECAM_RUNS,
	PCI_KEPT_GAP = PCI_KEPT_DEVICES + PCI_KEPT_DEVICE_PARTS, /* an Untyped between two BARs, for a moment */
	PCI_KEPT_FUNCTIONS, /* PCI_FUNCTION_SLOTS for each function of the table */
};

enum pci_function_slot {
	PCI_SLOT_BARS,                             /* a Frame for each BAR whose memory could be taken */
	PCI_SLOT_PARTS = PCI_SLOT_BARS + PCI_BARS, /* narrowed from these */
	PCI_SLOT_IRQS = PCI_SLOT_PARTS + PCI_PARTS,
	PCI_SLOT_SPACE = PCI_SLOT_IRQS + PCI_VECTORS,
	PCI_FUNCTION_SLOTS
};

#define PCI_KEPT_SLOTS (PCI_KEPT_FUNCTIONS + PCI_FUNCTIONS * PCI_FUNCTION_SLOTS - SLOT_TOTAL)

/* ---- The table of functions ---- */

struct pci_bar {
	u64 address; /* 0: the firmware gave it none */
	u64 bytes;   /* 0: there is no such register */
	u64 flags;   /* PCI_BAR_* */
};
#define PCI_BAR_PORTS 1u    /* I/O ports, which are not handed out */
#define PCI_BAR_64 2u       /* it takes two registers */
#define PCI_BAR_PREFETCH 4u
#define PCI_BAR_SHARED 8u   /* it has a page in common with another one, and is not handed out */

/* A run of pages of a BAR that was handed out. */
struct pci_part {
	u16 bar, first, pages, unused;
};

struct pci_function {
	u16 requester; /* bus << 8 | device << 3 | function */
	u8 header;     /* 0 a device, 1 a bridge */
	u8 bus_below;  /* of a bridge */
	u32 id;        /* device << 16 | vendor */
	u32 class;     /* class << 16 | subclass << 8 | interface */
	u32 subsystem;
	u64 owner;     /* badge of the driver that has claimed it; 0: none */
	u16 msix;      /* where the capability MSI-X is; 0: it has none. The same for the three below */
	u16 power, express, features;
	u16 vectors;   /* entries of its MSI-X table */
	u16 first_irq; /* of as many interrupts as a driver can get; 0: none yet */
	u32 part_count;
	struct pci_bar bar[PCI_BARS];
	struct pci_part part[PCI_PARTS];
};

/* While a BAR is measured, it has a wrong value and its function decodes no address. An owner that takes over restores both. */
struct pci_measuring {
	u32 under_way;
	u16 requester, command;
	u32 at; /* of the register */
	u32 low, high;
};

struct pci_table {
	u64 magic; /* PCI_TABLE_MAGIC when the table is complete */
	u32 count;
	u32 irqs_used;
	struct pci_measuring measuring;
	struct pci_function function[PCI_FUNCTIONS];
};
#define PCI_TABLE_MAGIC 0x31454c4254494350ul /* "PCITBLE1" */

#define PCI_TABLE_PAGES 8

_Static_assert(sizeof(struct pci_table) <= PCI_TABLE_PAGES * PAGE_SIZE, "the table fits its pages");
