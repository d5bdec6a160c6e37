/*
 * A service, and an instance of it: two lifetimes that recovery must keep apart.
 *
 * struct service is the service itself and outlives its instances: CNode, Endpoint, Notification, the masters of
 * its grants, and the Untyped. It is made of its supervisor's memory, once. A client's capability refers to the
 * Endpoint here, so it stays valid while the program that serves it is replaced.
 *
 * Its instance (instance.h) runs: thread, address space, page tables, pages. All of it comes from the service's
 * Untyped, so that one revoke ends it and leaves the Untyped empty for the next.
 *
 * The library is for any supervisor: init in stages 2 to 5, rs and init in stage 6. It makes no decision: the supervisor decides
 * which services there are, which grants each has, and when an instance starts or ends. It returns errors, and logs nothing.
 *
 * Weighed: MINIX 3's RS keeps a process slot per service, and clients look its endpoint up again after a
 * restart. Genode's sandbox library is for any parent, too, as this one is; its child's sessions are made anew
 * with the child. systemd keeps a service's sockets over a restart, so that callers wait and notice nothing; that is
 * taken over here, for every capability: none of a client's is made anew.
 */
#pragma once
#include "lib/supervise/grant.h"
#include "lib/supervise/state.h"

/* The row of a service's slots in the supervisor's CNode. */
enum service_slot {
	SERVICE_CNODE,
	SERVICE_MEMORY,
	SERVICE_FAULT,
	SERVICE_ENDPOINT,     /* empty unless it serves */
	SERVICE_NOTIFICATION, /* empty unless it is notified */
	SERVICE_INSTANCE,     /* the first of SPAWN_SLOTS */
	SERVICE_SLOTS = SERVICE_INSTANCE + SPAWN_SLOTS
};

struct service {
	/* Declared by the supervisor: */
	const char *name;
	const char *arguments; /* of its program */
	u32 id;                /* not 0 */
	u64 priority;
	u64 memory_bytes; /* of its Untyped */
	bool serves;      /* it has an Endpoint */
	bool is_notified; /* it has a Notification */
	/* Takes the bus from its device, when its first thread has stopped and when its instance is apart. May be NULL. */
	void (*stopped)(const struct service *s);
	u32 kept_slots;   /* further slots of its CNode, from SLOT_TOTAL on: they outlive instances, with what these put there */
	struct grant *grants;
	u32 grant_count;
	/* Made by service_make, in the supervisor's CNode: */
	cap_t cnode;          /* SLOT_TOTAL slots, and the kept ones */
	cap_t memory;         /* Untyped */
	cap_t fault;          /* the supervisor's Endpoint, badged for its faults */
	cap_t endpoint;       /* 0 unless it serves */
	cap_t notification;   /* 0 unless it is notified */
	cap_t instance_slots; /* SPAWN_SLOTS slots, for the objects of one instance */
	/* Written by this library: */
	enum service_state state;
	u32 instances; /* begun so far */
	struct spawn instance;
};

/* Makes the objects that outlive instances. `reports`: the supervisor's Endpoint. ERR_LIMIT: no free slots; ERR_MEMORY. On failure
 * the slots and objects that were made stay with the supply. */
enum microk_status service_make(struct service *s, struct supply *supply, cap_t reports);

/* The name of a slot of its row: "endpoint"; NULL of any other slot, and before service_make. */
const char *service_slot_name(const struct service *s, cap_t slot);

bool service_runs(const struct service *s);

/* For a service that will be given up, and whose instance is stopped, if it has one: no client that starts gets a capability to it
 * any more. */
void service_close(struct service *s);

/* The callers that wait wake with ERR_GONE. In time that grows with their number. */
void service_fail_callers(const struct service *s);

/* For a service that is closed: its callers that wait wake with ERR_GONE, and later calls return ERR_CAP instead of waiting for
 * ever, in time that grows with the number of capabilities to the Endpoint. Neither of the two writes anything into the service,
 * so another thread of the supervisor may call them, before service_give_up or after it. */
void service_turn_away(const struct service *s);

/* For a closed service without an instance: no instance will be started any more. */
void service_give_up(struct service *s);
