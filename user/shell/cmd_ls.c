/* ls: lists the entries of directories. */
#include "lib/microk/format.h"
#include "lib/microk/print.h"
#include "user/shell/calendar.h"
#include "user/shell/columns.h"
#include "user/shell/command.h"
#include "user/shell/listing.h"
#include "user/shell/output.h"

/* A directory's name ends in a slash, which marks it without colours. */
static const char *mark(const struct entry *e)
{
	return e->kind == KIND_DIRECTORY ? "/" : "";
}

/* Permissions as "rw-r--r--". */
static void out_mode(u32 mode)
{
	static const char letters[] = "rwxrwxrwx";

	for (u32 i = 0; i < 9; i++)
		out("%c", mode >> (8 - i) & 1 ? letters[i] : '-');
}

static void out_time(i64 nanoseconds)
{
	u64 seconds = (u64)nanoseconds / 1000000000;
	struct calendar_date d = calendar_date(seconds / 86400);

	if (nanoseconds <= 0)
		out("%16s", "-");
	else
		out("%lu-%02lu-%02lu %02lu:%02lu", d.year, d.month, d.day, seconds / 3600 % 24,
		    seconds / 60 % 60);
}

static void show_long(const struct entry *e, const char *name)
{
	static const char kinds[] = "-dcplcbs"; /* by enum file_kind */

	out("%c", e->kind < sizeof(kinds) - 1 ? kinds[e->kind] : '?');
	out_mode(e->mode);
	out(" %3u %'12lu  ", e->links, e->bytes);
	out_time(e->modified);
	out_row("  %s%s", name, mark(e));
}

/* The entry's attributes, which its directory does not have. */
static void complete_entry(const char *directory, struct entry *e)
{
	char path[FILE_PATH_MAX + 1];

	if (format(path, sizeof(path), "%s/%s", directory, e->name) < (int)sizeof(path))
		stream_stat_link(path, e);
}

static struct shown_name shown(const void *context, u32 i)
{
	const struct entry *e = ((const struct listing *)context)->entry[i];

	return (struct shown_name){e->name, mark(e)};
}

static int list(const char *path, bool with_details, bool with_title)
{
	struct entry e = {0};
	const struct listing *l;
	enum microk_status status = stream_stat(path, &e);

	if (status == OK && e.kind != KIND_DIRECTORY) {
		if (with_details)
			show_long(&e, path);
		else
			out_row("%s", path);
		return EXIT_OK;
	}
	if (status == OK)
		status = listing_read(path, &l);
	if (status != OK)
		return stream_report("ls", path, status);
	if (with_title)
		out_row("%s:", path);
	for (u32 i = 0; i < l->count; i++) {
		if (with_details)
			complete_entry(path, l->entry[i]);
		if (with_details)
			show_long(l->entry[i], l->entry[i]->name);
	}
	if (!with_details)
		columns_show(l, l->count, shown, command_columns());
	if (l->cut)
		err_row("ls: %s: there are more entries; the first %u are shown", path, l->count);
	return l->cut ? EXIT_FAILED : EXIT_OK;
}

static int ls_run(const struct arguments *a)
{
	bool with_details = arguments_have(a, 'l');
	int exit = EXIT_OK;

	if (a->count == 0)
		return list(".", with_details, false);
	for (u32 i = 0; i < a->count; i++)
		exit = exit_worse(exit, list(a->word[i], with_details, a->count > 1));
	return exit;
}

const struct command command_ls = {
	.name = "ls",
	.usage = "ls [-l] [PATH...]",
	.summary = "List directories",
	.details = "-l also shows kind (d directory, l link, - file), permissions, names, bytes "
		   "and the time of the last change. Files in /proc are made "
		   "when they\n"
		   "are opened; before that they have no size.",
	.completes = COMPLETES_PATHS,
	.has_namesake = true,
	.accepts = {"l", 0, ARGUMENTS_MANY},
	.run = ls_run,
};
