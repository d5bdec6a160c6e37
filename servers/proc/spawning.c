#include "servers/proc/spawning.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"
#include "servers/proc/loader.h"
#include "servers/proc/pages.h"
#include "servers/proc/pieces.h"
#include "servers/proc/process.h"
#include "servers/proc/programs.h"
#include "servers/proc/regions.h"
#include "servers/proc/stack.h"

#define STRINGS (PROCESS_STACK_TOP - PROCESS_ARGUMENTS)

/* One is built at a time. */
static struct process_plan plan;
static struct process_page page;

static enum microk_status peek_all(const struct process *p, u64 at, void *to, u64 bytes)
{
	enum microk_status status = OK;

	if (at + bytes < at)
		return ERR_RANGE;
	for (u64 part; bytes && status == OK; bytes -= part, at += part) {
		part = MIN(bytes, PAGE_SIZE - at % PAGE_SIZE);
		status = peek(p, at, to, part);
		to = (u8 *)to + part;
	}
	return status;
}

static enum microk_status read_plan(const struct spawning *s)
{
	enum microk_status status = peek_all(s->process, s->plan, &plan, sizeof(plan));

	if (status != OK)
		return status;
	if (plan.count > PROCESS_FILES || plan.string_bytes > PROCESS_ARGUMENTS ||
	    plan.directory[sizeof(plan.directory) - 1] || plan.name[sizeof(plan.name) - 1] ||
	    plan.flags & ~(PROCESS_PLAN_GROUP | PROCESS_PLAN_SESSION))
		return ERR_ARG;
	return OK;
}

/* ---- Capabilities ---- */

static enum microk_status add_grant(const struct spawning *s, const struct process *p,
				    const struct startup_entry *from)
{
	struct startup *to = &page.startup;
	u32 slot = PROCESS_SLOT_GRANTS + to->count;

	if (to->count == STARTUP_MAX || slot >= PROCESS_SLOTS - PROCESS_SLOTS_LEFT)
		return ERR_LIMIT;
	if (from->slot < PROCESS_SLOT_GRANTS || from->slot >= PROCESS_SLOTS)
		return ERR_ARG;
	to->entries[to->count] = *from;
	to->entries[to->count++].slot = slot;
	to->free_slots = MAX(slot + 1, (u32)PROCESS_SLOT_FREE);
	return cnode_copy(
		process_own(p, OWN_CSPACE),
		&(struct cnode_copy){.index = slot,
				     .source_cnode = process_own(s->process, OWN_CSPACE),
				     .source_index = from->slot,
				     .rights = RIGHT_ALL});
}

static enum microk_status add_files(const struct spawning *s, const struct process *p)
{
	enum microk_status status = OK;

	for (u32 i = 0; i < plan.count && status == OK; i++) {
		const struct process_file *f = &plan.files[i];
		struct startup_entry entry = {
			.slot = f->slot, .pages = f->kind + 1, .address = f->flags};

		format(entry.name, sizeof(entry.name), "%u", f->descriptor);
		status = add_grant(s, p, &entry);
	}
	return status;
}

static bool is_descriptor(const struct startup_entry *e)
{
	return e->name[0] >= '0' && e->name[0] <= '9';
}

/* The caller's directories and further grants, but no descriptors, as its page has them: the page is the server's. */
static enum microk_status add_namespace(const struct spawning *s, const struct process *p)
{
	const u64 entries = PROCESS_PAGE + offsetof(struct startup, entries);
	u32 count;
	enum microk_status status = peek(
		s->process, PROCESS_PAGE + offsetof(struct startup, count), &count, sizeof(count));

	for (u32 i = 0; i < MIN(count, (u32)STARTUP_MAX) && status == OK; i++) {
		struct startup_entry entry;

		status = peek(s->process, entries + i * sizeof(entry), &entry, sizeof(entry));
		if (status == OK && entry.slot && !is_descriptor(&entry))
			status = add_grant(s, p, &entry);
	}
	return status;
}

/* ---- Memory ---- */

static enum microk_status copy_strings(const struct spawning *s, const struct process *p)
{
	static u8 piece[PAGE_SIZE];
	enum microk_status status = OK;

	for (u64 done = 0, part; done < plan.string_bytes && status == OK; done += part) {
		part = MIN(plan.string_bytes - done, PAGE_SIZE); /* STRINGS begins with a page */
		status = peek_all(s->process, plan.strings + done, piece, part);
		if (status == OK)
			status = poke(p, STRINGS + done, piece, part);
	}
	return status;
}

/* The page as process_make left it, with what this process has of its own. */
static enum microk_status fill_page(const struct spawning *s, const struct process *p)
{
	enum microk_status status = peek(p, PROCESS_PAGE, &page, sizeof(page));

	string_copy(page.startup.arguments, sizeof(page.startup.arguments), plan.directory);
	page.umask = plan.umask & 0777;
	page.mask = plan.mask & ~PROCESS_SURE;
	page.ignored = plan.ignored & ~PROCESS_SURE;
	if (s->replaces)
		page.process = s->process->number;
	if (status == OK)
		status = add_namespace(s, p);
	if (status == OK)
		status = add_files(s, p);
	return status == OK ? poke(p, PROCESS_PAGE, &page, sizeof(page)) : status;
}

/* ---- All of it ---- */

static u32 group_of(const struct process *p, bool *fits)
{
	*fits = true;
	if (plan.flags & PROCESS_PLAN_SESSION || plan.group == 0)
		return p->number;
	for (const struct process *q = world->processes; q < world->processes + PROCESSES; q++)
		if (q->use == PROCESS_RUNS && q->group == plan.group && q->session == p->session)
			return plan.group;
	*fits = false;
	return 0;
}

static enum microk_status make(struct request *r, const struct spawning *s,
			       const struct process **out)
{
	bool fits;
	enum microk_status status = process_make(
		&(struct process_origin){
			.parent = s->process, .replaces = s->replaces, .name = plan.name},
		out);
	const struct process *p = *out;

	if (status != OK)
		return status;
	WORLD_PUT(p->spawner, thread_index(s->thread) + 1);
	WORLD_PUT(p->spawner_request, r->number);
	world_write(p->name, plan.name, sizeof(p->name));
	if (!s->replaces && plan.flags) {
		WORLD_PUT(p->group, group_of(p, &fits));
		if (!fits)
			return ERR_DENIED;
	}
	if (!s->replaces && plan.flags & PROCESS_PLAN_SESSION) {
		WORLD_PUT(p->session, p->number);
		WORLD_PUT(p->foreground, p->number);
	}
	return stack_make_arguments(p);
}

enum microk_status spawning_take(struct request *r, const struct spawning *s)
{
	const struct process *p;
	enum microk_status status = read_plan(s);

	if (status != OK)
		return status;
	do {
		world_begin();
		status = make(r, s, &p);
		if (status == OK)
			status = world_commit();
		else
			world_abort();
		if (status != OK) {
			pieces_recount();
			regions_forget();
		}
	} while (programs_give_way(status));
	if (status != OK)
		return status;
	status = fill_page(s, p);
	if (status == OK)
		status = copy_strings(s, p);
	if (status == OK)
		status = loader_take(
			r, &(struct loading){
				   .process = p,
				   .arguments = plan.arguments,
				   .variables = plan.variables,
				   .mask = page.mask,
				   .ignored = page.ignored,
				   .kind = s->replaces ? LOAD_EXEC : LOAD_SPAWN,
				   .file = s->file});
	if (status != STATUS_DEFERRED)
		process_unmake(p);
	return status;
}
