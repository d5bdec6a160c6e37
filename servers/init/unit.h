/*
 * A service, and an instance of it: two lifetimes that recovery must keep apart.
 *
 * struct unit is the service itself and outlives its instances: CNode, Endpoint, Notification, the masters of
 * its grants, and the Untyped. It is made of init's own memory, once. A client's capability refers to the
 * Endpoint here, so it stays valid while the program that serves it is replaced.
 *
 * Its instance (lib/spawn) runs: thread, address space, page tables, pages. All of it comes from the service's
 * Untyped, so that one revoke ends it and leaves the Untyped empty for the next.
 *
 * Weighed: MINIX 3's RS keeps a process slot per service and looks clients' endpoints up again after a
 * restart; Genode's parent rebuilds the child and its sessions with it. Here no capability of a client is
 * rebuilt.
 */
#pragma once
#include "lib/conf/conf.h"
#include "lib/spawn/spawn.h"

/* Process ids: init is 1, service i of system.conf is i + 2. An id is also the badge of a service's
 * requests to the servers that it uses; servers mint badges of their own above 255. */
#define ID_INIT 1
#define ID_SERVICE 2

/* init receives all messages at one Endpoint. The upper half of the badge decides which protocols a message may use:
 * supervise and inspect, whose rights are distinct, or the kernel's fault messages. A program cannot choose its
 * badge, so it can neither forge a fault nor use a right of one protocol in another. */
enum badge_kind { BADGE_PROCESS = 1, BADGE_FAULT = 2 };
#define BADGE(kind, id) ((u64)(kind) << 32 | (id))
#define BADGE_KIND(badge) ((u32)((badge) >> 32))
#define BADGE_ID(badge) ((u32)(badge))

#define GRANT_CAPS 64     /* capabilities of one grant: the archive may lie in that many runs */

/* The master of a grant, in init's CNode. The service's own capability is derived from it, so that
 * init can revoke it alone. Several grants to one server have the same master. */
struct grant {
	cap_t master;
	u32 count; /* of consecutive capabilities (runs of frames); 0: not granted in this boot */
	u32 slot;  /* the first of them in the service's CNode */
	u64 pages; /* of all frames */
};

enum unit_state {
	UNIT_WAITING, /* for the services that it starts after */
	UNIT_STARTED, /* runs; has not reported "ready" */
	UNIT_READY,
	UNIT_ENDED, /* reported "exit" */
	UNIT_FAILED /* faulted, could not be started, or exited with a code */
};

struct unit {
	const struct conf_service *conf;
	u32 id;
	enum unit_state state;
	u32 code;           /* of its exit */
	cap_t cnode;        /* SLOT_TOTAL slots */
	cap_t endpoint;     /* 0 unless it serves */
	cap_t notification; /* 0 unless it has one */
	cap_t fault;        /* init's Endpoint, badged for its faults */
	cap_t memory;       /* Untyped of conf->memory bytes */
	cap_t instance_slots; /* SPAWN_SLOTS slots, for the objects of one instance */
	struct grant grants[CONF_GRANTS + 1];
	struct spawn instance;
};

extern struct unit units[CONF_SERVICES];
extern u32 unit_count;
extern cap_t init_endpoint; /* at which init receives */

/* The service of a process id; NULL if there is none. */
struct unit *unit_by_id(u32 id);
bool unit_runs(const struct unit *s);

/* Makes the objects that outlive instances, for all services of the configuration: Endpoints first, since
 * grants name those of other services. On failure it logs the reason and returns false. */
bool units_prepare(const struct conf *conf);

/* Derives every grant into the service's CNode and lists it in the instance's startup page. */
enum microk_status unit_grant(struct unit *s);
/* Revokes or deletes all capabilities that the service holds or made; its Endpoint stays. */
void unit_strip(struct unit *s);
/* For a service whose Endpoint will not be served again. Its waiting callers wake with ERR_GONE, and later calls
 * return ERR_CAP instead of waiting for ever. */
void unit_give_up(struct unit *s);
