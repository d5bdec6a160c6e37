/* Where the structure of this processor lies. */
#include "x86/cpu.h"

struct cpu_area cpu_area;
