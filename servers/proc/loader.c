#include "servers/proc/loader.h"
#include "gen/lib/microk/methods.h"
#include "gen/protocols/process_server.h"
#include "lib/microk/slots.h"
#include "lib/microk/string.h"
#include "servers/proc/pages.h"
#include "servers/proc/pieces.h"
#include "servers/proc/process.h"
#include "servers/proc/programs.h"
#include "servers/proc/regions.h"
#include "servers/proc/resting.h"
#include "servers/proc/stack.h"
#include "servers/proc/thread.h"
#include "servers/proc/waits.h"

#define LOADS 8u        /* that wait for their turn, and the one whose turn it is */
#define BASE 0x400000ul /* of a position-independent program */

/* The first is under way. */
static struct load {
	struct loading what;
	cap_t reply;
	bool cancelled;
	const struct program *program; /* NULL: not known yet, or there are too many */
} loads[LOADS];
static u32 load_count;

static void answer_start(cap_t reply, enum microk_status status, const char *defect)
{
	struct process_start_result result = {0};

	string_copy(result.defect, sizeof(result.defect), defect);
	process_start_reply(reply, status, &result);
}

static void answer_spawn(cap_t reply, enum microk_status status, const char *defect, u32 number)
{
	struct process_spawn_result result = {.number = number};

	string_copy(result.defect, sizeof(result.defect), defect);
	process_spawn_reply(reply, status, &result);
}

static void answer_exec(cap_t reply, enum microk_status status, const char *defect)
{
	struct process_exec_result result = {0};

	string_copy(result.defect, sizeof(result.defect), defect);
	process_exec_reply(reply, status, &result);
}

static void answer(struct load *l, enum microk_status status, const char *defect, u32 number)
{
	const char *why = defect ? defect : "";

	switch (l->what.kind) {
	case LOAD_START: answer_start(l->reply, status, why); break;
	case LOAD_SPAWN: answer_spawn(l->reply, status, why, number); break;
	case LOAD_EXEC:
		if (status != OK || defect) /* else the caller is gone */
			answer_exec(l->reply, status, why);
		break;
	}
	waits_reply_back(l->reply);
	if (l->what.file)
		slot_drop(l->what.file);
}

/* Ends the transaction. */
static enum microk_status settle(enum microk_status status)
{
	if (status == OK)
		return world_commit();
	world_abort();
	pieces_recount();
	regions_forget();
	return status;
}

/* Begins the load whose turn it is. */
static void begin(void)
{
	const struct process *p;

	if (!load_count)
		return;
	p = loads[0].what.process;
	world_begin();
	WORLD_PUT(p->use, PROCESS_LOADING);
	world_commit();
	reader.file = loads[0].what.file;
	reader_go(READER_IDENTIFY);
}

/* A process that cannot be loaded is as before; a child, or another program, has never been. */
static void undo(const struct load *l)
{
	const struct process *p = l->what.process;

	if (l->what.kind != LOAD_START) {
		process_unmake(p);
		return;
	}
	world_begin();
	settle(process_empty(p));
	if (l->cancelled)
		process_end(p, PROCESS_SIGNALLED, PROCESS_SIGKILL, "");
}

/* The load under way is done. */
static void finish(enum microk_status status, const char *defect)
{
	struct load l = loads[0];
	const struct process *p = l.what.process;
	u32 number = p->number;
	bool runs = status == OK && !defect && !l.cancelled;

	if (l.cancelled && l.what.kind != LOAD_START)
		status = ERR_GONE;
	reader.phase = READER_IDLE;
	memmove(loads, loads + 1, --load_count * sizeof(loads[0]));
	if (runs && l.program && program_hold(l.program, l.what.file)) {
		slot_free(l.what.file);
		l.what.file = 0;
	}
	if (!runs && l.program && !l.program->ready)
		program_drop(l.program);
	if (runs && p->replaces)
		process_replaced(p);
	answer(&l, status, defect, number);
	if (runs)
		thread_run(p);
	else
		undo(&l);
	begin();
}

/* The regions as the reader needs them. */
static enum microk_status list_runs(const struct process *p)
{
	reader.run_count = 0;
	for (u32 n = p->regions; n; n = world->regions[n - 1].next) {
		const struct region *r = &world->regions[n - 1];

		if (reader.run_count == READER_RUNS)
			return ERR_LIMIT;
		reader.runs[reader.run_count++] =
			(struct reader_run){r->start, r->pages, r->rights, r->chunk};
	}
	return OK;
}

static enum microk_status make_memory(const struct process *p, const struct image *image)
{
	enum microk_status status = OK;

	for (u32 i = 0; i < image->count && status == OK; i++) {
		const struct image_part *part = &image->parts[i];
		u64 start = ALIGN_DOWN(part->address, PAGE_SIZE);
		u64 end = ALIGN_UP(part->address + part->memory_bytes, PAGE_SIZE);

		status = regions_add(p, start, (end - start) / PAGE_SIZE,
				     RIGHT_READ | (part->write ? RIGHT_WRITE : 0) |
					     (part->exec ? RIGHT_EXEC : 0));
	}
	return status;
}

/* Memory for the program's pages, or for the process's own. */
static enum microk_status make_target(const struct image *image)
{
	const struct load *l = &loads[0];
	enum microk_status status = OK;

	reader.process = l->program ? program_pages(l->program) : NULL;
	if (reader.process) {
		world_begin();
		status = settle(make_memory(reader.process, image));
	}
	if (reader.process && status == OK)
		return OK;
	if (reader.process)
		program_drop_pages(l->program);
	reader.process = l->what.process;
	do {
		world_begin();
		status = reader.process->rests ? resting_strip(reader.process) : OK;
		if (status == OK)
			status = make_memory(reader.process, image);
		status = settle(status);
	} while (programs_give_way(status));
	return status;
}

static void head_done(void)
{
	const char *defect = NULL;
	enum microk_status status = reader.status;

	if (status == OK)
		defect = image_read(
			reader.data, reader.head_bytes, reader.file_bytes, BASE, &reader.image);
	if (status != OK || defect || loads[0].cancelled) {
		finish(status, defect);
		return;
	}
	status = make_target(&reader.image);
	if (status == OK)
		status = list_runs(reader.process);
	if (status == OK)
		reader_go(READER_FILL);
	else
		finish(status, NULL);
}

/* Before its first instruction the process has the mask that it inherits. */
static enum microk_status set_control(const struct process *p, const struct loading *l)
{
	const struct process_control begins = {.mask = l->mask, .ignored = l->ignored};

	return poke(p, PROCESS_CONTROL_OF(0), &begins, sizeof(begins));
}

/* The child's number is its parent's answer, from this transaction on. */
static void record_answer(const struct process *p)
{
	const struct thread *t = &world->threads[p->spawner - 1];

	if (t->used && world->processes[t->process].number == p->parent) {
		world_answer(t, PROCESS_LABEL_SPAWN, p->spawner_request, p->number, OK);
	}
	WORLD_PUT(p->spawner, 0);
}

static enum microk_status try_complete(const struct image *image)
{
	const struct loading *l = &loads[0].what;
	const struct process *p = l->process;
	enum microk_status status;
	u64 stack = 0;

	world_begin();
	status = stack_build(p, image, l->arguments, l->variables, &stack);
	if (status == OK)
		status = thread_make(p, 0);
	if (status == OK)
		status = set_control(p, l);
	if (status == OK && l->kind == LOAD_SPAWN)
		record_answer(p);
	if (status == OK && l->kind == LOAD_EXEC)
		process_replace(p);
	if (loads[0].program)
		program_run(loads[0].program, p);
	WORLD_PUT(p->entry, image->entry);
	WORLD_PUT(p->stack, stack);
	WORLD_PUT(p->use, PROCESS_RUNS);
	return settle(status);
}

/* The program's pages are in the process, which is ready to run. */
static void complete(const struct image *image)
{
	enum microk_status status;

	do
		status = try_complete(image);
	while (programs_give_way(status));
	finish(status, NULL);
}

/* There is no memory for the program's pages and the process: its pages will be its own. */
static void load_apart(void)
{
	struct program_key key = reader.key;

	key.version = 0;
	loads[0].program = program_make(&key);
	reader_go(READER_HEAD);
}

static void use_program(const struct program *g)
{
	const struct process *p = loads[0].what.process;
	enum microk_status status;

	do {
		world_begin();
		status = settle(program_give_memory(g, p));
	} while (programs_give_way(status) && g->ready);
	if (!g->ready) {
		load_apart();
		return;
	}
	if (status == OK)
		status = program_give_pages(g, p);
	if (status == OK)
		complete(&g->image);
	else
		finish(status, NULL);
}

/* Two files of different servers can have the same numbers. */
static enum microk_status find_server(struct program_key *key)
{
	struct cnode_describe_result file;
	enum microk_status status = cnode_describe(SLOT_CNODE, reader.file, &file);

	key->server = status == OK ? file.object_identity : 0;
	return status;
}

static void identified(void)
{
	struct load *l = &loads[0];
	enum microk_status status = reader.status == OK ? find_server(&reader.key) : reader.status;

	if (status != OK || l->cancelled) {
		finish(status, NULL);
		return;
	}
	l->program = program_find(&reader.key);
	if (l->program) {
		use_program(l->program);
		return;
	}
	l->program = program_make(&reader.key);
	reader_go(READER_HEAD);
}

static void filled(void)
{
	const struct program *g = loads[0].program;

	if (reader.status != OK || loads[0].cancelled) {
		finish(reader.status, NULL);
		return;
	}
	if (!g || reader.process != program_pages(g)) {
		complete(&reader.image);
		return;
	}
	world_begin();
	program_ready(g, &reader.image);
	settle(OK);
	use_program(g);
}

void loader_work(void)
{
	switch (__atomic_load_n(&reader.phase, __ATOMIC_ACQUIRE)) {
	case READER_IDENTIFIED: identified(); break;
	case READER_HEAD_DONE: head_done(); break;
	case READER_FILLED: filled(); break;
	default: break;
	}
}

enum microk_status loader_take(struct request *r, const struct loading *what)
{
	if (load_count == LOADS)
		return ERR_NO_SPACE;
	for (u32 i = 0; i < load_count; i++)
		if (loads[i].what.process == what->process)
			return ERR_STATE;
	cap_t reply = waits_reply();
	if (!reply)
		return ERR_NO_SPACE;
	enum microk_status status = request_defer(r, reply);
	if (status != OK) {
		waits_reply_back(reply);
		return status;
	}
	loads[load_count++] = (struct load){.what = *what, .reply = reply};
	if (load_count == 1)
		begin();
	return STATUS_DEFERRED;
}

enum microk_status loader_adopt(struct request *r, const struct thread *t)
{
	for (u32 i = 0; i < load_count; i++)
		if (loads[i].what.process->spawner == thread_index(t) + 1)
			return request_defer(r, loads[i].reply) == OK
				       ? STATUS_DEFERRED
				       : ERR_NO_SPACE;
	return ERR_NOT_FOUND;
}

bool loader_cancel(const struct process *p)
{
	for (u32 i = 0; i < load_count; i++) {
		if (loads[i].what.process != p)
			continue;
		loads[i].cancelled = true;
		return true;
	}
	return false;
}

enum microk_status loader_open(cap_t bell)
{
	return reader_open(bell);
}
