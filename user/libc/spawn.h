/* The call below posix_spawn. Linux has no such call, so its number is beyond theirs. */
#pragma once
#include "user/libc/calls.h"

#define CALL_SPAWN 335
system_call spawn_begin;
