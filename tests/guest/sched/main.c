/* The order in which threads run, and the ends of waits. Runs as the root task. */
#include "tests/guest/sched/sched.h"
#include "lib/microk/start.h"

KIT_MAIN(SCHED_TESTS)
