/* Methods of the Kernel capability. */
#pragma once
#include "object/invoke.h"

status_t kernel_decode(struct invocation *inv);
