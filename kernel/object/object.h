/*
 * The header of every kernel object with a life of its own. `refs` counts the slots that name
 * it; when none is left, the object is dying: `object_release` ends it, at once where that is
 * constant work, else by putting it on a list of the dying (cap/reap.c). Headers are aligned to 64 bytes.
 */
#pragma once
#include "microk/types.h"

struct kobject {
	u8 type; /* enum cap_type; CAP_NULL: not an object, but the log's output (cap/log_later.c) */
	bool dying;
	u8 urgency; /* own priority of the thread that made it: more urgent threads need not take it apart */
	u8 level;   /* on a list: its urgency */
	u32 refs;
	struct kobject *dying_next, **dying_link; /* of the dying, or an Endpoint that is to be looked at; link NULL: on none */
	u64 serial; /* its serial number in this boot (object/identity.h) */
};

/* One more slot names the object. */
static inline void object_hold(struct kobject *o) { o->refs++; }

/* True: it is on a list (cap/dying.h). */
static inline bool object_is_listed(const struct kobject *o) { return o->dying_link; }

/* Sizes that retype carves, all multiples of 64. */
#define ENDPOINT_BYTES 128
#define NOTIFICATION_BYTES 128
#define REPLY_BYTES 64
#define THREAD_BYTES 2048
#define CNODE_HEADER_BYTES 64
#define TABLE_BYTES 4096        /* PageTable */
#define SPACE_BYTES (4096 + 64) /* AddressSpace: the top-level table, then its header */
