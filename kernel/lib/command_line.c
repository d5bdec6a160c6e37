/* Words of the kernel's command line. */
#include "lib/command_line.h"
#include "lib/string.h"
#include "x86/cpu.h"

bool command_line_value(const char *key, char *to, size_t bytes)
{
	const char *p = kinfo->command_line;
	size_t n = 0, length = strlen(key);

	while (*p && ((p != kinfo->command_line && p[-1] != ' ') || strncmp(p, key, length)))
		p++;
	if (!*p)
		return false;
	for (p += length; p[n] && p[n] != ' ' && n < bytes - 1; n++)
		to[n] = p[n];
	to[n] = 0;
	return true;
}

bool command_line_has(const char *word)
{
	char rest[2];

	return command_line_value(word, rest, sizeof(rest)) && !rest[0];
}
