/* Exercise 4.7, a sandbox by namespace: tables as they are written, and the directories that are opened for them. */
#include "microk/error.h"
#include "protocols/dir.h"
#include "sandbox_fakes.h"
#include "unit.h"
#include <stdio.h>
#include <string.h>

#define ENTRIES "entries are separated by blanks, one or several, also at the ends"
#define ALONE "PREFIX alone stands for the directory of the same name"
#define PLAIN "is_plain(): a table with .. or without a slash could lead elsewhere than it seems"
#define ITS_END "\":r\" ends the entry, after its directory"
#define TWICE "the first of two prefixes would hide the second: that is a mistake, not a choice"
#define ROOT                                                                                       \
	"OPEN_ROOT: the directory is the root of all that is opened by it, so that .. does not "   \
	"lead out; OPEN_DIRECTORY: a file is refused"

static ASKED char table_text[2 * FILE_PATH_MAX];

static void want_read(const char *text_of)
{
	strcpy(table_text, text_of);
	WANT(read_table(table_text), NULL, text("NAMESPACE='%s': no defect", text_of),
	     text("\"%s\"", defect));
}

static void want_defect(const char *text_of, const char *cause)
{
	strcpy(table_text, text_of);
	WANT(!read_table(table_text), cause, text("NAMESPACE='%.60s': a defect", text_of),
	     "no defect");
}

static void want_entry(u32 i, const char *prefix, const char *directory, bool read_only,
		       const char *cause)
{
	const struct sandbox_entry *e = &table.entries[i];

	WANT(!strcmp(e->prefix, prefix), cause, text("prefix of entry %u: \"%s\"", i, prefix),
	     text("\"%.23s\"", e->prefix));
	WANT(!strcmp(e->directory, directory), cause,
	     text("directory of entry %u: \"%s\"", i, directory), text("\"%.60s\"", e->directory));
	WANT_U64(text("entry %u is to be read only", i), read_only, e->read_only, ITS_END);
}

static enum microk_status open_srv(bool to_be_read)
{
	strcpy(table_text, "/srv");
	return open_entry(table_text, to_be_read, 7);
}

/* ---- the checks ---- */
static void alone(void)
{
	want_read("/etc");
	WANT_U64("entries", 1, table.count, NULL);
	want_entry(0, "/etc", "/etc", false, ALONE);
	want_read("/");
	want_entry(0, "/", "/", false, ALONE);
}

static void another(void)
{
	want_read("/=/srv/guest");
	WANT_U64("entries", 1, table.count, NULL);
	want_entry(0, "/", "/srv/guest", false, "PREFIX=DIRECTORY");
	want_read("/a/b=/a=b");
	want_entry(0, "/a/b", "/a=b", false,
		   "the first = divides: a directory's name may have one");
}

static void several(void)
{
	want_read("  /=/srv   /etc /dev  ");
	WANT_U64("entries", 3, table.count, ENTRIES);
	want_entry(0, "/", "/srv", false, ENTRIES);
	want_entry(1, "/etc", "/etc", false, ENTRIES);
	want_entry(2, "/dev", "/dev", false, ENTRIES);
	want_read("");
	WANT_U64("entries of an empty table", 0, table.count,
		 "an empty table is one: the program can open nothing");
	want_read("   ");
	WANT_U64("entries of a table of blanks", 0, table.count, ENTRIES);
}

static void read_only(void)
{
	want_read("/etc:r /=/srv:r /a:b=/c /d:r:r");
	want_entry(0, "/etc", "/etc", true, ITS_END);
	want_entry(1, "/", "/srv", true, ITS_END);
	want_entry(2, "/a:b", "/c", false, "a colon elsewhere is a part of the name");
	want_entry(3, "/d:r", "/d:r", true, "the last \":r\" alone");
	want_read("/:r");
	want_entry(0, "/", "/", true, ITS_END);
	want_defect(":r", PLAIN);
}

static void not_plain(void)
{
	static const char *const of[] = {
		"etc",      "/etc/",    "//",     "/a//b", "/..",     "/a/../b",
		"/.",       "/a/.",     "=/etc",  "/etc=", "/a=b",    "/a=/b/",
		"/a=/../b", "/a=/b/..", "/a/=/b", "=",     "/a=/b//c"};

	for (u32 i = 0; i < ARRAY_LEN(of); i++)
		want_defect(of[i], PLAIN);
	want_read("/.a /..b /a.. /...");
	WANT_U64("entries of names that only begin with dots", 4, table.count, NULL);
}

static void too_long(void)
{
	static char line[2 * FILE_PATH_MAX];

	want_read("/2345678901234567890123");
	want_entry(0, "/2345678901234567890123", "/2345678901234567890123", false, NULL);
	want_defect("/23456789012345678901234", "process.give takes 23 bytes (SANDBOX_PREFIX_MAX)");
	want_defect(
		"/23456789012345678901234=/a", "process.give takes 23 bytes (SANDBOX_PREFIX_MAX)");
	line[0] = '/', line[1] = '=', line[2] = '/';
	memset(line + 3, 'a', FILE_PATH_MAX - 1);
	line[FILE_PATH_MAX + 2] = '\0';
	want_read(line);
	WANT_U64("bytes of the longest directory", FILE_PATH_MAX,
		 strlen(table.entries[0].directory), NULL);
	line[FILE_PATH_MAX + 2] = 'a';
	line[FILE_PATH_MAX + 3] = '\0';
	want_defect(line, "the entry has room for FILE_PATH_MAX bytes and a null byte");
}

static void too_many(void)
{
	char line[256] = "";

	for (u32 i = 0; i < NAMESPACE_MAX; i++)
		snprintf(line + strlen(line), 16, "/%u ", i);
	want_read(line);
	WANT_U64("entries", NAMESPACE_MAX, table.count, NULL);
	strcat(line, "/more");
	want_defect(line, "NAMESPACE_MAX of them have room, in the table and in the program's");
}

static void twice(void)
{
	want_defect("/a /b /a", TWICE);
	want_defect("/a=/x /a=/y", TWICE);
	want_read("/a=/x /b=/x /a/b=/x");
	WANT_U64("entries with one directory", 3, table.count, "only prefixes must differ");
}

static void opened(void)
{
	begin_opens();
	WANT_STATUS("sandbox_open of /srv", OK, open_srv(false), NULL);
	WANT_U64("times that path_open was called", 1, opens, "it could be opened to be written");
	WANT(!strcmp(open_path, "/srv"), "e->directory, a path of the shell's own",
	     "path: \"/srv\"", text("\"%s\"", open_path));
	WANT_U64("slot", 7, open_slot, NULL);
	WANT_U64("flags", OPEN_DIRECTORY | OPEN_ROOT | OPEN_WRITE, open_flags[0], ROOT);
}

static void opened_to_be_read(void)
{
	begin_opens();
	WANT_STATUS("sandbox_open of /srv:r", OK, open_srv(true), NULL);
	WANT_U64("flags", OPEN_DIRECTORY | OPEN_ROOT, open_flags[0],
		 "the right to write is not asked for: the kernel then enforces it");
	WANT_U64("times that path_open was called", 1, opens, NULL);
	opens = 0;
	open_status[0] = ERR_RIGHTS;
	WANT_STATUS("sandbox_open of /srv:r, which the shell itself may not read", ERR_RIGHTS,
		    open_srv(true), NULL);
}

static void opened_second(void)
{
	begin_opens();
	static const enum microk_status of[] = {ERR_RIGHTS, ERR_READ_ONLY};

	for (u32 i = 0; i < 2; i++) {
		opens = 0;
		open_status[0] = of[i];
		WANT_STATUS(text("sandbox_open of a directory that cannot be written (%s)",
				 i ? "ERR_READ_ONLY" : "ERR_RIGHTS"),
			    OK, open_srv(false), "then it is opened to be read");
		WANT_U64("times that path_open was called", 2, opens, NULL);
		WANT_U64("flags the second time", OPEN_DIRECTORY | OPEN_ROOT, open_flags[1], ROOT);
	}
	opens = 0;
	open_status[0] = ERR_NOT_FOUND;
	WANT_STATUS("sandbox_open of a directory that is not there", ERR_NOT_FOUND, open_srv(false),
		    "its status is returned");
	WANT_U64("times that path_open was called", 1, opens,
		 "only a missing right is a reason to ask for less");
}

static void check_a(void)
{
	alone();
	another();
}

static void check_e(void)
{
	too_long();
	too_many();
}

static void check_g(void)
{
	opened();
	opened_to_be_read();
}

static const struct unit_check checks[] = {
	{"4.7.a", check_a}, {"4.7.b", several}, {"4.7.c", read_only}, {"4.7.d", not_plain},
	{"4.7.e", check_e}, {"4.7.f", twice},   {"4.7.g", check_g},   {"4.7.h", opened_second},
};
UNIT_MAIN(checks)
