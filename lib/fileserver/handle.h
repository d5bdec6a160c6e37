/*
 * Descriptors: the capabilities that clients hold to open descriptions.
 *
 * Each description has a kept slot of the server's CNode, which outlives the instance: its capability is minted
 * from the server's Endpoint with the description's badge, watched, and the clients' are children of it. So a
 * client's capability goes on to work under the next instance, and the kernel reports (ST_CLOSED) when the last of
 * them is gone.
 *
 * Without children a description is of use to its opener alone, which may not have received the answer: *in
 * doubt*, as long as that request may be sent again (once.h). docs/tried-files.md has the reasons.
 *
 * Weighed: seL4 systems give each client a session badge and number files inside the session, so
 * the server must check each number; QNX attaches an OCB to the kernel's connection object. Here
 * the badge names the description. A client cannot name a file that it was not given, and it can
 * pass one file on without the others.
 */
#pragma once
#include "lib/fileserver/description.h"

/* The server's Endpoint, without a badge; and the first of its kept slots, one for each description. */
void handle_setup(cap_t endpoint, cap_t first_slot);

/* For a successor: empties the slots without a description, and closes each description that no client holds and
 * none will ask for. */
void handle_take_over(void);

/*
 * Makes the description's capability in its kept slot, if it is not there, to be transferred in the reply. The
 * client gets the protocol's rights by which it was opened (OPEN_WRITE, OPEN_WRITE_ONLY), and may call and send
 * capabilities. With it the client can neither receive at the server's Endpoint nor name another description.
 */
enum microk_status handle_mint(const struct description *d, cap_t *slot);
/* Takes it back, after the transaction of its description has been undone. */
void handle_unmint(cap_t slot);

/* Whether the capability is one to this server's Endpoint. */
bool handle_is_own(cap_t cap);

/* The answer that carried the capability in `slot` has reached the client; or has not. */
void handle_arrived(cap_t slot);
void handle_lost(cap_t slot);

/* ---- Outside of transactions ---- */

/* ST_CLOSED came for the description. */
void handle_closed(const struct description *d);

/* No further request comes by that badge: no description that was opened by way of it is in doubt any more. */
void handle_opener_closed(u64 badge);

/* After a request: if it was new, the answer to an earlier one of the same thread has arrived. Closes the
 * description that is not in doubt any more by that. */
void handle_settle(void);
