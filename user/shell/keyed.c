#include "user/shell/keyed.h"
#include "lib/microk/string.h"

const char *keyed_value(const char *line, const char *key)
{
	size_t length = strlen(key);

	if (strncmp(line, key, length) != 0 || line[length] != ':')
		return NULL;
	const char *value = line + length + 1;
	while (*value == ' ')
		value++;
	return value;
}

u64 keyed_number(const char *value)
{
	char digits[24];
	size_t length = 0;
	u64 n = 0;

	while (length < sizeof(digits) - 1 && value[length] >= '0' && value[length] <= '9') {
		digits[length] = value[length];
		length++;
	}
	digits[length] = '\0';
	return string_number(digits, &n) ? n : 0;
}
