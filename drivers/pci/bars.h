/* Base address registers: their addresses and lengths. */
#pragma once
#include "protocols/pci.h"

/* Measures all of a function. Its address decoding is off meanwhile, so no driver may use it. */
void bars_measure(struct pci_table *t, struct pci_function *f);

/* Finishes a measurement that an earlier instance left half done: the register and the command are as they were. */
void bars_restore(struct pci_table *t);
