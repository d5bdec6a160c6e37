/* A service's crash, reported in init's log. */
#pragma once
#include "lib/supervise/service.h"

/* `program`: its path in the boot archive; `words`: of the fault message. Must come before the instance is ended. */
void crash_report(const struct service *s, const char *program, const u64 words[]);
