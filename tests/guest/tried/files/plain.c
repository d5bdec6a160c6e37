/* The server's data in plain memory, for the comparison: no transaction, no kept reply, and all is lost with the instance. */
#include "lib/microk/string.h"
#include "tests/guest/tried/files/data.h"
#include "tests/guest/tried/files/keep.h"

static struct data memory;
static bool slots[FILES_MOST + 1];
const struct data *data = &memory;

enum microk_status keep_open(void)
{
	return OK;
}

void keep_begin(void) {}

void keep_write(const void *to, const void *from, u64 bytes)
{
	memcpy((void *)(u64)to, from, bytes);
}

enum microk_status keep_commit(void)
{
	return OK;
}

void keep_abort(void) {}

enum microk_status keep_reply_find(struct kept_reply *r)
{
	(void)r;
	return ERR_NOT_FOUND;
}

void keep_reply(const struct kept_reply *r)
{
	(void)r;
}

void keep_forget(u64 badge)
{
	(void)badge;
}

void keep_slot(cap_t slot, bool used)
{
	slots[slot] = used;
}

bool keep_slot_used(cap_t slot)
{
	return slots[slot];
}
