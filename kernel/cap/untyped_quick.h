/* The short way to the methods of an Untyped that a pager calls for each page. */
#pragma once
#include "object/invoke.h"

/* `inv` is a call on an Untyped with `length` words, as cnode_quick has it. Does UNTYPED_MAP_FRAME of a page, or
 * UNTYPED_REPLACE_FRAME, and returns its status, if that wakes no thread and ends no object. Otherwise it changes nothing that a
 * program can see, and returns NOT_QUICK; or PREEMPTED: an interrupt waits, and the call is to begin again after it. */
status_t untyped_quick(struct invocation *inv, u64 length);
