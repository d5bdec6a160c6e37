#include "user/libc/futex.h"
#include "lib/microk/ipc.h"
#include "lib/microk/lock.h"
#include "user/libc/calls.h"
#include "user/libc/errors.h"
#include "user/libc/self.h"
#include "user/libc/time.h"
#include "user/libc/waiting.h"

struct sleeper { /* on its stack */
	struct sleeper *next;
	const int *word; /* NULL: it has been taken out of its queue, and will be woken */
	cap_t wakeup;
	u32 woken;
};

/* Words of one queue need not be the same. */
static struct queue {
	struct lock lock;
	struct sleeper *first;
} queues[32];

static struct queue *queue_of(const int *word)
{
	u64 n = (u64)word / sizeof(*word);

	return &queues[(n ^ n / ARRAY_LEN(queues)) % ARRAY_LEN(queues)];
}

static void append(struct queue *q, struct sleeper *s)
{
	struct sleeper **at = &q->first;

	while (*at)
		at = &(*at)->next;
	s->next = NULL;
	*at = s;
}

static void remove(struct queue *q, const struct sleeper *s)
{
	struct sleeper **at = &q->first;

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
}

/* Its wait has failed. False: it has used up a wake-up meanwhile, which has come. A requeue may put it into another queue. */
static bool give_up(struct sleeper *me)
{
	const int *word;

	while ((word = __atomic_load_n(&me->word, __ATOMIC_SEQ_CST))) {
		struct queue *q = queue_of(word);

		lock_take(&q->lock);
		bool here = me->word == word;
		if (here)
			remove(q, me);
		lock_give(&q->lock);
		if (here)
			return true;
	}
	while (!__atomic_load_n(&me->woken, __ATOMIC_ACQUIRE))
		ipc(SYS_WAIT, me->wakeup, &(struct message){0});
	return false;
}

long futex_wait(const int *word, int value, u64 tick)
{
	struct queue *q = queue_of(word);
	struct sleeper me = {.word = word, .wakeup = process_wakeup()};
	long failed = 0;

	lock_take(&q->lock);
	bool waits = __atomic_load_n(word, __ATOMIC_SEQ_CST) == value;
	if (waits)
		append(q, &me);
	lock_give(&q->lock);
	if (!waits)
		return -EAGAIN;
	while (!failed && !__atomic_load_n(&me.woken, __ATOMIC_ACQUIRE))
		failed = wait_for_signal(tick);
	return failed && give_up(&me) ? failed : 0;
}

/* Takes up to `most` sleepers of the word out of the queue, whose lock the caller has, and makes `now` their word; they follow each
 * other from *due on. */
static long take(struct queue *q, const int *word, long most, const int *now, struct sleeper **due)
{
	struct sleeper **at = &q->first;
	long count = 0;

	while (*at && count < most) {
		struct sleeper *s = *at;

		if (s->word != word) {
			at = &s->next;
			continue;
		}
		*at = s->next;
		s->next = NULL;
		__atomic_store_n(&s->word, now, __ATOMIC_SEQ_CST);
		*due = s;
		due = &s->next;
		count++;
	}
	return count;
}

/* Without the queue's lock, so that none that wakes meets it. A sleeper's stack is its own as soon as it is woken. */
static void wake(struct sleeper *s)
{
	while (s) {
		struct sleeper *next = s->next;
		cap_t wakeup = s->wakeup;

		__atomic_store_n(&s->woken, 1, __ATOMIC_RELEASE);
		ipc(SYS_SIGNAL, wakeup, &(struct message){0});
		s = next;
	}
}

long futex_wake(const int *word, long most)
{
	struct queue *q = queue_of(word);
	struct sleeper *due = NULL;

	lock_take(&q->lock);
	long count = take(q, word, most, NULL, &due);
	lock_give(&q->lock);
	wake(due);
	return count;
}

void futex_clear(int *word)
{
	struct queue *q = queue_of(word);
	struct sleeper *due = NULL;

	lock_take(&q->lock);
	__atomic_store_n(word, 0, __ATOMIC_SEQ_CST);
	take(q, word, 1, NULL, &due);
	lock_give(&q->lock);
	wake(due);
}

static void take_both(struct queue *one, struct queue *other)
{
	lock_take(one < other ? &one->lock : &other->lock);
	if (one != other)
		lock_take(one < other ? &other->lock : &one->lock);
}

static void give_both(struct queue *one, struct queue *other)
{
	lock_give(&one->lock);
	if (one != other)
		lock_give(&other->lock);
}

/* Wakes `most` of the word's sleepers; up to `moved` further ones wait for another word from then on. value: NULL, or that the
 * word must have. */
static long requeue(const int *word, long most, long moved, const int *to, const int *value)
{
	struct queue *q = queue_of(word), *other = queue_of(to);
	struct sleeper *due = NULL, *rest = NULL;
	long count = -EAGAIN;

	take_both(q, other);
	if (!value || __atomic_load_n(word, __ATOMIC_SEQ_CST) == *value) {
		count = take(q, word, most, NULL, &due);
		long requeued = take(q, word, moved, to, &rest);
		count += value ? requeued : 0; /* as Linux counts */
		while (rest) {
			struct sleeper *next = rest->next;

			append(other, rest);
			rest = next;
		}
	}
	give_both(q, other);
	wake(due);
	return count;
}

void futex_forked(void)
{
	for (struct queue *q = queues; q < queues + ARRAY_LEN(queues); q++)
		*q = (struct queue){0};
}

/* ---- The system call (futex(2)) ---- */

#define FUTEX_WAIT 0
#define FUTEX_WAKE 1
#define FUTEX_REQUEUE 3
#define FUTEX_CMP_REQUEUE 4
#define FUTEX_FLAGS                                                                                \
	(128 |                                                                                     \
	 256) /* private, as all are here; and the clock of a deadline, which no operation here has */

long call_futex(const long a[6])
{
	const int *word = (const int *)a[0], value = (int)a[5];
	const struct timespec *timeout = (const struct timespec *)a[3];

	if (!word || a[0] % (long)sizeof(*word))
		return -EINVAL;
	switch (a[1] & ~FUTEX_FLAGS) {
	case FUTEX_WAIT:
		if (timeout && !time_is_valid(timeout))
			return -EINVAL;
		return futex_wait(word, (int)a[2], timeout ? tick_after(timeout) : 0);
	case FUTEX_WAKE: return futex_wake(word, (int)a[2]);
	case FUTEX_REQUEUE: return requeue(word, (int)a[2], a[3], (const int *)a[4], NULL);
	case FUTEX_CMP_REQUEUE: return requeue(word, (int)a[2], a[3], (const int *)a[4], &value);
	default: return -ENOSYS;
	}
}
