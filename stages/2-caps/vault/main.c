/*
 * The vault: a server whose clients may do exactly what their capabilities allow. It checks no
 * right itself: the kernel delivers the rights with each message, and the dispatch generated from
 * vault.idl compares. The vault's own work is only to take a key back, which is one revoke.
 */
#include "gen/protocols/vault_server.h"
#include "gen/lib/microk/methods.h"
#include "microk/cap.h"
#include "lib/microk/print.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"

#define BADGE_KEY 0x100 /* client badges are process ids, below */
#define KEY_USES 2

static char secret[VAULT_CHANGE_SECRET_MAX + 1] = "7-31-12";
static cap_t endpoint;
static cap_t key; /* the slot we minted the key from: the key itself is its child */
static u32 key_uses;

static enum microk_status on_look(struct request *r, struct vault_look_result *result)
{
	string_copy(result->secret, sizeof(result->secret), secret);
	if (r->badge != BADGE_KEY || ++key_uses < KEY_USES)
		return OK;
	enum microk_status status = cnode_revoke(SLOT_CNODE, key);
	print("  vault: that was the second use of the key, so I revoke it: %s\n",
	      status_name(status));
	return OK;
}

static enum microk_status on_change(struct request *r, const struct vault_change_args *args)
{
	(void)r;
	string_copy(secret, sizeof(secret), args->secret);
	print("  vault: the secret was changed\n");
	return OK;
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
	static const struct vault_ops ops = {.look = on_look, .change = on_change, .key = on_key};

	vault_dispatch(&ops, r);
}

int main(void)
{
	endpoint = grant_find("vault");
	if (endpoint == 0) {
		print("vault: the grant \"vault\" is missing; add it in system.conf\n");
		return 1;
	}
	static struct server server = {.name = "vault", .dispatch = dispatch};
	server.endpoint = endpoint;
	server_run(&server);
}
