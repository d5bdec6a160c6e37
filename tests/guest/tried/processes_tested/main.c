/* The process server of tests/guest/tried/processes, and programs of musl's that it runs. */
#include "tests/guest/kit/kit.h"
#include "tests/guest/tried/processes_tested/tests.h"

KIT_MAIN(PROCESSES_TESTS)
