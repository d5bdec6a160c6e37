/*
 * caps -t: draws the tree that revoke follows: the capabilities that each process gave to others, from the roots on.
 *
 * Weighed: seL4 keeps its derivation tree as an order within tables and cannot show it. This kernel reports for each
 * slot the slot it was derived from, and init asks for every CSpace. So the tree drawn is the kernel's own.
 */
#include "user/shell/cmd_caps_tree.h"
#include "protocols/inspect_caps.h"
#include "microk/cap.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"
#include "user/shell/captree.h"
#include "user/shell/command.h"
#include "user/shell/output.h"
#include "user/shell/scratch.h"
#include "user/shell/process.h"

#define DEPTH_SHOWN 12
#define LINES_SHOWN 2000
#define PROCESSES_MAX 64

static struct tree_cap *const caps = (struct tree_cap *)shell_scratch;
_Static_assert(TREE_MAX * sizeof(*caps) <= SCRATCH_BYTES, "they fit");

static struct {
	u32 id;
	char name[INSPECT_INFO_NAME_MAX + 1];
} processes[PROCESSES_MAX];
static u32 process_count;

static const char *process_name(u32 id)
{
	for (u32 i = 0; i < process_count; i++)
		if (processes[i].id == id)
			return processes[i].name;
	return "?";
}

/* ---- Reading ---- */

static enum microk_status read_process(cap_t supervisor, u32 id, u32 *count)
{
	struct inspect_cap_args from = {.id = id, .slot = 0};
	struct inspect_cap_result c;

	while (*count < TREE_MAX) {
		enum microk_status status = inspect_next_cap(supervisor, &from, &c);
		if (status != OK) /* after its last capability, or the process has ended */
			return status == ERR_NOT_FOUND ? OK : status;
		struct tree_cap *to = &caps[(*count)++];
		*to = (struct tree_cap){
			.badge = c.badge,
			.object = c.object,
			.size = c.size,
			.link.self = c.self,
			.link.parent = c.parent,
			.process = id,
			.slot = c.at,
			.rights = c.rights,
			.type = c.type,
		};
		string_copy(to->name, sizeof(to->name), c.name);
	}
	return OK;
}

static enum microk_status read_all(cap_t supervisor, u32 *count)
{
	enum microk_status status = OK;
	struct inspect_next_result next = {.id = 0};
	struct inspect_info_result info;

	*count = 0;
	for (process_count = 0; process_count < PROCESSES_MAX; process_count++) {
		status = inspect_next(supervisor, next.id, &next);
		if (status != OK)
			break;
		processes[process_count].id = next.id;
		bool known = inspect_info(supervisor, next.id, &info) == OK;
		string_copy(
			processes[process_count].name, sizeof(info.name), known ? info.name : "");
		status = read_process(supervisor, next.id, count);
		if (status != OK)
			break;
	}
	return status == ERR_NOT_FOUND ? OK : status;
}

/* ---- Showing ---- */

/* Draws the branches that lead to a capability; `more`: siblings follow it. */
static void show_branches(const struct tree_cap *c, bool more)
{
	u32 path[DEPTH_SHOWN], depth = 0, run;

	for (u32 at = c->link.up; at != 0 && depth < DEPTH_SHOWN; at = caps[at - 1].link.up)
		path[depth++] = at;
	if (depth == 0)
		return;
	/* The outermost is at the margin: it has no branch of its own. */
	for (u32 i = depth - 1; i-- > 0;)
		out_text(captree_next(caps, path[i], &run) != 0 ? "│  " : "   ");
	out_text(more ? "├─ " : "└─ ");
}

/* "rw", or "w+02": the kernel's rights, then an Endpoint's protocol rights by number. */
static void show_rights(const struct tree_cap *c)
{
	static const char kernel[] = "rwgx";
	u32 protocol = c->type == CAP_ENDPOINT ? c->rights >> RIGHT_PROT_SHIFT & 0xff : 0;

	out_text(" ");
	if ((c->rights & RIGHT_ALL) == RIGHT_ALL) {
		out_text("all");
		return;
	}
	for (u32 i = 0; i < 4; i++)
		if (c->rights >> i & 1)
			out_bytes(&kernel[i], 1);
	if (protocol != 0)
		out_text("+");
	for (u32 i = 0; i < 8; i++)
		if (protocol >> i & 1)
			out("%u", i);
}

/* Whether this is the capability that the object was made with. Messages are counted for the Endpoint and not for its
 * senders, so they are shown once, there. */
static bool is_first(const struct tree_cap *c)
{
	return c->link.up == 0 || caps[c->link.up - 1].type != c->type;
}

static void show_details(const struct tree_cap *c)
{
	switch (c->type) {
	case CAP_UNTYPED:
	case CAP_FRAME: out("  %'lu KiB", c->size * (PAGE_SIZE / 1024)); break;
	case CAP_CNODE: out("  %lu slots", c->size); break;
	case CAP_IRQ:
	case CAP_IOPORT:
	case CAP_IOSPACE: out("  0x%lx..0x%lx", c->object, c->object + c->size - 1); break;
	case CAP_NOTIFICATION:
	case CAP_ENDPOINT:
		if (c->badge != 0)
			out("  badge %lx", c->badge);
		if (c->type == CAP_ENDPOINT && is_first(c))
			out("  %'lu messages", c->size);
		break;
	default: break;
	}
}

static void show_cap(const struct tree_cap *c, u32 run, bool more)
{
	show_branches(c, more);
	if (run > 1)
		out("%s %u: %u × %s", process_name(c->process), c->slot, run,
		    cap_type_name(c->type));
	else
		out("%s %u: %s", process_name(c->process), c->slot, cap_type_name(c->type));
	show_rights(c);
	if (run == 1)
		show_details(c);
	if (c->name[0] != '\0')
		out("  %s", c->name);
	out("\n");
}

/* Shows parents before children: down, else along, else up and along. Returns whether `lines` were enough. */
static bool show_tree(u32 root, u32 lines)
{
	u32 at = captree_shown(caps, root), run;

	while (at != 0) {
		const struct tree_cap *c = &caps[at - 1];
		u32 next = captree_next(caps, at, &run),
		    child = captree_shown(caps, c->link.first_child);
		if (lines-- == 0)
			return false;
		show_cap(c, run, next != 0);
		while (child == 0 && next == 0 && c->link.up != 0) {
			next = captree_next(caps, c->link.up, &run);
			c = &caps[c->link.up - 1];
		}
		at = child != 0 ? child : next;
	}
	return true;
}

int caps_tree(u32 process)
{
	cap_t supervisor = command_grant("caps", "supervisor");
	u32 count;

	if (supervisor == 0)
		return EXIT_FAILED;
	enum microk_status status = read_all(supervisor, &count);
	if (status != OK) {
		err_row("caps: init did not list the capabilities: %s: %s", status_name(status),
			status_text(status));
		return EXIT_FAILED;
	}
	u32 root = captree_link(caps, count), own = captree_show(caps, count, process);
	if (!show_tree(root, LINES_SHOWN))
		err_row("caps: the tree has more lines; caps -t NAME shows one process's part");
	if (count == TREE_MAX)
		err_row("caps: there are more than %'u capabilities; the others are left out",
			count);
	if (process == 0)
		out("%'u capabilities of %u processes\n", count, process_count);
	else
		out("%u capabilities of %s, and their ancestors\n", own, process_name(process));
	return EXIT_OK;
}
