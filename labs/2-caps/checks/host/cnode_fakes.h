/* The calls of the code under test to other files. */
#pragma once
#include "object/slot.h"

extern struct slot *linked_child, *linked_parent, *deleted, *moved_to, *moved_from;
extern u32 links, unqueued;
extern bool linked_while_queued;
