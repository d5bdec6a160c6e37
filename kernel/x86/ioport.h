/* I/O ports as capabilities. */
#pragma once
#include "cap/invoke.h"

status_t ioport_decode(struct invocation *inv);
