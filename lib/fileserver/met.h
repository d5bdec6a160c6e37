/*
 * Capabilities that are kept at the names of FIFOs and sockets, so that programs which can open the name meet there: the first one
 * leaves the capability of a FIFO, or of a socket that listens (protocol pipe), and the others fetch it. This server never uses it,
 * so it calls no other server; and a program without the name cannot guess its way to the pipe.
 *
 * Weighed: Linux and MINIX 3 find the pipe by the number of its node, inside one kernel or server. Plan 9's /srv is this one: a
 * name whose content is an open channel. Fuchsia's directories serve connections at a name in the same way.
 *
 * The table lies in the state area, the capabilities in kept slots; both outlive an instance, and end with the node.
 */
#pragma once
#include "lib/fileserver/description.h"

#define METS_PER_CLIENT 24

/* first_slot: of METS_MAX kept slots; if the server's CNode has none there, it keeps none (ERR_METHOD). */
void met_setup(cap_t first_slot);

/* In a transaction: keeps the capability in slot `met`, which is moved. */
enum microk_status met_keep(const struct description *d, cap_t met);
/* Its slot. */
enum microk_status met_find(const struct description *d, cap_t *slot);

/* A name was removed: the next met_look drops the capabilities whose nodes have no name any more. Outside of transactions. */
void met_change(void);
void met_look(void);
