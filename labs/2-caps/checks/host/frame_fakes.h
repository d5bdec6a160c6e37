/* The address spaces that there are, for space_find. */
#pragma once
#include "mm/space.h"

#define SPACES 2

extern struct space *spaces[SPACES];
extern u64 refs[SPACES];
