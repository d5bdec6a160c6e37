/* The short way to the methods of a CNode that servers call for each client. */
#pragma once
#include "object/invoke.h"

/* `inv` is a call on a CNode with `length` words. Words after these have any value, and nothing is known of inv's results. Does
 * CNODE_COPY, CNODE_MINT or CNODE_DELETE and returns its status, if that takes a fixed number of steps, wakes no thread and ends no
 * object; otherwise it changes nothing and returns NOT_QUICK: the call then goes the general way. */
status_t cnode_quick(struct invocation *inv, u64 length);
