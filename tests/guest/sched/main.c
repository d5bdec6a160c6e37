/* The order in which threads run, and the ends of waits. Runs as the root task. */
#include "tests/guest/sched/sched.h"
#include "lib/microk/start.h"

static const struct kit_test tests[] = {
#define X(name) {#name, test_##name},
	SCHED_TESTS(X)
#undef X
};

int main(void)
{
	kit_main(tests, ARRAY_LEN(tests));
}
