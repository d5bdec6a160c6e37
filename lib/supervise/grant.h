/*
 * A grant as data: a capability that every instance of a service gets, and that its supervisor can take back. The supervisor
 * chooses it, and makes each grant once, before the first instance. The instance's own capability is derived from the grant's
 * master, so one revoke of the master takes it back.
 *
 * Weighed: Genode's init and Fuchsia's component manager route a request for a service when the child makes it, by rules that
 * the parent was configured with. There a child's authority grows while it runs, and only the rules say how far. Here all of it
 * is in the CSpace before the first instruction, where a test can hold it against the declaration; and a replaced instance
 * finds each grant in the slot in which the one before it had it.
 */
#pragma once
#include "lib/spawn/spawn.h"
#include "lib/supervise/state.h"

struct grant {
	const char *name; /* as the startup page lists it */
	cap_t master;     /* the first of `count` capabilities in a row, in the supervisor's CNode; grants may share it */
	u32 count;        /* 0: not granted. Frames lie in several runs */
	u64 rights;       /* of the instance's capability; frames are mapped with these */
	u64 pages;        /* of all frames; 0: none, and nothing is mapped */
	u64 address;      /* of frames, where the instance has them mapped, or 0: not mapped; else a number for the startup page */
	u64 attributes;   /* of frames: MAP_* */
	bool stays;       /* clients' capabilities descend from the instance's: it is not revoked */
	/* The state of the service whose Endpoint it names, or NULL. Withheld once that is closing or given up. */
	const enum service_state *server;
	/* Called with true before an instance gets the grant; with false after each end of an instance or failed start, even if
	 * the grant was withheld or not reached. Not called with false if it stays. May be NULL. */
	void (*held)(bool by_instance);
	u32 slot; /* the first in the service's CNode; set by grant_list */
};

/*
 * Each makes the masters of a grant, in slots of `slots`, and sets the fields of the grant that follow from that. The capability
 * that they are derived from is an argument: a supervisor grants what it was given, and need not be the root task.
 * ERR_LIMIT: no free slots, or more capabilities than SPAWN_GRANTS; else the kernel's errors.
 */
enum microk_status grant_copy(struct grant *g, struct supply *slots, cap_t from, u64 rights);
/* Runs of frames in a row of slots, to be mapped one after the other from `address` on; 0: given, and not mapped. */
enum microk_status grant_frames(struct grant *g, struct supply *slots, cap_t first, u32 count,
				u64 rights, u64 address);
/* `flags`: MINT_*. */
enum microk_status grant_mint(struct grant *g, struct supply *slots, cap_t endpoint, u64 rights,
			      u64 badge, u64 flags);
/* Ports and interrupts first..last of those that `from` covers. */
enum microk_status grant_ports(struct grant *g, struct supply *slots, cap_t from, u64 first,
			       u64 last);
enum microk_status grant_interrupts(struct grant *g, struct supply *slots, cap_t from, u64 first,
				    u64 last);

/* The IoSpace of one requester. */
enum microk_status grant_requester(struct grant *g, struct supply *slots, cap_t from, u64 requester);

/* Gives the grant its slots of the service's CNode, from *slot on, which it advances, and lists it in the startup page.
 * ERR_LIMIT: the slots for grants are used up. */
enum microk_status grant_list(struct grant *g, struct startup *page, u32 *slot);
/* Derives it into these slots. */
enum microk_status grant_give(const struct grant *g, struct spawn *to);
void grant_take_back(const struct grant *g);

/* The pages of `count` frames in a row of slots. */
u64 frame_pages(cap_t first, u32 count);
