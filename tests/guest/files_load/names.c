/* Operations on names. */
#include "gen/lib/microk/methods.h"
#include "gen/protocols/dir_client.h"
#include "gen/protocols/file_client.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "protocols/dir.h"
#include "tests/guest/files_load/load.h"

/* ---- Open files ---- */

static enum microk_status expect_open(u32 name, u32 flags)
{
	u32 node = names[name];

	if (!node)
		return flags & OPEN_CREATE ? OK : ERR_NOT_FOUND;
	if (flags & OPEN_EXCLUSIVE)
		return ERR_EXISTS;
	if (nodes[node].kind == KIND_LINK)
		return ERR_LOOP;
	return nodes[node].kind == KIND_DIRECTORY ? ERR_IS_DIR : OK;
}

static void lend(struct handle *h)
{
	enum microk_status status = cnode_copy(
		SLOT_CNODE,
		&(struct cnode_copy){.index = lent_slot,
				     .source_cnode = SLOT_CNODE,
				     .source_index = lent_frame,
				     .rights = RIGHT_ALL});

	is_status("copy of the frame", "", OK, status);
	ANSWERED(status, file_lend(h->cap, lent_slot));
	h->lent = is_status("lend", "", OK, status);
	cnode_delete(SLOT_CNODE, lent_slot);
}

static void open_once(struct handle *h, u32 name)
{
	u32 flags = OPEN_WRITE | OPEN_NO_FOLLOW | (draw(3) ? OPEN_CREATE : 0) |
		    (draw(3) ? 0 : OPEN_APPEND) | (draw(6) ? 0 : OPEN_TRUNCATE);
	const char *path = name_path(name);
	struct dir_open_result result;
	enum microk_status status, expected;

	if (flags & OPEN_CREATE && !draw(3))
		flags |= OPEN_EXCLUSIVE;
	expected = expect_open(name, flags);
	ANSWERED(status,
		 dir_open(root_of(name),
			  &(struct dir_open_args){.flags = flags, .mode = 0644, .path = path},
			  h->cap, &result));
	if (!is_status("open", path, expected, status) || status != OK)
		return;
	if (!names[name])
		node_make(name, KIND_FILE);
	else if (flags & OPEN_TRUNCATE)
		node_resize(&nodes[names[name]], 0);
	h->node = names[name];
	nodes[h->node].opens++;
	h->append = flags & OPEN_APPEND;
	h->offset = 0;
	h->lent = false;
	if (draw(2))
		lend(h);
}

void handle_close(struct handle *h)
{
	cnode_delete(SLOT_CNODE, h->cap);
	nodes[h->node].opens--;
	h->node = 0;
}

/* ---- Names ---- */

static void mkdir_once(u32 name)
{
	const char *path = name_path(name);
	enum microk_status status;

	ANSWERED(status,
		 dir_mkdir(root_of(name), &(struct dir_mkdir_args){.mode = 0755, .path = path}));
	if (is_status("mkdir", path, names[name] ? ERR_EXISTS : OK, status) && status == OK)
		node_make(name, KIND_DIRECTORY);
}

static void unlink_once(u32 name)
{
	const struct node *n = &nodes[names[name]];
	bool directory = names[name] && n->kind == KIND_DIRECTORY ? draw(8) : !draw(8);
	const char *path = name_path(name);
	enum microk_status status,
		expected = !names[name]                              ? ERR_NOT_FOUND
			   : directory && n->kind != KIND_DIRECTORY  ? ERR_NOT_DIR
			   : !directory && n->kind == KIND_DIRECTORY ? ERR_IS_DIR
								     : OK;

	ANSWERED(status, dir_unlink(root_of(name),
				    &(struct dir_unlink_args){
					    .flags = directory ? AT_DIRECTORY : 0, .path = path}));
	if (is_status("unlink", path, expected, status) && status == OK)
		name_set(name, 0);
}

static enum microk_status expect_rename(u32 from, u32 to, u32 flags)
{
	u32 node = names[from], victim = names[to];

	if (!node)
		return ERR_NOT_FOUND;
	if (victim && flags & AT_EXCLUSIVE)
		return ERR_EXISTS;
	if (!victim || node == victim)
		return OK;
	bool is = nodes[node].kind == KIND_DIRECTORY, was = nodes[victim].kind == KIND_DIRECTORY;
	return was && !is ? ERR_IS_DIR : is && !was ? ERR_NOT_DIR : OK;
}

/* Below "load", which has its directory capability. */
static const char *path_below(u32 name)
{
	return name_path(name) + sizeof("load");
}

static void rename_across(u32 from, u32 to)
{
	enum microk_status status;

	ANSWERED(status,
		 dir_rename_to(load_folders[name_volume(from)],
			       &(struct dir_rename_to_args){
				       .from = path_below(from),
				       .to = path_below(to),
				       .target = load_folders[name_volume(to)]}));
	is_status("rename to another file system", name_path(from), ERR_CROSS, status);
}

static void rename_once(u32 from, u32 to)
{
	u32 flags = draw(4) ? 0 : AT_EXCLUSIVE, node = names[from];
	enum microk_status status, expected = expect_rename(from, to, flags);

	ANSWERED(status,
		 dir_rename(root_of(from),
			    &(struct dir_rename_args){
				    .flags = flags, .from = name_path(from), .to = name_path(to)}));
	if (!is_status("rename", name_path(from), expected, status) || status != OK ||
	    node == names[to])
		return;
	name_set(to, node);
	name_set(from, 0);
}

static void link_once(u32 from, u32 to)
{
	u32 node = names[from];
	enum microk_status status,
		expected = name_volume(from) != name_volume(to) ? ERR_CROSS
			   : !node                              ? ERR_NOT_FOUND
			   : nodes[node].kind == KIND_DIRECTORY ? ERR_IS_DIR
			   : names[to]                          ? ERR_EXISTS
								: OK;

	ANSWERED(status,
		 dir_link_to(load_folders[name_volume(from)],
			     &(struct dir_link_to_args){.from = path_below(from),
							.to = path_below(to),
							.target = load_folders[name_volume(to)]}));
	if (is_status("link", name_path(to), expected, status) && status == OK)
		name_set(to, node);
}

static void symlink_once(u32 name)
{
	char target[256];
	u32 length = 1 + (u32)draw(draw(2) ? 59 : 200);
	enum microk_status status;

	for (u32 i = 0; i < length; i++)
		target[i] = (char)('a' + draw(26));
	target[length] = '\0';
	ANSWERED(
		status,
		dir_symlink(root_of(name),
			    &(struct dir_symlink_args){.target = target, .path = name_path(name)}));
	if (is_status("symlink", name_path(name), names[name] ? ERR_EXISTS : OK, status) &&
	    status == OK)
		node_write(node_make(name, KIND_LINK), 0, target, length);
}

static void readlink_once(u32 name)
{
	const struct node *n = &nodes[names[name]];
	struct dir_readlink_result got;
	enum microk_status status,
		expected = !names[name]           ? ERR_NOT_FOUND
			   : n->kind != KIND_LINK ? ERR_NOT_LINK
						  : OK;

	ANSWERED(status, dir_readlink(root_of(name), name_path(name), &got));
	if (is_status("readlink", name_path(name), expected, status) && status == OK &&
	    (strlen(got.target) != n->size || memcmp(got.target, n->data, n->size) != 0))
		wrong("target", name_path(name), n->size, strlen(got.target));
}

/* ---- A directory's entries ---- */

/* Whether the folder has an entry of this name, as the model has it. */
static bool is_there(u32 folder, const char *name)
{
	u32 number = (u32)(name[0] - 'a');

	if (folder == 0 && name[0] == 'd' && (name[1] == '0' || (name[1] == '1' && volumes == 1)))
		return name[2] == '\0';
	return number < NAMES_EACH && name[1] == '\0' && names[folder * NAMES_EACH + number];
}

static void list_once(u32 folder)
{
	struct dir_open_args args = {.flags = OPEN_DIRECTORY, .path = folder_path(folder)};
	struct dir_open_result opened;
	struct file_entry_result entry = {.next = 0};
	enum microk_status status;
	u32 expected = folder ? 0 : FOLDERS - volumes, count = 0;
	cap_t directory = slot_alloc();

	ANSWERED(status, dir_open(roots[folder_volume(folder)], &args, directory, &opened));
	if (!is_status("open", args.path, OK, status))
		return;
	for (u32 i = 0; i < NAMES_EACH; i++)
		expected += names[folder * NAMES_EACH + i] != 0;
	for (;; count++) {
		ANSWERED(status, file_entry(directory, entry.next, &entry));
		if (status != OK || count > NAMES_EACH + FOLDERS)
			break;
		if (!is_there(folder, entry.name))
			wrong("an entry that must not be there", entry.name, 0, entry.node);
	}
	if (is_status("entry", args.path, ERR_NOT_FOUND, status) && count != expected)
		wrong("number of entries", args.path, expected, count);
	slot_drop(directory);
}

/* A name of the open file, so that many are open without one later; `otherwise` if it has none. */
static u32 name_of(const struct handle *h, u32 otherwise)
{
	for (u32 i = 0; i < NAMES && h->node; i++)
		if (names[i] == h->node)
			return i;
	return otherwise;
}

void operate_on_names(void)
{
	struct handle *h = &handles[draw(HANDLES)];
	u32 name = (u32)draw(NAMES), other = (u32)draw(NAMES);
	u64 chance = draw(100);

	if (chance < 45 && !h->node)
		open_once(h, name);
	else if (chance < 58)
		unlink_once(draw(2) ? name_of(h, name) : name);
	else if (chance < 70)
		(name_volume(name) == name_volume(other) ? rename_once : rename_across)(
			name, other);
	else if (chance < 78)
		link_once(name, other);
	else if (chance < 84)
		mkdir_once(name);
	else if (chance < 89)
		symlink_once(name);
	else if (chance < 93)
		readlink_once(name);
	else if (chance < 97)
		list_once((u32)draw(FOLDERS));
	else
		sync_all();
}
