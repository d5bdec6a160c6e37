/* Wrong system calls: by table, and at random. Runs as the root task. */
#include "tests/guest/bad/tests.h"
#include "tests/guest/kit/kit.h"
#include "lib/microk/start.h"

static const struct kit_test tests[] = {
#define X(name) {#name, test_##name},
	BAD_TESTS(X)
#undef X
};

int main(void)
{
	kit_main(tests, sizeof(tests) / sizeof(tests[0]));
}
