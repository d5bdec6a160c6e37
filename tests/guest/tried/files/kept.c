/* The server's data in its state area. */
#include "lib/microk/startup.h"
#include "lib/microk/stub.h"
#include "lib/state/replies.h"
#include "lib/state/slots.h"
#include "tests/guest/tried/files/data.h"
#include "tests/guest/tried/files/keep.h"

static const struct state_plan plan = {
	.version = 1,
	.log_words = FILES_LOG_WORDS,
	.first_slot = 1,
	.slots = FILES_MOST,
	.replies = 8,
	.reply_words = 2,
	.data_bytes = sizeof(struct data)};

static struct state state;
const struct data *data;

enum microk_status keep_open(void)
{
	const struct startup_entry *area = grant_entry(FILES_GRANT_AREA);

	if (!area)
		return ERR_NOT_FOUND;
	enum microk_status status =
		state_open_or_create(&state, (void *)area->address, area->pages * PAGE_SIZE, &plan);
	if (status == OK)
		data = state_data(&state);
	return status;
}

void keep_begin(void)
{
	state_begin(&state);
}

/* A write that is refused is remembered until the commit. */
void keep_write(const void *to, const void *from, u64 bytes)
{
	state_write(&state, to, from, bytes);
}

enum microk_status keep_commit(void)
{
	return state_commit(&state);
}

void keep_abort(void)
{
	state_abort(&state);
}

static void name_reply(struct state_reply *reply, const struct kept_reply *r)
{
	reply->description = r->badge;
	reply->thread = stub_thread_of(r->number);
	reply->number = r->number;
}

enum microk_status keep_reply_find(struct kept_reply *r)
{
	struct state_reply found;
	enum microk_status status;

	name_reply(&found, r);
	status = state_reply_find(&state, &found);
	if (status != OK)
		return status;
	r->words[0] = found.words[0];
	r->words[1] = found.words[1];
	return OK;
}

void keep_reply(const struct kept_reply *r)
{
	struct state_reply reply;

	name_reply(&reply, r);
	reply.status = OK;
	reply.length = ARRAY_LEN(r->words);
	reply.words[0] = r->words[0];
	reply.words[1] = r->words[1];
	state_reply_keep(&state, &reply);
}

void keep_forget(u64 badge)
{
	state_reply_forget(&state, badge);
}

void keep_slot(cap_t slot, bool used)
{
	state_slot_note(&state, slot, (struct state_slot){.kind = used, .object = used ? slot : 0});
}

bool keep_slot_used(cap_t slot)
{
	return state_slot_find(&state, slot).kind != 0;
}
