/* The kernel's behaviour, from user space, one test an idea. Runs as the root task. */
#include "tests/guest/kernel/tests.h"
#include "tests/guest/kit/kit.h"
#include "lib/microk/start.h"

KIT_MAIN(KERNEL_TESTS)
