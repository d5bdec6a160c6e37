/* The words that an expansion makes. */
#pragma once
#include "microk/types.h"

#define FIELDS_MAX 1024u /* words of one command */
#define FIELD_MAX 4095u  /* bytes of one word */

struct fields { /* as long as its words, once it is finished */
	u32 count;
	char *word[FIELDS_MAX + 1]; /* NULL after the last; the texts lie in the arena */
};
