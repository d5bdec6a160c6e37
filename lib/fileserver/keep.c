/* The server's data in its state area. */
#include "lib/fileserver/keep.h"
#include "lib/microk/util.h"

#define LOG_WORDS 8192

struct data {
	struct description descriptions[DESCRIPTIONS_MAX];
	struct client clients[CLIENTS_MAX];
	u64 fs_words[];
};

static struct state state;
static const struct data *data; /* in it */
static const struct keep_partner *partner;

static struct state_plan plan_of(const struct keep_plan *plan)
{
	return (struct state_plan){
		.version = plan->version,
		.log_words = LOG_WORDS,
		.first_slot = plan->first_slot,
		.slots = 0,
		.replies = KEEP_REPLIES,
		.reply_words = KEEP_REPLY_WORDS,
		.data_bytes = sizeof(struct data) + plan->fs_bytes};
}

u64 keep_bytes(const struct keep_plan *plan)
{
	struct state_plan p = plan_of(plan);

	return state_bytes(&p);
}

static enum microk_status open_there(const struct keep_plan *plan)
{
	return state_open_decided(
		&state, plan->area, plan->area_bytes, plan->beside, plan->beside_bytes,
		plan->partner ? plan->partner->decided : NULL);
}

enum microk_status keep_open(const struct keep_plan *plan, bool *was_there)
{
	struct state_plan wanted = plan_of(plan);
	enum microk_status status = open_there(plan);

	*was_there = status == OK;
	if (status == ERR_NOT_FOUND) {
		status = state_create(&state, plan->area, plan->area_bytes, &wanted);
		if (status == OK)
			status = open_there(plan);
	} else if (status == OK) {
		struct state_plan is = state_plan(&state);
		if (is.version != wanted.version || is.data_bytes != wanted.data_bytes)
			status = ERR_STATE;
	}
	if (status == OK)
		data = state_data(&state);
	partner = plan->partner;
	return status;
}

const struct description *keep_descriptions(void)
{
	return data->descriptions;
}

const struct client *keep_clients(void)
{
	return data->clients;
}

void *keep_fs_words(void)
{
	return (void *)data->fs_words;
}

void keep_begin(void)
{
	state_begin(&state);
}

enum microk_status keep_commit(void)
{
	struct state_vote vote;
	enum microk_status status;

	if (!partner)
		return state_commit(&state);
	status = state_prepare(&state, &vote);
	if (status == OK)
		status = partner->commit(&vote);
	else
		partner->abort();
	if (status == OK)
		return state_commit(&state);
	state_abort(&state);
	return status;
}

void keep_abort(void)
{
	if (partner)
		partner->abort();
	state_abort(&state);
}

/* A refusal is remembered until the commit. */
void keep_write(const void *to, const void *from, u64 bytes)
{
	state_write(&state, to, from, bytes);
}

void keep_beside(const void *to, const void *from, u64 bytes)
{
	state_write_beside(&state, to, from, bytes);
}

struct state *keep_state(void)
{
	return &state;
}
