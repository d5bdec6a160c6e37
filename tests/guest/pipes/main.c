/* The server of pipes, seen by its clients: POSIX's rules, requests that wait, shares, and deaths of clients and of the server. */
#include "tests/guest/pipes/pipes.h"

KIT_MAIN(PIPES_TESTS)
