/* Requests of protocols vfs and file, answered from the mounted file systems. */
#pragma once
#include "microk/types.h"

/* Serves both protocols on `endpoint` for ever. */
_Noreturn void serve(cap_t endpoint);
