/* The clocks of a PC with a known rate: the TSC is measured against them. */
#pragma once
#include "microk/types.h"

struct clock {
	const char *name;
	u64 hz;             /* how fast it counts; 0: the machine has no such clock */
	u64 mask;           /* the bits that count */
	u64 (*read)(void);  /* its count, upwards */
};

/* In the order in which they are believed where they disagree two against two. */
enum { CLOCK_HPET, CLOCK_PM_TIMER, CLOCK_PIT, CLOCKS };
extern struct clock clocks[CLOCKS];

/* Finds them and sets them counting; acpi_read has been. */
void clocks_start(void);

/* Leaves the 8254 silent: the others do not interrupt. */
void clocks_stop(void);

/* The TSC's rate as the hypervisor or the processor state it exactly; 0 where they do not. */
u64 clock_stated(const char **by);

/* The processor's nominal rate; the true one may be a percent off. 0 where it is not stated. */
u64 clock_nominal(void);
