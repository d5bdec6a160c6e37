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

/* Some options, as -ar, must be the first word, and -v the only one: none is added where there is no file. */
static int has_files(char **words)
{
	for (; *words; words++)
		if (**words != '-' || !(*words)[1])
			return 1;
	return 0;
}

int __wrap_main(int count, char **words)
{
	char *all[count + 2];

	if (!count || !has_files(words + 1) || has(words + 1, "-shared"))
		return __real_main(count, words);
	if (has(words + 1, "-run")) {
		execv(RUNNER, words);
		perror("tcc: " RUNNER);
		return 1;
	}
	memcpy(all, words, (size_t)count * sizeof(words[0]));
	if (strcmp(words[1], "-ar") != 0)
		all[count++] = "-static";
	all[count] = NULL;
	return __real_main(count, all);
}
