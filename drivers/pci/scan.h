/* Finds the functions of the machine, and measures their base address registers. Runs on a host against a made-up machine. */
#pragma once
#include "protocols/pci.h"

/* Fills the table, from this bus on and through all bridges, by the numbers that the firmware gave the buses. Functions that
 * are in it already stay as they are: an owner that takes over an unfinished table completes it. Returns false if the table
 * was too small. */
bool scan_functions(struct pci_table *t, u32 first_bus);

/* The first capability with this id at or after the one at `from` (0: from the beginning) of a function's list; 0 if there is none.
 * A list that runs in a circle ends. */
u16 scan_capability(u16 requester, u8 id, u16 from);
/* The capability after the one at `at`; 0 at the end. */
u16 scan_next(u16 requester, u16 at);
