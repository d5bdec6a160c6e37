/* The table of directories, and the walk over it. */
#include "gen/protocols/dir_client.h"
#include "lib/microk/lock.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/namespace/namespace.h"

static struct {
	const char *prefix;
	size_t length; /* of "/": 0 */
	cap_t directory;
} table[NAMESPACE_MAX];
static u32 count;

bool namespace_add(const char *prefix, cap_t directory)
{
	if (count == NAMESPACE_MAX)
		return false;
	table[count].prefix = prefix;
	table[count].length = strcmp(prefix, "/") == 0 ? 0 : strlen(prefix);
	table[count++].directory = directory;
	return true;
}

void namespace_from_startup(void)
{
	count = 0;
	for (u32 i = 0; i < startup->count; i++)
		if (startup->entries[i].name[0] == '/' && startup->entries[i].slot &&
		    strcmp(startup->entries[i].name, NAMESPACE_TERMINAL) != 0)
			namespace_add(startup->entries[i].name, startup->entries[i].slot);
}

const char *namespace_prefix(u32 index)
{
	return index < count ? table[index].prefix : NULL;
}

enum microk_status namespace_mounted(u32 entry, u32 index, char path[FILE_PATH_MAX + 1],
				     struct dir_mounted_result *out)
{
	if (entry >= count)
		return ERR_NOT_FOUND;
	enum microk_status status = dir_mounted(table[entry].directory, index, out);
	if (status != OK)
		return status;
	size_t length = table[entry].length;
	bool is_root = strcmp(out->path, "/") == 0;
	if (is_root && length == 0)
		return string_copy(path, FILE_PATH_MAX + 1, "/") ? OK : ERR_NAME;
	memcpy(path, table[entry].prefix, length);
	return string_copy(path + length, FILE_PATH_MAX + 1 - length, is_root ? "" : out->path)
		       ? OK
		       : ERR_NAME;
}

const char *namespace_below(const char *path, const char *prefix)
{
	if (*path != '/')
		return NULL;
	for (;;) {
		while (*path == '/')
			path++;
		while (*prefix == '/')
			prefix++;
		if (*prefix == '\0')
			return path;
		while (*prefix != '\0' && *prefix != '/')
			if (*path++ != *prefix++)
				return NULL;
		if (*path != '\0' && *path != '/')
			return NULL;
	}
}

/* The rest of the path after the longest prefix of whole components that an entry has; NULL if there is none. */
static const char *find(const char *path, u32 *entry)
{
	const char *rest = NULL;

	for (u32 i = 0; i < count; i++) {
		const char *below = namespace_below(path, table[i].prefix);
		if (below && (!rest || table[i].length > table[*entry].length)) {
			*entry = i;
			rest = below;
		}
	}
	return rest;
}

/* One path on its way. */
struct walk {
	char text[FILE_PATH_MAX + 1]; /* the whole path, absolute */
	struct dir_resolve_result left;
};

/* The path that `rest`, beginning with "..", is from the directory `prefix`. */
static bool go_up(struct walk *w, const char *prefix, const char *rest)
{
	size_t length = strcmp(prefix, "/") == 0 ? 0 : strlen(prefix);

	memmove(w->text, prefix, length);
	while (rest[0] == '.' && rest[1] == '.' && (rest[2] == '/' || rest[2] == '\0')) {
		while (length > 0 && w->text[--length] != '/')
			;
		for (rest += 2; *rest == '/'; rest++)
			;
	}
	w->text[length++] = '/';
	return string_copy(w->text + length, sizeof(w->text) - length, rest);
}

/* The server's answer was ERR_REDIRECT: finds out what is left, and makes *w the walk of that. */
static enum microk_status redirect(struct walk *w, const char *prefix, cap_t directory, u32 flags,
				   const char *rest)
{
	enum microk_status status = dir_resolve(
		directory, &(struct dir_resolve_args){.flags = flags, .path = rest}, &w->left);

	if (status != OK)
		return status;
	if (w->left.rest[0] == '/')
		return string_copy(w->text, sizeof(w->text), w->left.rest) ? OK : ERR_NAME;
	return go_up(w, prefix, w->left.rest) ? OK : ERR_NAME;
}

/* With the right to write, if `directory` has it: the call at the path's end may need it. */
static enum microk_status open_part(cap_t directory, const char *part, cap_t slot)
{
	struct dir_open_args args = {.flags = OPEN_DIRECTORY | OPEN_WRITE, .path = part};
	struct dir_open_result opened;
	enum microk_status status = dir_open(directory, &args, slot, &opened);

	if (status != ERR_RIGHTS)
		return status;
	args.flags = OPEN_DIRECTORY;
	return dir_open(directory, &args, slot, &opened);
}

/* Opens the directories that a path too long for one message begins with. *slot: of the last one; *rest is what is left. */
static enum microk_status shorten(cap_t directory, const char **rest, cap_t *slot)
{
	char part[DIR_PATH_MAX + 1];
	enum microk_status status = OK;

	while (strlen(*rest) > DIR_PAIR_MAX && status == OK) {
		size_t length = DIR_PAIR_MAX;
		cap_t next;

		while (length > 0 && (*rest)[length] != '/')
			length--;
		if (length == 0)
			return ERR_NAME;
		memcpy(part, *rest, length);
		part[length] = '\0';
		if ((next = slot_alloc()) == 0)
			return ERR_LIMIT;
		status = open_part(*slot ? *slot : directory, part, next);
		if (*slot)
			slot_drop(*slot);
		*slot = next;
		for (*rest += length; **rest == '/'; ++*rest)
			;
	}
	if (**rest == '\0')
		*rest = ".";
	return status;
}

/* One look-up in one directory. *again: the walk goes on with another path. */
static enum microk_status try(struct walk *w, u32 flags, namespace_call *call, void *context,
			      bool *again)
{
	u32 entry = 0;
	const char *rest = find(w->text, &entry);
	cap_t opened = 0;

	if (!rest)
		return ERR_NOT_FOUND;
	if (*rest == '\0')
		rest = ".";
	enum microk_status status = shorten(table[entry].directory, &rest, &opened);
	cap_t directory = opened ? opened : table[entry].directory;
	if (status == OK)
		status = call(directory, rest, context);
	*again = status == ERR_REDIRECT;
	if (*again)
		status = redirect(w, table[entry].prefix, directory, flags, rest);
	if (opened)
		slot_drop(opened);
	return status;
}

static struct lock lock; /* of the walk below: threads take turns */

void namespace_before_fork(void)
{
	lock_take(&lock);
}

void namespace_after_fork(void)
{
	lock_give(&lock);
}

enum microk_status namespace_walk(const char *path, u32 flags, namespace_call *call, void *context)
{
	static struct walk w;
	bool again = true;
	enum microk_status status = OK;

	if (*path == '\0')
		return ERR_NOT_FOUND;
	lock_take(&lock);
	if (*path != '/' || !string_copy(w.text, sizeof(w.text), path))
		status = ERR_NAME;
	for (u32 i = 0; i <= DIR_LINKS_MAX && again && status == OK; i++)
		status = try(&w, flags, call, context, &again);
	lock_give(&lock);
	return status == OK && again ? ERR_LOOP : status;
}
