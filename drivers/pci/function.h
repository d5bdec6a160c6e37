/* One function that a driver has claimed: its command, its messages, its reset. */
#pragma once
#include "microk/error.h"
#include "protocols/pci.h"

/* Bus mastering and the decoding of memory on, or bus mastering off. */
void function_master(const struct pci_function *f, bool on);

/* Its messages off and all vectors masked. */
void function_silence(const struct pci_function *f, u32 index);

/* Writes an entry of the MSI-X table, unmasks it, and lets the function send messages. ERR_NOT_FOUND: it has no table that can be
 * reached; ERR_RANGE: no such vector, or the address is not one of interrupts. */
enum microk_status function_message(const struct pci_function *f, u32 index, u32 vector, u64 address, u32 data);

/* Resets it and restores its registers, if it can (ERR_NOT_FOUND). Takes a tenth of a second. */
enum microk_status function_reset(const struct pci_function *f);

/* The pages first..end-1 of a BAR that its driver must not have, because the MSI-X table (which = 0) or its pending bits (1) lie
 * there. False: none of this BAR. */
bool function_kept_pages(const struct pci_function *f, u32 bar, u32 which, u32 *first, u32 *end);
