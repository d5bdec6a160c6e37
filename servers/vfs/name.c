/* Splits paths into components, and checks names. */
#include "servers/vfs/name.h"
#include "protocols/file.h"
#include "lib/microk/string.h"

bool path_next(const char **path, struct component *out)
{
	const char *p = *path;

	while (*p == '/')
		p++;
	out->name = p;
	while (*p != '\0' && *p != '/')
		p++;
	out->length = (size_t)(p - out->name);
	*path = p;
	return out->length > 0;
}

bool name_is_dots(const struct component *c, size_t dots)
{
	return c->length == dots && memcmp(c->name, "..", dots) == 0;
}

static bool has_bad_bytes(const char *name, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f || name[i] == '/')
			return true;
	return false;
}

bool name_valid(const char *name, size_t length)
{
	struct component c = {name, length};

	return length > 0 && length <= FILE_NAME_MAX && !has_bad_bytes(name, length) &&
	       !name_is_dots(&c, 1) && !name_is_dots(&c, 2);
}
