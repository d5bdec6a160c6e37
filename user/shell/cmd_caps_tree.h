/* `caps -t`, the part of the command caps that draws the whole system's tree. */
#pragma once
#include "microk/types.h"

/* Draws the tree: of all processes (0), or the capabilities of one process with their ancestors. Returns an exit status. */
int caps_tree(u32 process);
