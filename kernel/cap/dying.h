/* The lists of objects that are to be taken apart: one for each thread, and one for each urgency. On those of the urgencies
 * living Endpoints may be, too, which are to be looked at (ipc/serve.h: endpoint_look). */
#pragma once
#include "object/object.h"

/* Must be called once, before user space runs. */
void dying_init(void);

/* Puts o at the head of a list, or before an object on it: `at` is the pointer to the object that o precedes. `level` is the
 * list's: the urgency of the thread that takes its objects apart. */
void dying_add(struct kobject **at, struct kobject *o, u8 level);

/* Puts o after the other objects that wait until the processor is free for this urgency. */
void dying_add_later(struct kobject *o, u8 level);

/* o is on the list of an urgency, of `level` at least, when this returns. It must not be on a thread's list. */
void dying_ensure(struct kobject *o, u8 level);

/* The worker has done a step: the log's output and the objects that wait for the same urgency take turns. */
void dying_take_turns(void);

/* o leaves its list. */
void dying_remove(struct kobject *o);
