/* `caps -t`, the part of the command caps that draws the whole system's tree. */
#pragma once
#include "microk/types.h"

/* Draws the tree; of a process only (0: all), with what its capabilities were derived from. */
void caps_tree(u32 process);
