/*
 * init's own supply: all of the machine's memory that the kernel left, and the slots of init's CNode.
 *
 * Objects that outlive instances are made from it and never returned. An instance is made of its service's Untyped instead,
 * and ends when that is revoked.
 */
#pragma once
#include "lib/microk/supply.h"
#include "lib/spawn/view.h"

extern struct supply pool;
/* init's place for looking at Frames of other programs. */
extern struct view view;
