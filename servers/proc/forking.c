#include "servers/proc/forking.h"
#include "gen/lib/microk/methods.h"
#include "gen/protocols/process_protocol.h"
#include "lib/microk/registers.h"
#include "servers/proc/pages.h"
#include "servers/proc/pieces.h"
#include "servers/proc/process.h"
#include "servers/proc/programs.h"
#include "servers/proc/regions.h"
#include "servers/proc/thread.h"

/* The threads' buffers, and the startup page, are each process's own. */
static bool is_common(const struct region *r)
{
	return r->start < PROCESS_STACK_TOP;
}

/* ---- Memory ---- */

static enum microk_status inherit_regions(const struct process *child, const struct process *p)
{
	enum microk_status status = OK;

	for (const struct region *r = region_first(p); r && status == OK; r = region_next(r))
		if (is_common(r))
			status = regions_inherit(child, r);
	return status;
}

/* The child gets a capability of each page in one window, and neither may write. */
static enum microk_status share_run(const struct process *child, const struct process *p,
				    const struct region *r, u64 address, u64 count)
{
	struct page_place from = page_place(p, address), to = page_place(child, address);
	struct cnode_copy_slots_result copied = {0};
	struct space_map_frames_result mapped = {0};
	enum microk_status status = cnode_copy_slots(
		to.cnode,
		&(struct cnode_copy_slots){
			.index = to.index,
			.source_cnode = from.cnode,
			.source_index = from.index,
			.count = count,
			.rights = RIGHT_READ | RIGHT_EXEC},
		&copied);

	if (status == OK && r->rights)
		status = space_map_frames(
			process_own(child, OWN_SPACE),
			&(struct space_map_frames){
				.cnode = to.cnode,
				.index = to.index,
				.count = count,
				.address = address,
				.rights = r->rights & ~(u64)RIGHT_WRITE,
				.attributes = MAP_SPARSE},
			&mapped);
	if (status == OK && (copied.done < count || (r->rights && mapped.done < count)))
		status = ERR_STATE;
	if (status == OK && r->rights & RIGHT_WRITE)
		status = space_protect_frames(
			process_own(p, OWN_SPACE),
			&(struct space_protect_frames){
				.cnode = from.cnode,
				.index = from.index,
				.count = count,
				.rights = RIGHT_READ},
			NULL);
	return status;
}

/* Memory without a chunk has the program's pages, if any, also when it has no rights now. */
static bool may_have_pages(const struct process *p, const struct region *r)
{
	return is_common(r) && (r->chunk || r->rights || region_is_of_program(p, r->start));
}

static enum microk_status share_pages(const struct process *child, const struct process *p)
{
	enum microk_status status = OK;

	for (const struct region *r = region_first(p); r && status == OK; r = region_next(r)) {
		u64 address = r->start, left = may_have_pages(p, r) ? r->pages : 0;

		while (left && status == OK) {
			u64 count = MIN(left, page_place(p, address).run);
			status = share_run(child, p, r, address, count);
			address += count * PAGE_SIZE;
			left -= count;
		}
	}
	return status;
}

/* A whole page of the child's own, as the parent has it. */
static enum microk_status copy_page(const struct process *child, const struct process *p,
				    u64 address)
{
	struct page_place from = page_place(p, address), to = page_place(child, address);

	return cnode_copy_bytes(
		to.cnode,
		&(struct cnode_copy_bytes){
			.index = to.index,
			.source_cnode = from.cnode,
			.source_index = from.index,
			.bytes = PAGE_SIZE});
}

/* ---- Its own parts ---- */

static enum microk_status set_page(const struct process *child, const struct process *p)
{
	static struct process_page page, own;
	enum microk_status status = peek(p, PROCESS_PAGE, &page, sizeof(page));

	if (status == OK)
		status = peek(child, PROCESS_PAGE, &own, sizeof(own));
	page.startup.instance = own.startup.instance;
	page.process = own.process;
	page.parent = own.parent;
	page.number = own.number;
	page.pending = 0;
	return status == OK ? poke(child, PROCESS_PAGE, &page, sizeof(page)) : status;
}

/* The calling thread's buffer, and the first one's, which has the whole process's part of struct process_control. */
static enum microk_status set_buffers(const struct process *child, const struct process *p,
				      u32 place)
{
	const u64 none = 0;
	enum microk_status status = copy_page(child, p, PROCESS_BUFFER(place));

	if (status == OK && place)
		status = copy_page(child, p, PROCESS_BUFFER(0));
	return status == OK
		       ? poke(child,
			      PROCESS_CONTROL_OF(place) + offsetof(struct process_control, pending),
			      &none, sizeof(none))
		       : status;
}

static enum microk_status set_slots(const struct process *child, const struct process *p)
{
	struct cnode_copy_slots_result all = {0};
	u64 count = PROCESS_SLOTS - PROCESS_SLOT_GRANTS;
	enum microk_status status = cnode_copy_slots(
		process_own(child, OWN_CSPACE),
		&(struct cnode_copy_slots){
			.index = PROCESS_SLOT_GRANTS,
			.source_cnode = process_own(p, OWN_CSPACE),
			.source_index = PROCESS_SLOT_GRANTS,
			.count = count,
			.rights = RIGHT_ALL},
		&all);

	return status == OK && all.done < count ? ERR_STATE : status;
}

/* After the same request, with the answer 0: one word. */
static enum microk_status set_registers(cap_t own, cap_t its)
{
	struct general_registers g;
	static struct fpu_registers fpu;
	enum microk_status status = general_read(its, &g);

	if (status == OK)
		status = fpu_read(its, &fpu);
	g.rax = TAG(OK, 1);
	g.rdi = g.rsi = g.rdx = g.r8 = g.r9 = g.r10 = g.rbx = g.r12 = g.r13 = 0;
	if (status == OK)
		status = general_write(own, &g);
	return status == OK ? fpu_write(own, &fpu) : status;
}

/* ---- All of it ---- */

/* In a transaction: its record, memory and thread. */
static enum microk_status make(const struct process *p, const struct thread *t,
			       const struct process **out)
{
	enum microk_status status = process_make(&(struct process_origin){.parent = p}, out);
	const struct process *child = *out;

	if (status != OK)
		return status;
	WORLD_PUT(child->spawner, thread_index(t) + 1);
	world_write(child->name, p->name, sizeof(child->name));
	WORLD_PUT(child->stack, p->stack); /* for /proc: the arguments are there */
	WORLD_PUT(child->shares, SHARES_FROM | (p->shares & SHARES_PROGRAM));
	WORLD_PUT(child->program, p->program);
	WORLD_PUT(p->shares, p->shares | SHARES_TO);
	status = inherit_regions(child, p);
	if (status == OK && t->place)
		status = thread_make_buffer(child, 0);
	return status == OK ? thread_make(child, t->place) : status;
}

static enum microk_status furnish(const struct process *child, const struct process *p,
				  const struct thread *t)
{
	enum microk_status status = share_pages(child, p);

	if (status == OK)
		status = set_page(child, p);
	if (status == OK)
		status = set_buffers(child, p, t->place);
	if (status == OK)
		status = set_slots(child, p);
	return status == OK ? set_registers(thread_cap(thread_at(child, t->place)), thread_cap(t))
			    : status;
}

enum microk_status forking_make(const struct request *r, const struct process *p,
				const struct thread *t, u32 *number)
{
	const struct process *child;

	enum microk_status status;
	do {
		world_begin();
		status = make(p, t, &child);
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
	status = furnish(child, p, t);
	if (status != OK) {
		process_unmake(child);
		return status;
	}
	*number = child->number;
	world_begin();
	WORLD_PUT(child->spawner, 0);
	WORLD_PUT(child->use, PROCESS_RUNS);
	world_answer(t, PROCESS_LABEL_FORK, r->number, child->number, OK);
	status = world_commit();
	thread_resume(thread_cap(thread_at(child, t->place)));
	return status;
}
