/*
 * Absolute paths.
 *
 * Weighed: POSIX keeps the working directory in the kernel as a reference to a directory, Plan 9 as
 * text. The VFS keeps nothing for a process but its open files, so no working directory. It is text
 * in the shell, and `cd ..` removes the text's last component.
 */
#include "user/shell/path.h"
#include "lib/microk/string.h"

/* Appends the components of `path` to `to`, which holds *used bytes. False if they do not fit. */
static bool append(char *to, size_t *used, const char *path)
{
	while (*path != '\0') {
		const char *name = path;
		while (*path != '\0' && *path != '/')
			path++;
		size_t length = (size_t)(path - name);
		while (*path == '/')
			path++;
		if (length == 0 || (length == 1 && name[0] == '.'))
			continue;
		if (length == 2 && name[0] == '.' && name[1] == '.') {
			while (*used > 0 && to[--*used] != '/')
				;
			continue;
		}
		if (*used + 1 + length > FILE_PATH_MAX)
			return false;
		to[(*used)++] = '/';
		memcpy(to + *used, name, length);
		*used += length;
	}
	return true;
}

bool path_absolute(const char *cwd, const char *path, char to[FILE_PATH_MAX + 1])
{
	size_t used = 0, length = strlen(path);

	if (path[0] != '/' && !append(to, &used, cwd))
		return false;
	if (!append(to, &used, path))
		return false;
	if (used == 0 || (length > 0 && path[length - 1] == '/' && used < FILE_PATH_MAX))
		to[used++] = '/';
	to[used] = '\0';
	return true;
}
