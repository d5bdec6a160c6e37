/* Patterns and the names of files. */
#pragma once
#include "user/shell/lang/arena.h"
#include "user/shell/lang/fields.h"
#include "user/shell/lang/match.h"

/* Adds the paths that the pattern fits, as copies in the arena, sorted as ls does; returns how many. *error is set to the reason
 * why not all could be added, or to NULL. */
u32 glob_expand(struct arena *arena, const struct pattern *p, struct fields *out, const char **error);
