/* Around the ready queue: the processor's structure, which holds it. */
#include "x86/cpu.h"
#include "unit.h"

SHARED struct cpu_area cpu_area;
