/* IoSpace capabilities: the memory that a device may reach, and its addresses there. */
#pragma once
#include "cap/invoke.h"

status_t iospace_decode(struct invocation *inv);
