/* The features of a processor that MicroK needs. */
#pragma once

/* Refuses a machine if its processor lacks any of them, by name, or if the firmware has locked its local APIC in a mode that
 * MicroK does not use. boot.S has checked for the 64-bit mode. */
void machine_require(void);
