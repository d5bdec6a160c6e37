/* The call below posix_spawn, which is none of Linux's: its number is beyond theirs. */
#pragma once
#include "user/libc/calls.h"

#define CALL_SPAWN 335
system_call spawn_begin;
