/* The commands that are a part of the language: they change the shell itself (POSIX XCU 2.14, and read). */
#pragma once
#include "user/shell/lang/shell.h"

/* Returns the status. words[0] is the name, words[count] NULL. */
typedef int special_function(struct shell *s, u32 count, char **words);

/* NULL: there is none of this name. */
special_function *special_find(const char *name);
/* Its usage; NULL as above. */
const char *special_usage(const char *name);
/* The name of number `i` of them, from 0; NULL after the last. */
const char *special_name(u32 i);
