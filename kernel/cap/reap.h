/* The end of objects: reference counts, and the list of the dying. */
#pragma once
#include "cap/object.h"

/* One more slot names the object. */
static inline void object_hold(struct kobject *o) { o->refs++; }

/* One slot fewer. The last one puts the object on the dying list; a thread stops at once. */
void object_release(struct kobject *o);

/* Ends dying objects step by step until none is left (true) or an interrupt waits (false: the
 * caller returns PREEMPTED and comes back). Until it has said true, no memory may be reused. */
bool reap_run(void);
/* Some steps, of what was left by one who was interrupted at it and did not come back. */
void reap_some(void);

/* An interrupt waits to be taken; a long operation should stop at a consistent point. */
bool preempt_pending(void);
