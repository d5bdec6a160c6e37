#include "user/libc/poll.h"
#include "gen/lib/microk/methods.h"
#include "gen/protocols/file_client.h"
#include "gen/protocols/pipe_client.h"
#include "lib/microk/slots.h"
#include "lib/microk/util.h"
#include "protocols/pipe.h"
#include "user/libc/errors.h"
#include "user/libc/flags.h"
#include "user/libc/pollers.h"
#include "user/libc/self.h"
#include "user/libc/waiting.h"

static u32 in_and_out(u32 events)
{
	return (events & EVENT_READABLE ? POLLIN | POLLRDNORM : 0) |
	       (events & EVENT_WRITABLE ? POLLOUT | POLLWRNORM : 0);
}

/* A pipe without writers is at its end: POSIX's POLLHUP. One without readers is an error to a writer. */
static struct readiness look_at_pipe(struct open_file *f)
{
	struct pipe_state_result now;
	u32 access = f->flags & O_ACCMODE, events;

	if (pipe_state(f->cap, &now) != OK)
		return (struct readiness){.events = POLLERR};
	events = in_and_out(now.events);
	if (f->kind == KIND_PIPE && access == O_RDONLY && !now.readable)
		events &= ~(POLLIN | POLLRDNORM);
	if (now.events & PIPE_HANGUP)
		events |= f->kind == KIND_PIPE && access == O_WRONLY ? POLLERR : POLLHUP;
	return (struct readiness){events, f->came + now.readable, f->went + now.writable};
}

static struct readiness look_at_terminal(struct open_file *f)
{
	struct file_stat_result now;
	u32 in = POLLIN | POLLRDNORM, out = POLLOUT | POLLWRNORM;

	if (file_stat(f->cap, &now) != OK)
		return (struct readiness){.events = POLLERR};
	return (struct readiness){now.size ? in | out : out, f->came + now.size, f->went};
}

struct readiness poll_look(struct open_file *f, u64 *tick)
{
	if (f->local)
		return (struct readiness){in_and_out(f->local->events(f, tick)), f->came, f->went};
	switch (f->kind) {
	case KIND_PIPE:
	case KIND_SOCKET: return look_at_pipe(f);
	case KIND_TERMINAL: return look_at_terminal(f);
	default:
		return (struct readiness){
			in_and_out(EVENT_READABLE | EVENT_WRITABLE), f->came, f->went};
	}
}

/* The calling thread's Notification as servers get it: to be signalled alone. 0: no slot is free. */
static cap_t signal_cap(void)
{
	struct own *me = own();
	cap_t slot = me->watches ? me->watches : slot_alloc();

	if (me->watches || !slot)
		return slot;
	if (cnode_copy(SLOT_CNODE, &(struct cnode_copy){.index = slot,
							.source_cnode = SLOT_CNODE,
							.source_index = process_wakeup(),
							.rights = RIGHT_WRITE}) != OK) {
		slot_free(slot);
		return 0;
	}
	me->watches = (u32)slot;
	return slot;
}

void poll_watch(struct open_file *f, u32 events, u32 *places)
{
	u32 access = f->flags & O_ACCMODE, me = own_place(own()) + 1;
	u32 wanted = (events & (POLLIN | POLLRDNORM) && access != O_WRONLY ? EVENT_READABLE : 0) |
		     (events & (POLLOUT | POLLWRNORM) && access != O_RDONLY ? EVENT_WRITABLE : 0);

	if (f->local && f->local->watch)
		f->local->watch(f);
	if (f->local ||
	    (f->kind != KIND_PIPE && f->kind != KIND_SOCKET && f->kind != KIND_TERMINAL))
		return;
	if (!wanted) /* a hang-up is signalled with any event */
		wanted = access == O_WRONLY ? EVENT_WRITABLE : EVENT_READABLE;
	lock_take(&f->lock);
	u32 before = f->watcher;
	bool others = before && before != me && pollers_have(before - 1);
	if (others)
		*places |= 1u << (before - 1);
	if (others || before == me)
		wanted |= f->watched;
	if (before != me || wanted != f->watched) {
		cap_t signal = signal_cap();
		bool set = signal &&
			   file_watch(f->cap, &(struct file_watch_args){
						      .events = wanted, .signal = signal}) == OK;
		f->watched = set ? wanted : 0;
		f->watcher = set ? me : 0;
	}
	lock_give(&f->lock);
}

long poll_sleep(u64 tick, u32 *places)
{
	u64 soon = tsc_read() + process_page->ticks_per_second;
	bool cut = !tick || soon < tick;
	long ended = wait_for_signal(cut ? soon : tick);

	pollers_wake_some(*places);
	*places = 0;
	return ended == -ETIMEDOUT && cut ? 0 : ended;
}
