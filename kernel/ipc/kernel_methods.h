/* Methods of the Kernel capability. */
#pragma once
#include "cap/invoke.h"

status_t kernel_decode(struct invocation *inv);
