/* What of a processor MicroK cannot do without. */
#pragma once

/* Refuses a machine whose processor lacks any of it, by name, or whose local APIC the firmware has locked in a mode that MicroK
 * does not use. That it has the 64-bit mode boot.S has seen. */
void machine_require(void);
