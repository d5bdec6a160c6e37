/* The lists of objects that are to be taken apart: one of each thread, and one of each urgency. */
#pragma once
#include "object/object.h"

/* Once, before user space runs. */
void dying_init(void);

/* o goes where `at` names what is first, or what lies on a list already, and before that. `level` is the list's: how urgent the
 * thread is that works it off. */
void dying_add(struct kobject **at, struct kobject *o, u8 level);

/* o goes after what else waits for the processor to be free for this urgency. */
void dying_add_later(struct kobject *o, u8 level);

/* The worker has done a step: the log's output and what else waits for the same urgency take turns. */
void dying_take_turns(void);

/* o leaves its list. */
void dying_remove(struct kobject *o);
