/* Splits paths into components, and checks names. */
#include "lib/fileserver/name.h"
#include "lib/microk/string.h"

bool path_next(const char **path, struct fs_name *out)
{
	const char *p = *path;

	while (*p == '/')
		p++;
	out->bytes = p;
	while (*p != '\0' && *p != '/')
		p++;
	out->length = (size_t)(p - out->bytes);
	*path = p;
	return out->length > 0;
}

bool name_is_dots(struct fs_name name, size_t dots)
{
	return name.length == dots && memcmp(name.bytes, "..", dots) == 0;
}

bool name_valid(struct fs_name name)
{
	return name.length > 0 && name.length <= FILE_NAME_MAX &&
	       !memchr(name.bytes, '/', name.length) && !memchr(name.bytes, '\0', name.length) &&
	       !name_is_dots(name, 1) && !name_is_dots(name, 2);
}

bool name_is(struct fs_name name, const char *text)
{
	return strlen(text) == name.length && memcmp(name.bytes, text, name.length) == 0;
}
