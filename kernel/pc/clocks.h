/* The clocks of a PC with a known rate: the TSC is measured against them. */
#pragma once
#include "microk/types.h"

struct clock {
	const char *name;
	u64 hz;             /* how fast it counts; 0: the machine has no such clock */
	u64 mask;           /* the bits that count */
	u64 (*read)(void);  /* its count, upwards */
};

/* In the order of trust, which decides when they disagree two against two. */
enum { CLOCK_HPET, CLOCK_PM_TIMER, CLOCK_PIT, CLOCKS };
extern struct clock clocks[CLOCKS];

/* Finds the clocks and starts them. Must be called after acpi_read. */
void clocks_start(void);

/* Stops the interrupts of the 8254; the other clocks raise none. */
void clocks_stop(void);

/* The TSC's rate as the hypervisor or the processor state it exactly; 0 where they do not. */
u64 clock_stated(const char **by);

/* The processor's nominal rate; the true one may be a percent off. 0 where it is not stated. */
u64 clock_nominal(void);
