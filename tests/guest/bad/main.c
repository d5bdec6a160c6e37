/* Wrong system calls: by table, and at random. Runs as the root task. */
#include "tests/guest/bad/tests.h"
#include "tests/guest/kit/kit.h"
#include "lib/microk/start.h"

KIT_MAIN(BAD_TESTS)
