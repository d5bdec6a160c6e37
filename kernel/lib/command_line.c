/* Words of the kernel's command line. */
#include "lib/command_line.h"
#include "lib/string.h"
#include "x86/cpu.h"

/* The text after `key`, where a word begins with it, or (is_whole) is just this; NULL if none is. */
static const char *find(const char *key, bool is_whole)
{
	const char *line = kinfo->command_line;
	size_t n = strlen(key);

	for (const char *p = line; *p; p++)
		if ((p == line || p[-1] == ' ') && !strncmp(p, key, n) &&
		    (!is_whole || !p[n] || p[n] == ' '))
			return p + n;
	return NULL;
}

bool command_line_value(const char *key, char *to, size_t bytes)
{
	const char *p = find(key, false);
	size_t n = 0;

	if (!p)
		return false;
	for (; p[n] && p[n] != ' ' && n < bytes - 1; n++)
		to[n] = p[n];
	to[n] = 0;
	return true;
}

bool command_line_has(const char *word)
{
	return find(word, true) != NULL;
}
