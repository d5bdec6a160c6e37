/*
 * Runs before TinyCC's main, and adds the options that hold on MicroK.
 *
 * Programs are linked statically: there is no dynamic linker. tcc -run is a program of its own, tcc-run, because a program that is
 * run in memory finds the C library in the compiler's process: tcc-run has all of musl, and tcc only the functions that it calls.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RUNNER "/usr/lib/tcc/tcc-run"

int __real_main(int count, char **words);
int __wrap_main(int count, char **words);

static int has(char **words, const char *option)
{
	for (; *words; words++)
		if (strncmp(*words, option, strlen(option)) == 0)
			return 1;
	return 0;
}

/* `-ar` must stay the first word. */
static int is_tool(const char *word)
{
	return word && strcmp(word, "-ar") == 0;
}

int __wrap_main(int count, char **words)
{
	char *all[count + 2];

	if (!count || is_tool(words[1]) || has(words + 1, "-shared"))
		return __real_main(count, words);
	if (has(words + 1, "-run")) {
		execv(RUNNER, words);
		perror("tcc: " RUNNER);
		return 1;
	}
	all[0] = words[0];
	all[1] = "-static";
	memcpy(&all[2], &words[1], (size_t)count * sizeof(words[0]));
	return __real_main(count + 1, all);
}
