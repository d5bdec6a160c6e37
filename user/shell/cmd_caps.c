/* caps: draws a process's capabilities, each below the one it was derived from. */
#include "lib/microk/print.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "user/shell/captable.h"
#include "user/shell/cmd_caps_tree.h"
#include "user/shell/command.h"
#include "user/shell/output.h"
#include "user/shell/process.h"
#include "user/shell/scratch.h"
#include "user/shell/stream.h"

#define DEPTH_SHOWN 12
#define TREE_COLUMNS 30

static struct cap_row *const rows = (struct cap_row *)shell_scratch;
_Static_assert(CAPTABLE_MAX * sizeof(*rows) <= SCRATCH_BYTES, "they fit");

/* Reads the table of process `id` into `rows`. *cut: there are more rows than fit here or in /proc. */
static enum microk_status read_table(u32 id, u32 *count, bool *cut)
{
	char path[32], line[160];
	struct stream s;

	format(path, sizeof(path), "/proc/%u/caps", id);
	enum microk_status status = stream_open(&s, path, 0);
	if (status != OK)
		return status;
	*count = 0;
	*cut = false;
	while (*count < CAPTABLE_MAX && stream_line(&s, line, sizeof(line))) {
		*count += captable_row(line, &rows[*count]);
		*cut = line[0] == '('; /* the line with which /proc ends a table that it cut */
	}
	*cut |= *count == CAPTABLE_MAX && stream_line(&s, line, sizeof(line));
	stream_close(&s);
	return OK;
}

/* The branches that lead to a row: "|  `- ". */
static u32 show_branches(const struct cap_row *r)
{
	const struct cap_row *path[DEPTH_SHOWN];
	u32 depth = 0;

	for (const struct cap_row *at = r; at->link.up != 0 && depth < DEPTH_SHOWN;
	     at = &rows[at->link.up - 1])
		path[depth++] = at;
	for (u32 i = depth; i-- > 0;) {
		/* cppcheck-suppress arrayIndexOutOfBoundsCond ; path[0..depth-1] are filled */
		bool more = path[i]->link.next_sibling != 0;
		if (i > 0)
			out_text(more ? "|  " : "   ");
		else
			out_text(more ? "|- " : "`- ");
	}
	return 3 * depth;
}

static void show_row(const struct cap_row *r)
{
	u32 used = show_branches(r);
	char what[32];
	int length = format(what, sizeof(what), "%u %s", r->slot, r->type);
	int gap = (int)(used + (u32)length) < TREE_COLUMNS ? TREE_COLUMNS - (int)used - length : 1;

	out("%s%*s%s  %-10s", what, gap, "", r->rights, r->object);
	bool endpoint = strcmp(r->type, "Endpoint") == 0;
	if (r->badge != 0 && (endpoint || strcmp(r->type, "Notification") == 0))
		out("  badge %lx", r->badge);
	if (strcmp(r->size, "0") != 0)
		out(endpoint ? "  %s messages" : "  size %s", r->size);
	if (strcmp(r->name, "-") != 0)
		out("  %s", r->name);
	out("\n");
}

/* All rows, parents before children: down, else along, else up and along. */
static void show_tree(u32 at)
{
	while (at != 0) {
		const struct cap_row *r = &rows[at - 1];
		show_row(r);
		if (r->link.first_child != 0) {
			at = r->link.first_child;
			continue;
		}
		while (r->link.next_sibling == 0 && r->link.up != 0)
			r = &rows[r->link.up - 1];
		at = r->link.next_sibling;
	}
}

static int show_table(u32 id, const char *word)
{
	u32 rows_read;
	bool cut;
	enum microk_status status = read_table(id, &rows_read, &cut);

	if (status != OK) {
		err_row("caps: process %u: %s", id, stream_error(status));
		return EXIT_FAILED;
	}
	out("%-*s%-13s  %-10s\n", TREE_COLUMNS, "SLOT AND TYPE", "RIGHTS", "OBJECT");
	show_tree(captable_link(rows, rows_read));
	if (cut)
		err_row("caps: there are more capabilities; the table ends at this one");
	out_row("%u capabilities of %s (process %u)", rows_read, word, id);
	return cut ? EXIT_FAILED : EXIT_OK;
}

/* Finds the process with that id or name. Without one it prints the reason and returns false. */
static bool find(const char *word, u32 *id)
{
	cap_t supervisor = command_grant("caps", "supervisor");

	if (supervisor == 0)
		return false;
	enum microk_status status = process_find(supervisor, word, id);
	if (status == ERR_NOT_FOUND)
		err_row("caps: there is no process \"%s\" (ps lists them)", word);
	else if (status != OK)
		err_row("caps: init did not list the processes: %s: %s", status_name(status),
			status_text(status));
	return status == OK;
}

static int caps_run(const struct arguments *a)
{
	bool tree = arguments_have(a, 't');
	const char *word = a->count == 1 ? a->word[0] : startup->program;
	u32 id = 0;

	if ((!tree || a->count == 1) && !find(word, &id))
		return EXIT_FAILED;
	return tree ? caps_tree(id) : show_table(id, word);
}

const struct command command_caps = {
	.name = "caps",
	.usage = "caps [-t] [ID | NAME]",
	.summary = "Draw a process's capabilities (default: this shell's)",
	.details =
		"Rights: r read or receive, w write or call, g grant, x execute; then the "
		"protocol's own,\n"
		"by number. A capability stands below the one it was derived from. An Endpoint's\n"
		"row has the number of messages it has delivered. -t draws the tree across all\n"
		"processes; with a process, only its capabilities and their ancestors.",
	.accepts = {"t", 0, 1},
	.run = caps_run,
};
