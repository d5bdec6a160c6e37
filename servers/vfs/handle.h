/* Descriptors: the capabilities that clients hold to open file descriptions. */
#pragma once
#include "servers/vfs/open_file.h"

/* Sets the server's Endpoint, without a badge, from which descriptors are minted. */
void handle_setup(cap_t endpoint);

/*
 * Mints the description's capability into a slot of the server's own (file->slot), to be transferred
 * in the reply. The client gets the protocol rights `rights` (RIGHT_PROT bits) and may call. With it
 * the client can neither receive at the server's Endpoint nor name another description. ERR_NO_SPACE
 * without a free slot.
 */
enum microk_status handle_mint(struct open_file *file, u32 rights);

/* Revokes all copies of the capability and frees the description. */
void handle_close(struct open_file *file);

/*
 * Closes the description minted into `slot`, after the transfer of its capability failed. Such a
 * capability never had a descendant, so the kernel sends no ST_CLOSED for it.
 */
void handle_undelivered(cap_t slot);
