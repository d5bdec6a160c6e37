/* $((...)): the integer expressions of POSIX XCU 2.6.4, without assignments. Pure. */
#pragma once
#include "microk/types.h"

struct arithmetic {
	/* The value of a variable that is named in the expression; NULL counts as 0. */
	const char *(*value)(void *context, const char *name, size_t length);
	void *context;
	const char *error; /* of a failure */
};

/* Evaluates the text in 64 bits; overflow wraps. */
bool arithmetic_evaluate(struct arithmetic *a, const char *text, size_t length, i64 *result);
