/* The functions that drivers have claimed, and the capabilities that they get. */
#pragma once
#include "microk/error.h"
#include "protocols/pci.h"

void claims_init(struct pci_table *t);

/* The function that the badge's holder has claimed; NULL. */
struct pci_function *claims_find(u64 badge);
u32 claims_index(const struct pci_function *f);

/* Claims the first function that matches and is free, or finds the one that was claimed: then all that an earlier instance of the
 * driver got is revoked, and its bus mastering is off. NULL: there is none. */
struct pci_function *claims_take(u64 badge);

/* The interrupts of one function that a driver can get. */
u32 claims_vectors(const struct pci_function *f);

/* Each makes a capability in a kept slot, if it is not there, and returns the slot. */
enum microk_status claims_space(const struct pci_function *f, cap_t *slot);
enum microk_status claims_vector(struct pci_function *f, u32 vector, u32 *line, cap_t *slot);
/* The first run of pages of a BAR at or after page `from`, without those that stay here. */
enum microk_status claims_memory(struct pci_function *f, u32 bar, u32 from, struct pci_part *part, cap_t *slot);
