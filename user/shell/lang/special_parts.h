/* The functions of the table in special.c, in a file for each group. */
#pragma once
#include "user/shell/lang/special.h"

special_function special_break, special_continue, special_eval, special_exit, special_export,
	special_read, special_return, special_set, special_sh, special_shift, special_source,
	special_unset;

/* Prints the usage of words[0] as an error; returns EXIT_USAGE. */
int special_reject(char **words);
