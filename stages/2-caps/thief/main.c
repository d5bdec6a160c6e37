/*
 * The thief: a program that tries to do more than its capabilities allow. Every line names the attempt and the status that
 * came back. The program (and with it the stage) fails if a forbidden attempt succeeds.
 */
#include "gen/protocols/vault_client.h"
#include "gen/lib/microk/methods.h"
#include "microk/cap.h"
#include "lib/microk/print.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"

static u32 tries, surprises;

/* One line, and the verdict. */
static void tell(const char *what, enum microk_status got, enum microk_status expected)
{
	tries++;
	print("  thief: %-58s %s\n", what, status_name(got));
	if (got == expected)
		return;
	surprises++;
	print("         that should have been %s\n", status_name(expected));
}

static void heading(const char *text)
{
	print("\n%s\n", text);
}

static enum microk_status look(cap_t cap)
{
	struct vault_look_result seen;

	return vault_look(cap, &seen);
}

static void try_allowed(cap_t vault)
{
	heading("The thief's grant: to look, and to ask for a key.");
	tell("look at the secret", look(vault), OK);
}

static void try_indices(void)
{
	heading("A capability is an index in the holder's own table: others' are out of reach.");
	tell("use an index that was never filled", look(SLOT_FREE - 1), ERR_CAP);
	tell("use an index after the table's end", look(SLOT_TOTAL + 7), ERR_CAP);
	tell("use its own memory as if it were the vault", look(SLOT_UNTYPED), ERR_METHOD);
}

static void try_rights(cap_t vault)
{
	/* If the attempt is allowed there is no message to receive, and the thief must not wait for ever. */
	struct message m = {.tag = TAG_NONBLOCK};

	heading("A capability carries rights, and the kernel delivers them with each message.");
	tell("change the secret, without the right to", vault_change(vault, "0-0-0"), ERR_RIGHTS);
	tell("receive in the vault's place", ipc(SYS_RECV, vault, &m), ERR_RIGHTS);
}

static void try_mint(cap_t vault)
{
	cap_t all = slot_alloc(), badged = slot_alloc();
	struct cnode_describe_result before = {0}, after = {0};

	heading("Rights only ever shrink, and a badge stays what it is.");
	tell("copy the capability, asking for all rights",
	     cnode_copy(SLOT_CNODE,
			&(struct cnode_copy){
				.index = all,
				.source_cnode = SLOT_CNODE,
				.source_index = vault,
				.rights = RIGHT_ALL,
			}),
	     OK);
	cnode_describe(SLOT_CNODE, vault, &before);
	cnode_describe(SLOT_CNODE, all, &after);
	print("         the original's rights are 0x%lx, the copy's 0x%lx\n", before.rights,
	      after.rights);
	if (after.rights & ~before.rights) {
		surprises++;
		print("         the copy has more than the original\n");
	}
	tell("change the secret through the copy", vault_change(all, "0-0-0"), ERR_RIGHTS);
	tell("mint one with another client's badge",
	     cnode_mint(SLOT_CNODE,
			&(struct cnode_mint){
				.index = badged,
				.source_cnode = SLOT_CNODE,
				.source_index = vault,
				.rights = RIGHT_ALL,
				.badge = 1,
				.flags = MINT_BADGE}),
	     ERR_STATE);
	slot_drop(all);
	slot_drop(badged);
}

static void try_revoked(cap_t vault)
{
	cap_t key = slot_alloc(), spare = slot_alloc();

	heading("A capability that was given can be taken back, with everything made of it.");
	tell("ask the vault for a key", vault_key(vault, key), OK);
	tell("look through the key", look(key), OK);
	tell("hide a copy of the key",
	     cnode_copy(SLOT_CNODE,
			&(struct cnode_copy){
				.index = spare,
				.source_cnode = SLOT_CNODE,
				.source_index = key,
				.rights = RIGHT_ALL,
			}),
	     OK);
	tell("look through the copy", look(spare), OK);
	tell("look through the key again", look(key), ERR_CAP);
	tell("look through the hidden copy", look(spare), ERR_CAP);
}

int main(void)
{
	cap_t vault = grant_find("vault");

	if (vault == 0) {
		print("thief: the grant \"vault\" is missing; add it in system.conf\n");
		return 1;
	}
	try_allowed(vault);
	try_indices();
	try_rights(vault);
	try_mint(vault);
	try_revoked(vault);
	if (surprises == 0)
		print("\nAll %u attempts went as capabilities promise.\n", tries);
	else
		print("\n%u of %u attempts did NOT go as capabilities promise.\n", surprises,
		      tries);
	return surprises != 0;
}
