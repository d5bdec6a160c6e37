/*
 * Operations on two paths. Each path is first walked to the directory that contains its last component, which both have then
 * left: so a redirection of one of them is never mistaken for one of the other.
 */
#include "gen/protocols/dir_client.h"
#include "lib/microk/slots.h"
#include "lib/microk/string.h"
#include "lib/namespace/namespace.h"

/* A path's parent, open, and its last component. */
struct ending {
	cap_t parent;
	char name[FILE_NAME_MAX + 2]; /* with a slash at its end, if the path has one */
};

/* Whether it is the path of a directory that the namespace joins. It hides a server's entry of that name. */
static bool is_joined(const char *path)
{
	const char *prefix;

	for (u32 i = 0; (prefix = namespace_prefix(i)); i++) {
		const char *below = namespace_below(path, prefix);
		if (below && *below == '\0')
			return true;
	}
	return false;
}

static enum microk_status open_parent(const char *path, struct ending *e)
{
	char parent[FILE_PATH_MAX + 1];
	size_t length = strlen(path), end = length;

	if (length > FILE_PATH_MAX)
		return ERR_NAME;
	while (end > 0 && path[end - 1] == '/')
		end--;
	size_t start = end;
	while (start > 0 && path[start - 1] != '/')
		start--;
	if (is_joined(path))
		return ERR_BUSY;
	if (start == 0)
		return end ? ERR_NAME : ERR_BUSY; /* the root has no name */
	if (end - start > FILE_NAME_MAX)
		return ERR_NAME;
	memcpy(parent, path, start);
	parent[start] = '\0';
	string_copy(e->name, sizeof(e->name), path + start);
	e->name[end - start + (end < length)] = '\0';
	if ((e->parent = slot_alloc()) == 0)
		return ERR_LIMIT;
	enum microk_status status =
		path_open(parent, OPEN_DIRECTORY | OPEN_WRITE, 0, e->parent, NULL);
	if (status != OK)
		slot_free(e->parent);
	return status;
}

struct pair {
	struct ending from, to;
};

static enum microk_status open_pair(const char *from, const char *to, struct pair *p)
{
	enum microk_status status = open_parent(from, &p->from);

	if (status != OK)
		return status;
	status = open_parent(to, &p->to);
	if (status != OK)
		slot_drop(p->from.parent);
	return status;
}

static void close_pair(const struct pair *p)
{
	slot_drop(p->from.parent);
	slot_drop(p->to.parent);
}

enum microk_status path_rename(const char *from, const char *to, u32 flags)
{
	struct pair p;
	enum microk_status status = open_pair(from, to, &p);

	if (status != OK)
		return status;
	status = dir_rename_to(
		p.from.parent,
		&(struct dir_rename_to_args){
			.flags = flags,
			.from = p.from.name,
			.to = p.to.name,
			.target = p.to.parent});
	close_pair(&p);
	return status;
}

enum microk_status path_link(const char *from, const char *to)
{
	struct pair p;
	enum microk_status status = open_pair(from, to, &p);

	if (status != OK)
		return status;
	status = dir_link_to(p.from.parent,
			     &(struct dir_link_to_args){
				     .from = p.from.name, .to = p.to.name, .target = p.to.parent});
	close_pair(&p);
	return status;
}

/* Takes the slot's capability, too. */
static enum microk_status sync_and_drop(cap_t directory)
{
	enum microk_status status = dir_sync(directory);

	slot_drop(directory);
	return status;
}

enum microk_status path_sync_server(const char *path)
{
	struct ending e;
	enum microk_status status = open_parent(path, &e);

	return status == OK ? sync_and_drop(e.parent) : status;
}

enum microk_status path_sync(void)
{
	enum microk_status first = OK;
	const char *prefix;

	for (u32 i = 0; (prefix = namespace_prefix(i)); i++) {
		cap_t slot = slot_alloc();
		if (slot == 0)
			return ERR_LIMIT;
		enum microk_status status = path_open(prefix, OPEN_DIRECTORY, 0, slot, NULL);
		if (status == OK)
			status = sync_and_drop(slot);
		else
			slot_free(slot);
		if (first == OK)
			first = status;
	}
	return first;
}
