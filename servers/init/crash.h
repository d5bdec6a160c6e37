/* A service's crash, reported in init's log. */
#pragma once
#include "servers/init/unit.h"

/* `words`: of the fault message. Must come before the instance is ended. */
void crash_report(const struct unit *s, const u64 words[]);
