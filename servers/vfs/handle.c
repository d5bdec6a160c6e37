/*
 * Minting and closing descriptors.
 *
 * Weighed: seL4 systems give each client a session badge and number files inside the session, so
 * the server must check each number; QNX attaches an OCB to the kernel's connection object. Here
 * the badge names the description. A client cannot name a file that it was not given, and it can
 * pass one file on without the others.
 */
#include "servers/vfs/handle.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/ipc.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"

static cap_t endpoint;

void handle_setup(cap_t server_endpoint)
{
	endpoint = server_endpoint;
}

enum microk_status handle_mint(struct open_file *file, u32 rights)
{
	enum microk_status status = cap_mint(endpoint, RIGHT_WRITE | rights, open_file_badge(file),
					     MINT_BADGE | MINT_WATCH, &file->slot);

	return status == ERR_LIMIT ? ERR_NO_SPACE : status;
}

void handle_close(struct open_file *file)
{
	if (file->slot != 0) {
		cnode_revoke(SLOT_CNODE, file->slot);
		slot_drop(file->slot);
	}
	open_file_free(file);
}

void handle_undelivered(cap_t slot)
{
	struct open_file *file = open_file_by_slot(slot);

	if (file)
		handle_close(file);
}
