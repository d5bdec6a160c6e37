/*
 * The vault: a server whose clients may do exactly what their capabilities allow. It checks no
 * right itself: the kernel delivers the rights with each message, and the dispatch generated from
 * vault.idl compares. The vault's own work is only to take a key back, which is one revoke.
 *
 * The secret is in memory that outlives the program (lib/state), and so are the answers to its changes. If the vault dies while it
 * changes the secret, the client's stub repeats the request to the vault's successor, which finds either all of the change and its
 * answer or none of it.
 */
#include "gen/protocols/vault_server.h"
#include "gen/lib/microk/methods.h"
#include "microk/cap.h"
#include "lib/microk/print.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/state/replies.h"
#include "stages/2-caps/vault/data.h"

#define BADGE_KEY 0x100 /* client badges are process ids, below */
#define KEY_USES 2

#define FIRST_SECRET "7-31-12"
#define CLIENTS 16 /* threads of clients whose last change is remembered */

static const struct state_plan plan = {
	.version = 1,
	.log_words = 32,
	.replies = CLIENTS,
	.reply_words = 1,
	.data_bytes = sizeof(struct vault_data)};

static struct state state;
static const struct vault_data *data;
static cap_t endpoint;
static cap_t key; /* the slot we minted the key from: the key itself is its child */
static u32 key_uses;

static enum microk_status on_look(struct request *r, struct vault_look_result *result)
{
	string_copy(result->secret, sizeof(result->secret), data->secret);
	if (r->badge != BADGE_KEY || ++key_uses < KEY_USES)
		return OK;
	enum microk_status status = cnode_revoke(SLOT_CNODE, key);
	print("  vault: that was the second use of the key, so I revoke it: %s\n",
	      status_name(status));
	return OK;
}

/* The change and its answer in one transaction. */
static enum microk_status change(const char *secret, const struct state_reply *reply)
{
	struct vault_data next = {.changes = data->changes + 1};

	string_copy(next.secret, sizeof(next.secret), secret);
	state_begin(&state);
	state_write(&state, data, &next, sizeof(next));
	if (reply)
		state_reply_keep(&state, reply);
	return state_commit(&state);
}

static enum microk_status on_change(struct request *r, const struct vault_change_args *args)
{
	struct state_reply reply = {
		.description = r->badge, .thread = r->number >> 32, .number = r->number};
	enum microk_status status = state_reply_find(&state, &reply);

	if (status == OK)
		return (enum microk_status)
			reply.status; /* it was changed, by the instance before this one */
	if (status == ERR_NOT_FOUND)
		status = change(args->secret, &reply);
	if (status == OK)
		print("  vault: the secret was changed\n");
	return status;
}

static enum microk_status on_abandon(struct request *r)
{
	return state_reply_abandon(&state, r);
}

/* The kernel derives what it transfers, so the client's key is a child of ours. */
static enum microk_status on_key(struct request *r, struct vault_key_result *result)
{
	(void)r;
	if (key == 0) {
		enum microk_status status = cap_mint(
			endpoint, RIGHT_WRITE | VAULT_RIGHT_LOOK, BADGE_KEY, MINT_BADGE, &key);
		if (status != OK)
			return status;
	}
	key_uses = 0;
	result->key = key;
	return OK;
}

static void dispatch(struct request *r)
{
	static const struct vault_ops ops = {
		.look = on_look, .change = on_change, .key = on_key, .abandon = on_abandon};

	vault_dispatch(&ops, r);
}

/* Takes over the state of the instance before this one, or begins with the first secret. */
static enum microk_status open_state(void)
{
	const struct startup_entry *area = grant_entry("state");

	if (!area)
		return ERR_NOT_FOUND;
	enum microk_status status =
		state_open_or_create(&state, (void *)area->address, area->pages * PAGE_SIZE, &plan);
	data = state_data(&state);
	return status == OK && !data->changes ? change(FIRST_SECRET, NULL) : status;
}

static void closed(u64 badge)
{
	state_begin(&state);
	state_reply_forget(&state, badge);
	state_commit(&state);
}

int main(void)
{
	endpoint = grant_find("vault");
	if (endpoint == 0) {
		print("vault: the grant \"vault\" is missing; add it in system.conf\n");
		return 1;
	}
	enum microk_status status = open_state();
	if (status != OK) {
		print("vault: its state cannot be used: %s; it needs a line \"frames state 4K\" in "
		      "system.conf\n",
		      status_name(status));
		return 1;
	}
	static struct server server = {.name = "vault", .dispatch = dispatch, .closed = closed};
	server.endpoint = endpoint;
	server_run(&server);
}
