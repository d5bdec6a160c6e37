/*
 * Capabilities of descriptions. The one in the kept CNode outlives the instance; the one that is sent, its child, is in the
 * instance's own CNode, because a message carries capabilities of the sender's CSpace only. When the instance ends, its
 * capability is deleted, and the client's becomes a child of the kept one.
 *
 * Both are watched. The kernel's ST_CLOSED can be lost with an instance that had received it, so the next one looks at all.
 */
#include "gen/lib/microk/methods.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/stub.h"
#include "tests/guest/tried/files/server.h"

static cap_t own[FILES_MOST]; /* 0: this instance has not given it */
static bool given[FILES_MOST];

static cap_t kept_cnode(void)
{
	return grant_find(FILES_GRANT_KEPT);
}

static u64 children_in(cap_t cnode, cap_t slot)
{
	struct cnode_describe_result held = {0};

	return cnode_describe(cnode, slot, &held) == OK ? held.children : 0;
}

/* A client holds it: the own capability is a child of the kept one, but is the server's. */
static bool is_held(u32 d)
{
	u64 kept = children_in(kept_cnode(), DESCRIPTION_BADGE(d));

	return own[d] ? children_in(SLOT_CNODE, own[d]) || kept > 1 : kept > 0;
}

/* The client may send its open again: its reply is kept, and no answer is known to have arrived. */
static bool is_in_doubt(u32 d)
{
	struct kept_reply opened = {
		.badge = data->descriptions[d].opener, .number = data->descriptions[d].number};

	return !given[d] && keep_reply_find(&opened) == OK;
}

/* First the kept one: its own child keeps it from being reported as closed. */
static void delete_capabilities(u32 d)
{
	cnode_delete(kept_cnode(), DESCRIPTION_BADGE(d));
	if (own[d])
		slot_drop(own[d]);
	own[d] = 0;
	given[d] = false;
}

static void end_description(u32 d)
{
	u64 file = data->descriptions[d].file;
	bool others = false;

	wait_end(DESCRIPTION_BADGE(d));
	for (u32 i = 0; i < FILES_MOST; i++)
		others |= i != d && data->descriptions[i].file == file;
	keep_begin();
	keep_word(&data->descriptions[d].file, 0);
	if (!others && data->files[file - 1].use == FILE_ORPHAN)
		keep_word(&data->files[file - 1].use, FILE_FREE);
	keep_slot(DESCRIPTION_BADGE(d), false);
	keep_forget(DESCRIPTION_BADGE(d));
	if (keep_commit() == OK)
		delete_capabilities(d);
}

void handles_sweep(void)
{
	for (u32 d = 0; d < FILES_MOST; d++) {
		if (!keep_slot_used(DESCRIPTION_BADGE(d)))
			delete_capabilities(d);
		else if (!is_held(d) && !is_in_doubt(d))
			end_description(d);
	}
}

void handles_confirm(u64 badge, u64 number)
{
	for (u32 d = 0; d < FILES_MOST; d++) {
		const struct description *opened = &data->descriptions[d];

		if (given[d] || !opened->file || opened->opener != badge ||
		    stub_thread_of(opened->number) != stub_thread_of(number) ||
		    opened->number == number)
			continue;
		given[d] = true;
		if (!is_held(d))
			end_description(d);
	}
}

u32 handle_free(void)
{
	u32 d = 0;

	while (d < FILES_MOST && data->descriptions[d].file)
		d++;
	return d;
}

enum microk_status handle_give(u32 d)
{
	enum microk_status status = cnode_mint(
		kept_cnode(),
		&(struct cnode_mint){
			.index = DESCRIPTION_BADGE(d),
			.source_cnode = SLOT_CNODE,
			.source_index = grant_find(FILES_GRANT_ENDPOINT),
			.rights = RIGHT_READ | RIGHT_WRITE,
			.badge = DESCRIPTION_BADGE(d),
			.flags = MINT_BADGE | MINT_WATCH});

	if (status != OK && status != ERR_OCCUPIED)
		return status;
	if (!own[d] && !(own[d] = slot_alloc()))
		return ERR_NO_SPACE;
	status = cnode_mint(
		SLOT_CNODE,
		&(struct cnode_mint){
			.index = own[d],
			.source_cnode = kept_cnode(),
			.source_index = DESCRIPTION_BADGE(d),
			.rights = RIGHT_WRITE,
			.flags = MINT_WATCH});
	if (status != OK && status != ERR_OCCUPIED)
		return status;
	ipc_buffer->send_caps[0] = (u32)own[d];
	return OK;
}

void handle_given(u32 d)
{
	given[d] = true;
}

void handle_closed(u64 badge)
{
	if (badge >= FILES_ROOT) {
		keep_begin();
		keep_forget(badge);
		keep_commit();
		handles_sweep();
	} else if (keep_slot_used(badge) && !is_held((u32)badge - 1) &&
		   !is_in_doubt((u32)badge - 1)) {
		end_description((u32)badge - 1);
	}
}
