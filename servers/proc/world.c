/* The state area of the process server. */
#include "servers/proc/world.h"

/* A transaction of the largest kind ends a process: a word for each of its regions, threads and pieces, and the cause. */
#define LOG_WORDS 8192u

const struct world *world;
static struct state state;
void (*world_settled)(bool committed);

static const struct state_plan plan = {
	.version = 3, .log_words = LOG_WORDS, .data_bytes = sizeof(struct world)};

u64 world_bytes(void)
{
	return state_bytes(&plan);
}

enum microk_status world_open(void *area, u64 bytes, bool *was_there)
{
	enum microk_status status = state_open(&state, area, bytes);

	*was_there = status == OK;
	if (status == ERR_NOT_FOUND)
		status = state_create(&state, area, bytes, &plan);
	if (status == OK && state_plan(&state).version != plan.version)
		status = ERR_STATE;
	world = status == OK ? state_data(&state) : NULL;
	return status;
}

void world_begin(void)
{
	state_begin(&state);
}

enum microk_status world_commit(void)
{
	enum microk_status status = state_commit(&state);

	world_settled(status == OK);
	return status;
}

void world_abort(void)
{
	state_abort(&state);
	world_settled(false);
}

void world_answer(const struct thread *t, u32 label, u64 number, u64 result, u64 status)
{
	struct thread answered = *t;

	answered.answered = label;
	answered.number = number;
	answered.result = result;
	answered.status = status;
	world_write(t, &answered, sizeof(answered));
}

void world_write(const void *to, const void *from, u64 bytes)
{
	state_write(&state, to, from, bytes);
}
