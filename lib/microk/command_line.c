#include "lib/microk/command_line.h"
#include "lib/microk/string.h"

static bool begins_word(const char *line, const char *p, const char *text)
{
	return (p == line || p[-1] == ' ') && strncmp(p, text, strlen(text)) == 0;
}

const char *command_line_find(const char *line, const char *key)
{
	for (const char *p = line; *p; p++)
		if (begins_word(line, p, key))
			return p + strlen(key);
	return NULL;
}

bool command_line_has(const char *line, const char *word)
{
	size_t length = strlen(word);

	for (const char *p = line; *p; p++)
		if (begins_word(line, p, word) && (p[length] == 0 || p[length] == ' '))
			return true;
	return false;
}

bool command_line_value(const char *line, const char *key, char *to, size_t bytes)
{
	const char *p = command_line_find(line, key);
	size_t n = 0;

	for (; p && p[n] && p[n] != ' ' && n < bytes - 1; n++)
		to[n] = p[n];
	to[n] = 0;
	return p != NULL;
}

u64 command_line_number(const char *line, const char *key, u64 otherwise)
{
	const char *p = command_line_find(line, key);
	u64 number = 0;

	if (!p)
		return otherwise;
	for (; *p >= '0' && *p <= '9'; p++)
		number = number * 10 + (u64)(*p - '0');
	return number;
}
