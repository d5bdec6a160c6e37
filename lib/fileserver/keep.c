/* The server's data in its state area. */
#include "lib/fileserver/keep.h"
#include "lib/microk/util.h"

struct data {
	struct client clients[CLIENTS_MAX];
	struct description descriptions
		[]; /* after them, with plan->shares, struct shared; then the file systems' words */
};
struct shared {
	struct file_lock locks[LOCKS_MAX];
	struct met mets[METS_MAX];
};

static struct state state;
static const struct data *data; /* in it */
static const struct keep_partner *partner;
static u32 descriptions;
static bool shares;

static u32 count_of(const struct keep_plan *plan)
{
	return plan->descriptions ? plan->descriptions : DESCRIPTIONS_MAX;
}

static struct state_plan plan_of(const struct keep_plan *plan)
{
	u32 count = count_of(plan);

	return (struct state_plan){
		.version = plan->version,
		.log_words = KEEP_LOG_EACH * count,
		.first_slot = plan->first_slot,
		.slots = 0,
		.replies = KEEP_REPLIES_EACH * count,
		.reply_words = KEEP_REPLY_WORDS,
		.data_bytes = sizeof(struct data) + count * sizeof(struct description) +
			      (plan->shares ? sizeof(struct shared) : 0) + plan->fs_bytes};
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
	descriptions = count_of(plan);
	shares = plan->shares;
	return status;
}

const struct description *keep_descriptions(void)
{
	return data->descriptions;
}

const struct description *keep_description(u64 number)
{
	return number < descriptions ? &data->descriptions[number] : NULL;
}

u32 keep_description_count(void)
{
	return descriptions;
}

u32 keep_reply_count(void)
{
	return KEEP_REPLIES_EACH * descriptions;
}

const struct client *keep_clients(void)
{
	return data->clients;
}

static const struct shared *shared(void)
{
	return (const struct shared *)(data->descriptions + descriptions);
}

const struct file_lock *keep_locks(void)
{
	return shared()->locks;
}

const struct met *keep_mets(void)
{
	return shared()->mets;
}

u32 keep_lock_count(void)
{
	return shares ? LOCKS_MAX : 0;
}

u32 keep_met_count(void)
{
	return shares ? METS_MAX : 0;
}

void *keep_fs_words(void)
{
	return shares ? (void *)(shared() + 1) : (void *)shared();
}

void keep_begin(void)
{
	state_begin(&state);
}

enum microk_status keep_commit(void)
{
	struct state_vote vote;
	enum microk_status status;

	if (state_end_unchanged(&state)) /* as most requests leave it */
		return partner ? partner->commit(&(struct state_vote){0}) : OK;
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
