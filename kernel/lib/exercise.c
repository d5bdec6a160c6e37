/* Open exercises are named on the log. rCore's and JOS' starters panic at the first one; here the kernel goes on as far as
 * it can, so that solved exercises have a visible effect before all are solved. */
#include "lib/exercise.h"
#include "lib/print.h"
#include "lib/string.h"

#define EXERCISES 16 /* more than a lab has */
#define NUMBER_MAX 8

static const char *named[EXERCISES];

void exercise_missing(const char *number, const char *name, const char *handout)
{
	for (u32 i = 0; i < EXERCISES; i++) {
		if (named[i] && !strncmp(named[i], number, NUMBER_MAX))
			return;
		if (named[i])
			continue;
		named[i] = number;
		kprintf("[lab] exercise %s is missing: %s; read %s\n", number, name, handout);
		return;
	}
}
