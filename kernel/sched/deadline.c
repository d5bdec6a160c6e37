/*
 * Deadlines, on a hierarchical timing wheel (Varghese and Lauck, 1987). seL4 (MCS) keeps a sorted list,
 * which takes longer the more others wait; a heap would be bounded but needs an array. The wheel
 * is linked through the threads and every operation is constant time: an entry moves down a level when
 * the time comes near, at most WHEEL_LEVELS times in its life.
 *
 * Threads whose deadlines fall into one quantum are woken in no order, with interrupts let in between: an urgent one
 * may wake after all others of its quantum.
 *
 * Level and list of an entry follow from the highest 6-bit digit in which its time and the wheel's
 * `now` differ. All lists of a level lie ahead of `now`, but for one that is being emptied.
 */
#include "sched/deadline.h"
#include "ipc/cancel.h"
#include "microk/ipcbuf.h"
#include "sched/cpu.h"
#include "sched/schedule.h"

#define DIGIT 6
#define EXPIRE_AT_ONCE 16 /* entries looked at for one interrupt */
#define QUANTA_MAX ((1ul << DIGIT * WHEEL_LEVELS) - 1)

static void insert(struct wheel *w, struct thread *t)
{
	/* Rounded up: never early. What is past comes up next; what lies beyond the wheel's end goes as
	 * far as it reaches, and on from there. */
	u64 when = (t->deadline >> WHEEL_QUANTUM_BITS) + 1;

	when = MIN(MAX(when, w->now + 1), w->now | QUANTA_MAX);
	u32 level = (u32)(63 - __builtin_clzl(when ^ w->now)) / DIGIT;
	u32 slot = when >> DIGIT * level & (WHEEL_SLOTS - 1);
	struct thread **head = &w->lists[level][slot];

	t->timer_next = *head;
	t->timer_link = head;
	if (*head)
		(*head)->timer_link = &t->timer_next;
	*head = t;
	t->timer_list = (u16)(level * WHEEL_SLOTS + slot);
	w->filled[level] |= 1ul << slot;
}

static void take_out(struct wheel *w, struct thread *t)
{
	u32 level = t->timer_list / WHEEL_SLOTS, slot = t->timer_list % WHEEL_SLOTS;

	*t->timer_link = t->timer_next;
	if (t->timer_next)
		t->timer_next->timer_link = t->timer_link;
	t->timer_link = NULL;
	if (!w->lists[level][slot])
		w->filled[level] &= ~(1ul << slot);
}

/* The list that comes up next and when (in quanta); ~0 if there is none. */
static u64 next_list(struct wheel *w, struct thread **first)
{
	u64 next = ~0ul;

	for (u32 l = 0; l < WHEEL_LEVELS; l++) {
		if (!w->filled[l])
			continue;
		u32 slot = (u32)__builtin_ctzl(w->filled[l]);
		u64 when = (w->now >> DIGIT * (l + 1) << DIGIT * (l + 1)) | (u64)slot << DIGIT * l;
		if (when < next) {
			next = when;
			*first = w->lists[l][slot];
		}
	}
	return next;
}

static void note_next(struct wheel *w)
{
	struct thread *first;
	u64 when = next_list(w, &first);

	w->next_tsc = when == ~0ul ? ~0ul : when << WHEEL_QUANTUM_BITS;
}

status_t deadline_check(const struct thread *t, u64 tag)
{
	return (tag & TAG_DEADLINE) && !t->buffer ? ERR_BUFFER : OK;
}

void deadline_start(struct thread *t)
{
	struct wheel *w = &this_cpu()->wheel;

	t->deadline = t->buffer->deadline;
	t->extras |= EXTRA_TIMED;
	insert(w, t);
	note_next(w);
	schedule_request(); /* the timer may have to fire earlier */
}

void deadline_stop(struct thread *t)
{
	struct wheel *w = &this_cpu()->wheel;

	if (!t->timer_link)
		return;
	take_out(w, t);
	t->extras &= ~EXTRA_TIMED;
	note_next(w);
}

void deadline_expire(u64 now_tsc)
{
	struct wheel *w = &this_cpu()->wheel;
	u64 now = now_tsc >> WHEEL_QUANTUM_BITS, when = 0;
	struct thread *t;

	for (u32 i = 0; i < EXPIRE_AT_ONCE; i++) {
		when = next_list(w, &t);
		if (when > now)
			break;
		w->now = MAX(w->now, when);
		take_out(w, t);
		if (t->deadline >> WHEEL_QUANTUM_BITS >= w->now) {
			insert(w, t); /* its time has come near: down to a finer level */
			continue;
		}
		t->extras &= ~EXTRA_TIMED;
		if (wait_cancel(t))
			thread_wake(t, ERR_DEADLINE);
	}
	if (when > now)
		w->now = MAX(w->now, now);
	note_next(w);
}
