/* Descriptors: the capabilities that clients hold to open file descriptions. */
#pragma once
#include "servers/vfs/open_file.h"

/* The server's endpoint, without a badge, to mint from. */
void handle_setup(cap_t endpoint);

/*
 * Mints the description's capability into a slot of our own (file->slot), to be transferred in the
 * reply. The client will get the protocol rights `rights` (RIGHT_PROT bits) and may call; it may
 * neither receive on our endpoint nor, with it, name another description. ERR_NO_SPACE without a free slot.
 */
enum microk_status handle_mint(struct open_file *file, u32 rights);

/* Takes the capability back from everybody who has it, and frees the description. */
void handle_close(struct open_file *file);

/*
 * A capability whose transfer failed has no descendants and never had, so no ST_CLOSED will tell
 * that it is unused: closes the description minted into `slot`.
 */
void handle_undelivered(cap_t slot);
