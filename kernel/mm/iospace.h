/* IoSpace capabilities: what a device may reach, and under which addresses. */
#pragma once
#include "cap/invoke.h"

status_t iospace_decode(struct invocation *inv);
