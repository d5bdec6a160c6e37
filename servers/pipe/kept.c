#include "servers/pipe/kept.h"
#include "lib/microk/startup.h"

#define VERSION 2
#define LOG_WORDS 1024

const struct kept *kept;
struct stores *stores;
cap_t stores_frame;
u32 kept_channels;

struct state kept_state;

static const struct state_plan plan = {
	.version = VERSION,
	.log_words = LOG_WORDS,
	.first_slot = SLOT_TOTAL,
	.data_bytes = sizeof(struct kept)};

enum microk_status kept_open(void)
{
	const struct startup_entry *area = grant_entry("state"), *bytes = grant_entry("bytes");

	if (!area || !area->address || !bytes || !bytes->address)
		return ERR_NOT_FOUND;
	u64 room = (u64)bytes->pages * PAGE_SIZE;
	if (room < STORES_LEAST)
		return ERR_MEMORY;
	enum microk_status status = state_open_or_create(
		&kept_state, (void *)area->address, (u64)area->pages * PAGE_SIZE, &plan);
	if (status != OK)
		return status;
	struct state_plan is = state_plan(&kept_state);
	if (is.version != VERSION || is.data_bytes != sizeof(struct kept))
		return ERR_STATE;
	kept = state_data(&kept_state);
	stores = (void *)bytes->address;
	stores_frame = bytes->slot;
	kept_channels = (u32)MIN(CHANNELS_MAX, (room - offsetof(struct stores, of)) / STORE_BYTES);
	return OK;
}

void kept_begin(void)
{
	state_begin(&kept_state);
}

/* A refusal is remembered until the commit. */
void kept_write(const void *to, const void *from, u64 bytes)
{
	state_write(&kept_state, to, from, bytes);
}

enum microk_status kept_commit(void)
{
	return state_commit(&kept_state);
}

void kept_abort(void)
{
	state_abort(&kept_state);
}
