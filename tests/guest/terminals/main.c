/* Pseudo-terminals of servers/pipe, seen by their masters and slaves. */
#include "tests/guest/terminals/terminals.h"

static const struct kit_test tests[] = {TERMINALS_TESTS(KIT_TEST)};

int main(void)
{
	kit_main(tests, ARRAY_LEN(tests));
}
