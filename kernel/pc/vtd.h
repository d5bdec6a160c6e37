/* VT-d units, which limit the memory that devices reach, and the interrupts that they raise. */
#pragma once
#include "microk/types.h"

/* Once, at boot, after acpi_read and apic_init. From then on no device reaches memory, and no interrupt passes, until a holder of
 * an IoSpace or Irq arranges it; where there is no unit that can be used, all do, as before. Either is reported on the log.
 * `take` gives zeroed memory. */
void vtd_start(u64 (*take)(size_t bytes, size_t align));
