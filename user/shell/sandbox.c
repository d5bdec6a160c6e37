#include "user/shell/sandbox.h"
#include "lib/microk/string.h"

/* Whether the path begins with a slash and has no empty name, no "." and no "..", nor a slash at its end; "/" alone has none. */
static bool is_plain(const char *path)
{
	size_t name = 0;

	if (path[0] != '/')
		return false;
	for (size_t i = 1; path[1]; i++) {
		if (path[i] && path[i] != '/') {
			name++;
			continue;
		}
		if (!name || (name <= 2 && memcmp(&path[i - name], "..", name) == 0))
			return false;
		if (!path[i])
			break;
		name = 0;
	}
	return true;
}

/* EXERCISE 4.7 sandbox: begin */
/* One entry of `length` bytes. */
static const char *read_entry(const char *text, size_t length, struct sandbox_entry *e)
{
	size_t prefix = 0;

	*e = (struct sandbox_entry){0};
	if (length >= 2 && memcmp(text + length - 2, ":r", 2) == 0) {
		e->read_only = true;
		length -= 2;
	}
	while (prefix < length && text[prefix] != '=')
		prefix++;
	if (prefix > SANDBOX_PREFIX_MAX)
		return "a prefix has more than 23 bytes";
	memcpy(e->prefix, text, prefix);
	if (prefix < length) {
		text += prefix + 1;
		length -= prefix + 1;
	}
	if (length > FILE_PATH_MAX)
		return "a directory's path is too long";
	memcpy(e->directory, text, length);
	if (!is_plain(e->prefix) || !is_plain(e->directory))
		return "prefixes and directories are absolute paths without . and ..";
	return NULL;
}

const char *sandbox_read(const char *text, struct sandbox *out)
{
	out->count = 0;
	for (;;) {
		size_t length = 0;

		while (*text == ' ')
			text++;
		if (!*text)
			return NULL;
		while (text[length] && text[length] != ' ')
			length++;
		if (out->count == NAMESPACE_MAX)
			return "it has more than 16 entries";
		struct sandbox_entry *e = &out->entries[out->count];
		const char *why = read_entry(text, length, e);
		if (why)
			return why;
		for (u32 i = 0; i < out->count; i++)
			if (strcmp(out->entries[i].prefix, e->prefix) == 0)
				return "two entries have one prefix";
		out->count++;
		text += length;
	}
}

enum microk_status sandbox_open(const struct sandbox_entry *e, cap_t slot)
{
	const u32 flags = OPEN_DIRECTORY | OPEN_ROOT;
	enum microk_status status = ERR_RIGHTS;

	if (!e->read_only)
		status = path_open(e->directory, flags | OPEN_WRITE, 0, slot, NULL);
	if (status == ERR_RIGHTS || status == ERR_READ_ONLY)
		status = path_open(e->directory, flags, 0, slot, NULL);
	return status;
}
/* EXERCISE 4.7 sandbox: end */
