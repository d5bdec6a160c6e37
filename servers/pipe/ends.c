#include "servers/pipe/ends.h"
#include "gen/lib/microk/methods.h"
#include "gen/protocols/file_protocol.h"
#include "gen/protocols/tty_protocol.h"
#include "lib/microk/startup.h"

#define GENERATION_MASK 0x7fffffffu

#define ENDS_EACH (ENDS_MAX / 4 * 3)

static cap_t endpoint;

void ends_setup(cap_t server_endpoint)
{
	endpoint = server_endpoint;
}

cap_t end_slot(const struct end *e, enum end_slot which)
{
	return SLOT_TOTAL + which * ENDS_MAX + end_number(e);
}

const struct end *end_free(u64 payer, const struct end *other)
{
	const struct end *unused = NULL;
	u32 held = other != NULL;

	for (const struct end *e = kept->ends; e < kept->ends + ENDS_MAX; e++) {
		held += e->use && e->payer == payer;
		if (!e->use && !unused && e != other)
			unused = e;
	}
	return held < ENDS_EACH ? unused : NULL;
}

static bool is_used(const struct channel *c)
{
	return c->readers || c->writers || c->names;
}

const struct channel *channel_free(u64 payer, const struct channel *other)
{
	const struct channel *unused = NULL;
	u32 held = other != NULL;

	for (const struct channel *c = kept->channels; c < kept->channels + kept_channels; c++) {
		held += is_used(c) && kept->payers[channel_number(c)] == payer;
		if (!is_used(c) && !unused && c != other)
			unused = c;
	}
	return held < kept_channels / 4 * 3 ? unused : NULL;
}

void end_open(const struct end *e, const struct end *as)
{
	const struct channel *in = channel_at(as->in), *out = channel_at(as->out);
	const struct channel *name = channel_at(as->name);
	struct end opened = *as;

	opened.use = 1;
	opened.generation = (e->generation + 1) & GENERATION_MASK;
	kept_write(e, &opened, sizeof(opened));
	if (in) {
		KEPT_SET(kept->payers[as->in - 1], as->payer);
		KEPT_SET(in->readers, (u16)(in->readers + 1));
	}
	if (out) {
		KEPT_SET(kept->payers[as->out - 1], as->payer);
		KEPT_SET(out->writers, (u16)(out->writers + 1));
	}
	if (name) {
		KEPT_SET(kept->payers[as->name - 1], as->payer);
		if (as->flags & END_LISTENER)
			KEPT_SET(name->readers, (u16)(name->readers + 1));
		else
			KEPT_SET(name->names, (u16)(name->names + 1));
	}
}

enum microk_status end_mint(const struct end *e)
{
	enum microk_status status = cnode_mint(
		SLOT_CNODE,
		&(struct cnode_mint){
			.index = end_slot(e, END_HANDLE),
			.source_cnode = SLOT_CNODE,
			.source_index = endpoint,
			.rights = RIGHT_WRITE | RIGHT_GRANT |
				  (e->in || e->name ? FILE_RIGHT_READ : 0) |
				  (e->out || e->name ? FILE_RIGHT_WRITE : 0) |
				  (e->kind == KIND_TERMINAL ? TTY_RIGHT_CONTROL : 0),
			.badge = end_badge(e),
			.flags = MINT_BADGE | MINT_WATCH});

	return status == ERR_OCCUPIED ? OK : status;
}

bool end_is_own(const struct cnode_describe_result *cap)
{
	struct cnode_describe_result mine;

	return cnode_describe(SLOT_CNODE, endpoint, &mine) == OK && cap->type == mine.type &&
	       cap->object_identity == mine.object_identity;
}

bool end_is_held(const struct end *e)
{
	struct cnode_describe_result slot = {0};

	return cnode_describe(SLOT_CNODE, end_slot(e, END_HANDLE), &slot) == OK &&
	       slot.children > 0;
}
