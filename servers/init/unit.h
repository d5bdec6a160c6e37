/*
 * A service, and an instance of it: the two lifetimes that recovery needs kept apart.
 *
 * struct unit is the service itself, what outlives its instances: CNode, endpoint, notification,
 * the masters of its grants, and the Untyped. It is made of init's own memory, once. A client's
 * capability hangs on the endpoint here, so it stays good while the program behind is replaced.
 *
 * Its instance (lib/spawn) is what runs: thread, address space, page tables, pages. All of it comes from
 * the service's Untyped, so that one revoke ends it, and leaves the Untyped empty for the next.
 *
 * Weighed: MINIX 3's RS keeps a process slot per service and looks clients' endpoints up anew
 * after a restart; Genode's parent rebuilds the child and its sessions with it. Here nothing that a
 * client holds is rebuilt.
 */
#pragma once
#include "lib/conf/conf.h"
#include "lib/spawn/spawn.h"

/* Process ids: init is 1, service i of system.conf is i + 2. An id is also the badge under which
 * a service's requests reach the servers it uses: servers mint badges of their own above 255. */
#define ID_INIT 1
#define ID_SERVICE 2

/* init receives everything on one endpoint; the badge says what kind of message may come by
 * a capability, so that nobody can forge a fault or use a right of one protocol in another. */
enum badge_kind { BADGE_PROCESS = 1, BADGE_POWER = 2, BADGE_FAULT = 3 };
#define BADGE(kind, id) ((u64)(kind) << 32 | (id))
#define BADGE_KIND(badge) ((u32)((badge) >> 32))
#define BADGE_ID(badge) ((u32)(badge))

#define GRANT_CAPS 64     /* capabilities of one grant: the archive may lie in that many runs */

/* The master of a grant, in init's CNode: the service's own capability is derived from it,
 * so it can be taken back alone. Several grants of one server have the same. */
struct grant {
	cap_t master;
	u32 count; /* consecutive capabilities: runs of frames; 0: not granted in this boot */
	u32 slot;  /* the first of them in the service's CNode */
	u64 pages; /* of all frames */
};

enum unit_state {
	UNIT_WAITING, /* for those that it starts after */
	UNIT_STARTED, /* runs; has not said that it is ready */
	UNIT_READY,
	UNIT_ENDED, /* said exit */
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
	cap_t fault;        /* init's endpoint, badged as its faults */
	cap_t memory;       /* Untyped of conf->memory bytes */
	cap_t instance_slots; /* SPAWN_SLOTS: what one instance is made of */
	struct grant grants[CONF_GRANTS + 1];
	struct spawn instance;
};

extern struct unit units[CONF_SERVICES];
extern u32 unit_count;
extern cap_t init_endpoint; /* where init receives */

/* The service of a process id; NULL if there is none. */
struct unit *unit_by_id(u32 id);
bool unit_runs(const struct unit *s);

/* Makes what outlives instances, for all services of the configuration: endpoints first, since
 * grants name each other's. Says what failed, and returns false. */
bool units_prepare(const struct conf *conf);

/* Derives every grant into the service's CNode and lists it in the instance's startup page. */
enum microk_status unit_grant(struct unit *s);
/* Takes all capabilities back that the service holds or made; its endpoint stays. */
void unit_strip(struct unit *s);
/* Nobody will serve the endpoint again: who waits on it wakes with ERR_GONE, who calls it later
 * gets ERR_CAP, instead of waiting for ever. */
void unit_give_up(struct unit *s);
