/* Open exercises are named in the output, and the program goes on as far as it can (kernel/lib/exercise.c). */
#include "lib/microk/exercise.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"

#define EXERCISES 16 /* more than a lab has */

void exercise_missing(const char *number, const char *name, const char *handout)
{
	static const char *named[EXERCISES];

	for (u32 i = 0; i < EXERCISES; i++) {
		if (named[i] && strcmp(named[i], number) == 0)
			return;
		if (named[i])
			continue;
		named[i] = number;
		print("[lab] exercise %s is missing: %s; read %s\n", number, name, handout);
		return;
	}
}
