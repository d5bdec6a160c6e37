/*
 * init's own supply: all of the machine's memory that the kernel left, and the slots of init's CNode.
 *
 * What is made from it is for what outlives instances, and is never given back. What an instance is made of comes from its
 * service's Untyped instead, and goes by revoking that.
 */
#pragma once
#include "lib/microk/supply.h"
#include "lib/spawn/view.h"

extern struct supply pool;
/* Where init looks at frames of others. */
extern struct view view;
