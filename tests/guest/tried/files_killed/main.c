/*
 * The file server of tests/guest/tried/files dies after every store into its state area, and at other moments of every
 * request. A client repeats what was not answered, and holds everything that it sees against a model.
 */
#include "tests/guest/kit/kit.h"
#include "tests/guest/tried/files_killed/files_killed.h"

KIT_MAIN(FILES_KILLED_TESTS)
