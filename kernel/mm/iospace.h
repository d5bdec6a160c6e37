/* IoSpace capabilities: the memory that a device may reach, and its addresses there. */
#pragma once
#include "object/invoke.h"

status_t iospace_decode(struct invocation *inv);
