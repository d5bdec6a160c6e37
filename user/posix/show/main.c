/* show PART [WORD...]: one program for several parts, since each program has the library of its own. */
#include "show.h"
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int (*run)(int count, char **words);
} parts[] = {{"kin", show_kin}, {"ask", show_ask}, {"count", show_count}, {"relay", show_relay}};

int main(int count, char **words)
{
	for (unsigned long i = 0; count > 1 && i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strcmp(words[1], parts[i].name) == 0)
			return parts[i].run(count - 1, words + 1);
	(void)fprintf(
		stderr, "usage: show kin | ask [WORD...] | count [FILE...] | relay [BYTES]\n");
	return 2;
}
