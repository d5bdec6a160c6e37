/* The server of pipes, seen by its clients: POSIX's rules, requests that wait, shares, and deaths of clients and of the server. */
#include "tests/guest/kit/apart.h"
#include "tests/guest/pipes/pipes.h"

static const struct kit_test tests[] = {PIPES_TESTS(KIT_TEST)};

int main(void)
{
	apart_begin();
	kit_main(tests, ARRAY_LEN(tests));
}
