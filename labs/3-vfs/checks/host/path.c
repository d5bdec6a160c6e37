/* Exercise 3.2, path walk: two file systems, one of them mounted in the other. */
#include "path_fakes.h"
#include "unit.h"
#include <string.h>

#define LINKS                                                                                      \
	"a link's content is put before the rest of the path, and the walk goes on there: from "   \
	"the "                                                                                     \
	"directory in which the link lies"
#define UP                                                                                         \
	"the parent of a file system's root is the directory that it is mounted in (mount_parent)"
#define ABSOLUTE                                                                                   \
	"a link's content that begins with a slash leaves the root: ERR_REDIRECT, and "            \
	"path_rest() begins at that slash"
#define OUT "the walk ends at its root with ERR_REDIRECT, and path_rest() begins at that \"..\""

enum {
	ROOT,
	SECOND,
	ETC,
	HELLO,
	USR,
	BIN,
	CAT,
	BOOT,
	INIT,
	DEEP,
	LINK_TO_BIN,
	LINK_TO_HELLO,
	LINK_UP,
	LINK_ABSOLUTE,
	LINK_EMPTY,
	LINK_LOOP,
	LINK_CHAIN,
	LINK_OUT,
	LINK_LONG,
	LINK_FIRST_OF_41
};

static ASKED char path[FILE_PATH_MAX + 64];
static ASKED struct walked got;

static const char *keep(const char *words)
{
	char *kept = unit_object(8, strlen(words) + 1);

	return strcpy(kept, words);
}

static void node(u32 id, u32 fs, u32 parent, u32 kind, const char *name, const char *target)
{
	nodes[id] = (struct tree_node){
		fs, parent, kind, name ? keep(name) : NULL, target ? keep(target) : NULL};
	node_count = id >= node_count ? id + 1 : node_count;
}

static void begin(void)
{
	static const struct {
		u8 id, fs, parent, kind;
		const char *name, *target;
	} tree[] = {
		{ROOT, 0, ROOT, KIND_DIRECTORY, NULL, NULL},
		{SECOND, 1, SECOND, KIND_DIRECTORY, NULL, NULL},
		{ETC, 0, ROOT, KIND_DIRECTORY, "etc", NULL},
		{HELLO, 0, ETC, KIND_FILE, "hello", NULL},
		{USR, 0, ROOT, KIND_DIRECTORY, "usr", NULL},
		{BIN, 0, USR, KIND_DIRECTORY, "bin", NULL},
		{CAT, 0, BIN, KIND_FILE, "cat", NULL},
		{BOOT, 0, ROOT, KIND_DIRECTORY, "boot", NULL},
		{INIT, 1, SECOND, KIND_FILE, "init", NULL},
		{DEEP, 1, SECOND, KIND_DIRECTORY, "deep", NULL},
		{LINK_TO_BIN, 0, ROOT, KIND_LINK, "b", "usr/bin"},
		{LINK_TO_HELLO, 0, USR, KIND_LINK, "h", "../etc/hello"},
		{LINK_UP, 0, BIN, KIND_LINK, "up", "../.."},
		{LINK_ABSOLUTE, 0, ETC, KIND_LINK, "abs", "/usr/bin/cat"},
		{LINK_EMPTY, 0, ETC, KIND_LINK, "empty", ""},
		{LINK_LOOP, 0, ETC, KIND_LINK, "loop", "loop"},
		{LINK_CHAIN, 0, ETC, KIND_LINK, "chain", "../b"},
		{LINK_OUT, 1, SECOND, KIND_LINK, "out", "../etc/hello"},
	};

	for (u32 i = 0; i < ARRAY_LEN(tree); i++)
		node(tree[i].id, tree[i].fs, tree[i].parent, tree[i].kind, tree[i].name,
		     tree[i].target);
	WANT_STATUS("mount", OK, mount_second(ROOT, keep("boot")), NULL);
}

static enum microk_status walk(u32 root, u32 at, const char *words, bool follow)
{
	memset(&got, UNIT_FILLED, sizeof(got));
	strcpy(path, words);
	return walk_from(root, at, path, follow, &got);
}

/* From the root of all. */
static void want_of(u32 root, u32 at, const char *words, bool follow, u32 node_wanted,
		    const char *cause)
{
	WANT_STATUS(text("the walk \"%s\"%s", words, follow ? "" : ", not followed at its end"), OK,
		    walk(root, at, words, follow), cause);
	WANT_U64(text("\"%s\" exists", words), 1, got.exists, cause);
	WANT_U64(text("node at the end of \"%s\"", words), node_wanted, got.node, cause);
}

static void want(const char *words, u32 node_wanted, const char *cause)
{
	want_of(ROOT, ROOT, words, true, node_wanted, cause);
}

static void want_error(u32 root, u32 at, const char *words, enum microk_status status,
		       const char *cause)
{
	WANT_STATUS(text("the walk \"%.60s\"", words), status, walk(root, at, words, true), cause);
}

static void want_out(u32 root, u32 at, const char *words, const char *rest, const char *cause)
{
	want_error(root, at, words, ERR_REDIRECT, cause);
	WANT(strcmp(got.rest, rest) == 0, cause, text("the rest of \"%s\": \"%s\"", words, rest),
	     text("\"%s\"", got.rest));
}

/* ---- the checks ---- */
static void names(void)
{
	begin();
	want("/etc/hello", HELLO, NULL);
	want("//usr///bin/cat", CAT, NULL);
	want("/usr/./bin/.", BIN, NULL);
	want_of(ROOT, USR, "bin/cat", true, CAT,
		"a path without a slash at its beginning begins at the directory");
	WANT_U64("\"cat\" is the last name", 0, strcmp(got.name, "cat"), NULL);
	WANT_U64("its parent", BIN, got.parent, NULL);
	WANT_U64("look-ups of \".\" or \"..\"", 0, dots_looked_up,
		 "a file system never gets these names");
}

static void missing(void)
{
	begin();
	WANT_STATUS("\"/etc/new\", of which only the last name is missing", OK,
		    walk(ROOT, ROOT, "/etc/new", true),
		    "this is how a file is created: OK, !exists, and the parent and the name");
	WANT_U64("it exists", 0, got.exists, NULL);
	WANT_U64("its parent", ETC, got.parent, NULL);
	WANT(strcmp(got.name, "new") == 0, NULL, "the name: new", got.name);
	WANT_U64("as a directory, without a slash", 0, got.as_directory, NULL);
	WANT_STATUS("\"/etc/new//\"", OK, walk(ROOT, ROOT, "/etc/new//", true), NULL);
	WANT_U64("as a directory, with slashes after it", 1, got.as_directory,
		 "mkdir(\"new/\") needs it");
	want_error(ROOT, ROOT, "/none/new", ERR_NOT_FOUND, "only the last name may be missing");
	want_error(ROOT, ROOT, "/etc/hello/x", ERR_NOT_DIR, NULL);
	want_error(ROOT, ROOT, "/etc/hello/", ERR_NOT_DIR,
		   "a slash after a name asks for a directory");
	memset(path, 'n', 256), path[256] = '\0';
	WANT_STATUS("a name of 256 bytes", ERR_NAME, walk_from(ROOT, ROOT, path, true, &got),
		    "name_valid");
}

static void up(void)
{
	begin();
	want("/usr/bin/..", USR, NULL);
	want("/usr/bin/../../etc/hello", HELLO, NULL);
	want("/etc/../usr/./bin/../bin/cat", CAT, NULL);
	bool looks = walk(ROOT, ROOT, "/none/x", true) == ERR_NOT_FOUND;
	want_error(ROOT, ROOT, "/none/../etc/hello", ERR_NOT_FOUND,
		   looks ? "the path is walked, not cleaned as text: .. applies to a directory "
			   "that exists"
			 : NULL);
	want_error(ROOT, ROOT, "/etc/hello/../hello", ERR_NOT_DIR, "… and that is one");
}

static void mounts(void)
{
	begin();
	want("/boot/init", INIT,
	     "where a file system is mounted, the walk goes on at its root (mount_cross)");
	want("/boot", SECOND, NULL);
	want("/boot/..", ROOT, UP);
	want("/boot/deep/../../etc/hello", HELLO, UP);
	want("/boot/out", HELLO, LINKS);
}

static void links(void)
{
	begin();
	want("/b/cat", CAT, LINKS);
	want("/usr/h", HELLO, LINKS);
	want("/b/up/etc/hello", HELLO, LINKS);
	want("/etc/chain/cat", CAT, LINKS);
	want("/b/", BIN, LINKS);
	want_error(ROOT, ROOT, "/etc/empty/x", ERR_NOT_FOUND,
		   "a link without content leads nowhere");
}

static void last_link(void)
{
	begin();
	want("/usr/h", HELLO, LINKS);
	want_of(ROOT, ROOT, "/usr/h", false, LINK_TO_HELLO,
		"`follow` is about the last name alone: unlink and readlink need the link itself");
	want_of(ROOT, ROOT, "/b", false, LINK_TO_BIN, NULL);
	bool on_the_way = walk(ROOT, ROOT, "/b/cat", true) == OK && got.node == CAT;
	want_of(ROOT, ROOT, "/b/cat", false, CAT,
		on_the_way ? "a link on the way is followed in any case" : LINKS);
	want_of(ROOT, ROOT, "/b/", false, BIN,
		"a slash after a link asks for the directory: it is followed");
	names_changed = 1; /* from here on walks are remembered */
	want("/b", BIN, LINKS);
	want_of(ROOT, ROOT, "/b", false, LINK_TO_BIN,
		"*links counts each link of a walk: path_walk remembers where a path led if it is "
		"0");
}

static void too_many_links(void)
{
	begin();
	want_error(ROOT, ROOT, "/etc/loop", ERR_LOOP, "at most DIR_LINKS_MAX in one walk");
	/* A chain of 40 is followed to its end; the 41st is one too many. */
	for (u32 i = 0; i < DIR_LINKS_MAX; i++)
		node(LINK_FIRST_OF_41 + i, 0, ETC, KIND_LINK, text("l%u", i),
		     i + 1 < DIR_LINKS_MAX ? text("l%u", i + 1) : "hello");
	bool refused = walk(ROOT, ROOT, "/etc/l0", true) == ERR_LOOP;
	want("/etc/l0", HELLO, refused ? "40 links are allowed (DIR_LINKS_MAX)" : LINKS);
	nodes[LINK_FIRST_OF_41 + DIR_LINKS_MAX - 1].target = keep("../usr/h");
	want_error(ROOT, ROOT, "/etc/l0", ERR_LOOP, "41 are one too many");
}

static void too_long(void)
{
	char *content;

	begin();
	node(LINK_LONG, 0, ETC, KIND_LINK, "long", "");
	content = unit_object(8, FILE_PATH_MAX + 1);
	for (u32 i = 0; i < FILE_PATH_MAX; i++)
		content[i] = i % 2 ? '/' : '.';
	nodes[LINK_LONG].target = content;
	want_of(ROOT, ROOT, "/etc/long", true, ETC,
		"a content of FILE_PATH_MAX bytes has room if nothing comes after it");
	want_error(ROOT, ROOT, "/etc/long/hello", ERR_NAME,
		   "content and rest together must have room in the buffer");
}

static void out(void)
{
	begin();
	want_out(ROOT, ROOT, "/..", "..", OUT);
	want_out(ROOT, ROOT, "/etc/../../x/y", "../x/y", OUT);
	want_out(USR, USR, "../etc/hello", "../etc/hello", OUT);
	want_out(USR, BIN, "up/etc/hello", "../etc/hello", LINKS);
	want_out(ROOT, ROOT, "/etc/abs", "/usr/bin/cat", ABSOLUTE);
	want_out(ROOT, ROOT, "/etc/abs/more", "/usr/bin/cat/more", LINKS);
	want_out(SECOND, DEEP, "../out", "../etc/hello", LINKS);
	want_of(USR, BIN, "/bin/cat", true, CAT,
		"a path with a slash at its beginning begins at the walk's root");
}

static void moved_out(void)
{
	begin();
	/* A directory below /usr was opened, and then moved to /etc: its ".." is not below /usr any more. */
	want_error(USR, ETC, "..", ERR_NOT_FOUND,
		   "a directory that was moved away from below the root does not lead out of it: "
		   "after each \"..\" the root must still be above (find_root)");
	want_error(USR, ETC, "../usr/bin/cat", ERR_NOT_FOUND, NULL);
	want_of(USR, BIN, "../bin/cat", true, CAT, NULL);
}

/* The model: the same rules, over a list of names that are left. */
static u32 model(u32 at, const char *words, u32 *links_left, bool *left_root)
{
	char left[600];

	strcpy(left, words);
	while (*left && !*left_root) {
		char *begin_of = left + strspn(left, "/"), name[64];
		size_t length = strcspn(begin_of, "/");
		memcpy(name, begin_of, length), name[length] = '\0';
		memmove(left, begin_of + length, strlen(begin_of + length) + 1);
		if (length == 0 || strcmp(name, ".") == 0)
			continue;
		if (strcmp(name, "..") == 0) {
			*left_root |= at == ROOT;
			at = at == SECOND ? ROOT : nodes[at].parent;
			continue;
		}
		u32 child = at == ROOT && strcmp(name, "boot") == 0 ? SECOND : NODES;
		for (u32 i = 2; i < node_count && child == NODES; i++)
			if (nodes[i].parent == at && strcmp(nodes[i].name, name) == 0)
				child = i;
		if (child == NODES)
			return NODES;
		if (nodes[child].kind == KIND_LINK) {
			*left_root |= nodes[child].target[0] == '/' || --*links_left == 0;
			char rest[600];
			strcpy(rest, left), strcpy(left, nodes[child].target), strcat(left, rest);
			continue;
		}
		if (nodes[child].kind != KIND_DIRECTORY && *left)
			return NODES;
		at = child;
	}
	return at;
}

static void at_random(void)
{
	static const char *const words[] = {
		"etc", "hello", "usr", "bin",   "cat", "boot", "init", "deep",
		"b",   "h",     "up",  "chain", "out", "..",   ".",    "none"};
	u32 reached = 0;

	begin();
	for (u32 i = 0; i < 3000; i++) {
		names_changed = i >= 1500; /* the second half is remembered */
		char made[200] = "";
		u32 links_left = DIR_LINKS_MAX;
		bool left_root = false;
		for (u64 r = unit_random(i), n = r % 5 + 1; n; n--, r >>= 8) {
			strcat(made, "/");
			strcat(made, words[(r >> 4) % ARRAY_LEN(words)]);
		}
		u32 wanted = model(ROOT, made, &links_left, &left_root);
		enum microk_status status = walk(ROOT, ROOT, made, true);
		if (left_root)
			WANT_STATUS(text("the walk \"%s\"", made), ERR_REDIRECT, status, NULL);
		else if (wanted == NODES)
			WANT(status != OK || !got.exists, NULL, text("\"%s\" leads nowhere", made),
			     text("it led to node %u", got.node));
		else {
			WANT_STATUS(text("the walk \"%s\"", made), OK, status, NULL);
			WANT_U64(text("node at the end of \"%s\"", made), wanted, got.node, NULL);
			reached++;
		}
	}
	WANT(reached > 100, NULL, "more than 100 of the paths lead somewhere", text("%u", reached));
}

static const struct unit_check checks[] = {
	{"3.2.a", names},          {"3.2.b", missing},   {"3.2.c", up},
	{"3.2.d", mounts},         {"3.2.e", links},     {"3.2.f", last_link},
	{"3.2.g", too_many_links}, {"3.2.h", too_long},  {"3.2.i", out},
	{"3.2.j", moved_out},      {"3.2.k", at_random},
};
UNIT_MAIN(checks)
