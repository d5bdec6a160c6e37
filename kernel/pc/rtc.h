/* The real-time clock that PCs keep in their CMOS memory (Motorola MC146818; ACPI 6.5, 4.8.2.4 for the century). */
#pragma once
#include "microk/types.h"

/* Seconds since 1970 when the kernel began, the clock taken as UTC; 0 where there is no clock, or it shows no valid date. */
u64 rtc_read(void);
