#include "user/shell/program.h"
#include "lib/microk/string.h"

#define MAGIC "\177ELF" /* the first bytes of a program */

/* One directory of PATH and the name; an empty one is the working directory. */
static bool join(const char *folder, size_t length, const char *name, char to[FILE_PATH_MAX + 1])
{
	size_t slash = length > 0 && folder[length - 1] != '/';

	if (length + slash + strlen(name) > FILE_PATH_MAX)
		return false;
	memcpy(to, folder, length);
	if (slash)
		to[length] = '/';
	string_copy(to + length + slash, FILE_PATH_MAX + 1 - length - slash, name);
	return true;
}

bool program_find(const struct variables *v, const char *name, char path[FILE_PATH_MAX + 1])
{
	const char *folder = variable_get(v, "PATH", 4);
	struct entry entry;

	if (!folder)
		folder = PROGRAM_PATH;
	for (;;) {
		const char *end = strchr(folder, ':');
		size_t length = end ? (size_t)(end - folder) : strlen(folder);
		if (join(folder, length, name, path) && stream_stat(path, &entry) == OK &&
		    entry.kind == KIND_FILE)
			return true;
		if (!end)
			return false;
		folder = end + 1;
	}
}

/* The offset of its description does not matter to proc. */
bool program_open(struct stream *file, const char *path)
{
	if (stream_open(file, path, 0) != OK)
		return false;
	if (stream_fill(file) == OK && file->piece.data_length >= sizeof(MAGIC) - 1 &&
	    memcmp(file->piece.data, MAGIC, sizeof(MAGIC) - 1) == 0)
		return true;
	stream_close(file);
	return false;
}
