/* The conditions of test and [ (POSIX XCU test). */
#pragma once
#include "microk/types.h"

/* Evaluates the words: 0 true, 1 false, EXIT_USAGE with *error, which names the wrong word or is a reason. */
int condition_evaluate(u32 count, char **words, const char **error);
