/* The processor's state as a program finds it: the promises of kernel/x86/state.c, checked from user mode. */
#include "tests/guest/state/state.h"

/* With the word "hold" it spins afterwards, for the test to look at the machine from outside. */
static void test_hold(void)
{
	if (!command_line_has(kit_info->command_line, "hold"))
		return;
	kit_report("HOLD");
	for (;;)
		;
}

#define ALL_TESTS(X) STATE_TESTS(X) X(hold)
KIT_MAIN(ALL_TESTS)
