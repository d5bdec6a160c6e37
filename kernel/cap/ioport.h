/* I/O ports as capabilities. */
#pragma once
#include "object/invoke.h"

status_t ioport_decode(struct invocation *inv);
