/*
 * Runs before TinyCC's main in tcc-run, and finds the C library's functions for programs that run in its memory: musl's own dlsym
 * finds nothing in a static program. In the folder of the options, libc.so is an empty linker script. So TinyCC loads no second
 * C library, which would have descriptors, buffers and locks of its own in one process.
 */
#include <stddef.h>
#include <string.h>

#define FOLDER "/usr/lib/tcc/run"

int __real_main(int count, char **words);
int __wrap_main(int count, char **words);

/* All public names of musl, sorted as strcmp does (made by tools/tinycc.py). */
struct name {
	const char *name;
	void *address;
};
extern const struct name library_names[];
extern const size_t library_count;

void *dlsym(void *restrict library, const char *restrict name);

void *dlsym(void *restrict library, const char *restrict name)
{
	size_t low = 0, high = library_count;

	(void)library;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, library_names[middle].name);

		if (order == 0)
			return library_names[middle].address;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

int __wrap_main(int count, char **words)
{
	char *all[count + 3];

	if (!count)
		return __real_main(count, words);
	all[0] = words[0];
	all[1] = "-B" FOLDER;
	all[2] = "-L" FOLDER;
	memcpy(&all[3], &words[1], (size_t)count * sizeof(words[0]));
	return __real_main(count + 2, all);
}
