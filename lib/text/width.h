/* How many columns of a terminal a character takes. */
#pragma once
#include "microk/types.h"

/*
 * 0: it combines with the character before it, or is invisible. 2: it is wide (East Asian Width W and F, Unicode Standard
 * Annex 11). 1: all others, those of ambiguous width too. Controls count as 1: the caller handles them before.
 */
u32 text_width(u32 code);
