/* The end of objects: reference counts, and the lists of the dying. */
#pragma once
#include "object/object.h"
#include "microk/types.h"

struct thread;

/* Must be called once, before user space runs. `memory` has marks_bytes(end) bytes; RAM ends at `end`. */
void reap_init(void *memory, u64 end);

/* One slot fewer names the object. When no slot names it any more, it ends, at once if that takes a bounded number of steps.
 * Otherwise it is put on a list, to be taken apart later: the list of the running thread, which caused its end; or, if that
 * thread is more urgent than the thread that made the object, the list of the maker's urgency. A thread object stops running
 * at once. */
void object_release(struct kobject *o);

/* The current thread takes apart the objects that it ended, step by step, until nothing is left (true) or an interrupt
 * waits (false: the caller returns PREEMPTED and comes back). Its own end waits for reap_finish. */
bool reap_run(void);

/* The same on the way out of the kernel, where the thread itself may be one of the objects. Then no thread is current
 * afterwards. */
bool reap_finish(void);

/* Takes apart the dying objects in [base, base + bytes), whichever thread ended them, because the caller needs that memory.
 * True: nothing is left there; false: an interrupt waits. */
bool reap_in(u64 base, u64 bytes);

/* The same for memory that was revoked. A caller that has ended itself by the revoke leaves the rest to the lists. */
bool reap_revoked(u64 base, u64 bytes);
