/*
 * A signal's direct switch (sched/hand_over.h) against the way by the ready queue and the scheduler, from the same random
 * states: the same thread runs, the others are where they would be, and the timer is not set later.
 */
#include "machine.h"
#include "ipc/notification.h"
#include "pc/apic.h"
#include "microk/error.h"
#include "sched/deadline.h"
#include "sched/hand_over.h"
#include "sched/lookup.h"
#include "sched/ready.h"
#include "sched/schedule.h"
#include "tests/random.h"
#include "x86/cpu.h"

/* The slow way: the same source, with every thread that it wakes put in the ready queue. */
#define thread_hand_over thread_resume
#define notification_signal slow_notification_signal
#define notification_take_bound slow_notification_take_bound
#define notification_remove slow_notification_remove
#define notification_fail_one slow_notification_fail_one
#define signal_decode slow_signal_decode
#define wait_decode slow_wait_decode
#include "../../../kernel/ipc/notification.c"
#undef signal_decode

#define THREADS 6
#define ROUNDS 20000
#define CAP 20 /* the Notification's slot */
enum { WAITER = THREADS - 1 };

static struct thread *thread[THREADS];
static struct notification *n;
static struct endpoint *ep;
static struct ipcbuf *buffer;
static u64 state = 1;
static u32 direct, queued, timed_runs;

static u32 dice_of(u32 sides)
{
	return (u32)(random_next(&state) % sides);
}

static void make_thread(u32 i)
{
	struct thread *t = phys_to_virt(0x60000 + i * 0x1000);

	memset(t, 0, sizeof(*t));
	thread_init(t);
	t->priority = t->own_priority = (u8)(1 + dice_of(4));
	t->caps = machine_root->slots;
	t->caps_count = ROOT_SLOTS;
	t->buffer = buffer;
	t->ticks = dice_of(1000);
	t->slice_until = dice_of(2) ? dice_of(1000) : 0;
	t->state = THREAD_READY;
	thread[i] = t;
}

/* Thread 0 runs; the last one waits, in one of the two ways; the others are ready, or sleep until a deadline. */
static void make_state(void)
{
	memset(n, 0, sizeof(*n));
	ep->receivers.head = NULL;
	n->header.type = CAP_NOTIFICATION;
	for (u32 p = 0; p < PRIORITIES; p++)
		cpu0.ready_lists[p] = (struct ready_list){0}, cpu0.timed_first[p] = NULL;
	cpu0.ready = cpu0.timed = 0;
	for (u32 i = 0; i < THREADS; i++)
		make_thread(i);
	cpu0.current = thread[0];
	cpu0.charged = thread[0];
	for (u32 i = 1; i < WAITER; i++) {
		buffer->deadline = dice_of(2) ? ~0ul : 1000000000000ul + dice_of(1000);
		if (dice_of(4) == 0) {
			thread[i]->state = THREAD_AWAITING;
			deadline_start(thread[i]);
		} else if (thread[i]->priority <= thread[0]->priority) {
			ready_add(thread[i]);
		}
	}
	struct thread *w = thread[WAITER];
	if (dice_of(3)) {
		queue_insert(&n->waiters, w, &n->header);
		w->state = THREAD_WAITING;
	} else {
		endpoint_add_receiver(ep, w);
		w->state = THREAD_RECEIVING;
		n->bound = w;
	}
	if (dice_of(5) == 0) {
		buffer->deadline = ~0ul;
		deadline_start(w);
	}
	if (dice_of(3) == 0) {
		w->bound_reply.caller = thread[dice_of(2)];
		w->bound_reply.caller->awaiting = &w->bound_reply;
	}
	cpu0.need_schedule = false;
	cpu0.timer_at = ~0ul;
	schedule_set_timer();
	thread[0]->regs.rdi = CAP;
}

struct image {
	u8 memory[THREADS * 0x1000];
	struct notification n;
	struct queue receivers;
	struct cpu cpu;
};

static void keep(struct image *to)
{
	memcpy(to->memory, thread[0], sizeof(to->memory));
	to->n = *n;
	to->receivers = ep->receivers;
	to->cpu = cpu0;
}

static void put_back(const struct image *from)
{
	memcpy(thread[0], from->memory, sizeof(from->memory));
	*n = from->n;
	ep->receivers = from->receivers;
	cpu0 = from->cpu;
}

/* Links of a thread that is in no queue mean nothing. */
static void forget_links(void)
{
	for (u32 i = 0; i < THREADS; i++)
		if (!thread[i]->queued)
			thread[i]->next = thread[i]->prev = NULL;
}

static void run(status_t (*signal)(struct thread *t, u64 tag), struct image *after)
{
	MUST(signal(thread[0], SYS_SIGNAL) == OK);
	if (signal == signal_decode && !cpu0.need_schedule && cpu0.current != thread[0])
		direct++;
	else if (signal == signal_decode)
		queued++;
	if (cpu0.need_schedule) {
		schedule_pick();
		schedule_set_timer();
	}
	forget_links();
	keep(after);
}

static void compare(const struct image *fast, const struct image *slow)
{
	struct image f = *fast, s = *slow;

	/* The slow way may set the timer later, and then notes which deadlines it no longer serves. */
	u64 next = deadline_next(MIN(thread[0]->priority, f.cpu.current->priority));
	MUST(f.cpu.timer_at <= next || (f.cpu.slow_reasons & SLOW_TIMER));
	MUST(f.cpu.timer_at <= s.cpu.timer_at ||
	     f.cpu.timer_at - f.cpu.charged_since <= tsc_hz / 100);
	f.cpu.timer_at = s.cpu.timer_at = 0;
	f.cpu.slow_reasons = s.cpu.slow_reasons = 0;
	MUST(!memcmp(&f.cpu, &s.cpu, sizeof(f.cpu)));
	MUST(!memcmp(&f.n, &s.n, sizeof(f.n)) && f.receivers.head == s.receivers.head);
	for (u32 i = 0; i < THREADS; i++) {
		struct thread *a = (struct thread *)(f.memory + i * 0x1000),
			      *b = (struct thread *)(s.memory + i * 0x1000);

		/* Only the scheduler, when it sets the timer, begins a new slice. */
		a->slice_until = b->slice_until = 0;
		MUST(!memcmp(a, b, sizeof(*a)));
	}
}

int main(void)
{
	static struct image before, fast, slow;

	machine_begin(1);
	ep = (struct endpoint *)machine_root->slots[M_PIPE].object;
	n = phys_to_virt(0x70000);
	buffer = phys_to_virt(0x71000);
	machine_root->slots[CAP] = (struct slot){
		.type = CAP_NOTIFICATION,
		.rights = RIGHT_ALL_KERNEL,
		.object = &n->header,
		.badge = 5};
	for (u32 i = 0; i < ROUNDS; i++) {
		make_state();
		timed_runs += cpu0.timed != 0;
		keep(&before);
		run(slow_signal_decode, &slow);
		put_back(&before);
		run(signal_decode, &fast);
		compare(&fast, &slow);
		put_back(&before);
	}
	printf("%u signals switched directly, %u by the queue; %u with deadlines\n", direct, queued,
	       timed_runs);
	MUST(direct > ROUNDS / 10 && queued > ROUNDS / 10 && timed_runs > ROUNDS / 10);
	return 0;
}
