/* The word of a lock: NULL, TAKEN, or the last of the sleepers that wait for it, whose list ends with TAKEN. */
#include "lib/microk/lock.h"
#include "lib/microk/ipc.h"
#include "lib/microk/self.h"

struct lock_sleeper { /* on the sleeper's stack */
	struct lock_sleeper *next;
	cap_t wakeup;
	bool woken;
};

static struct lock_sleeper taken;
#define TAKEN (&taken)

static bool change(struct lock *l, struct lock_sleeper *from, struct lock_sleeper *to)
{
	return __atomic_compare_exchange_n(
		&l->state, &from, to, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

/* A wait may end by an error, or by a signal that came for another reason, while the list still has the entry. */
static void sleep(struct lock *l, struct lock_sleeper *before)
{
	struct lock_sleeper me = {.next = before, .wakeup = thread_self()->wakeup};
	struct message m = {0};

	if (!me.wakeup) /* not a thread of this library: it can only let others run */
		ipc(SYS_YIELD, 0, &m);
	else if (change(l, before, &me))
		while (!__atomic_load_n(&me.woken, __ATOMIC_ACQUIRE)) {
			m.tag = 0;
			ipc(SYS_WAIT, me.wakeup, &m);
		}
}

void lock_take(struct lock *l)
{
	while (!change(l, NULL, TAKEN)) {
		struct lock_sleeper *before = __atomic_load_n(&l->state, __ATOMIC_ACQUIRE);

		if (before)
			sleep(l, before);
	}
}

void lock_give(struct lock *l)
{
	struct lock_sleeper *s = __atomic_exchange_n(&l->state, NULL, __ATOMIC_ACQ_REL);

	while (s != TAKEN) {
		struct lock_sleeper *next =
			s->next; /* the sleeper's stack is its own once it is awake */
		cap_t wakeup = s->wakeup;
		struct message m = {0};

		__atomic_store_n(&s->woken, true, __ATOMIC_RELEASE);
		ipc(SYS_SIGNAL, wakeup, &m);
		s = next;
	}
}
