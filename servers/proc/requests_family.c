/* The requests of protocol process that are about other processes, and about signals. */
#include "lib/microk/string.h"
#include "lib/microk/stub.h"
#include "lib/fileserver/serve.h"
#include "servers/proc/family.h"
#include "servers/proc/forking.h"
#include "servers/proc/loader.h"
#include "servers/proc/requests_parts.h"
#include "servers/proc/signals.h"
#include "servers/proc/spawning.h"
#include "servers/proc/thread.h"
#include "servers/proc/timers.h"

/* ---- Programs ---- */

/* Another thread of it has asked for that. */
static bool is_being_replaced(const struct process *p)
{
	for (const struct process *q = world->processes; q < world->processes + PROCESSES; q++)
		if (q->use != PROCESS_NONE && q->replaces == process_index(p) + 1)
			return true;
	return false;
}

/* Its file is the loader's from then on. */
static enum microk_status take(struct request *r, u64 plan, cap_t file, bool replaces)
{
	const struct thread *t = requests_thread(r);

	if (!t)
		return ERR_STATE;
	enum microk_status status = loader_adopt(r, t);
	if (status != ERR_NOT_FOUND)
		return status;
	if (replaces && is_being_replaced(requests_caller(r)))
		return ERR_NO_SPACE;
	status = spawning_take(
		r, &(struct spawning){.process = requests_caller(r),
				      .thread = t,
				      .plan = plan,
				      .file = file,
				      .replaces = replaces});
	if (status == STATUS_DEFERRED)
		r->server->received[0] = 0;
	return status;
}

enum microk_status requests_spawn(struct request *r, const struct process_spawn_args *args,
				  struct process_spawn_result *result)
{
	const struct thread *t = requests_thread(r);

	if (t && requests_answered(r, t)) {
		result->number = (u32)t->result;
		return OK;
	}
	return take(r, args->plan, args->file, false);
}

enum microk_status requests_exec(struct request *r, const struct process_exec_args *args,
				 struct process_exec_result *result)
{
	(void)result;
	return take(r, args->plan, args->file, true);
}

enum microk_status requests_fork(struct request *r, struct process_fork_result *result)
{
	const struct thread *t = requests_thread(r);

	if (!t)
		return ERR_STATE;
	if (requests_answered(r, t)) {
		result->number = (u32)t->result;
		return OK;
	}
	return forking_make(r, requests_caller(r), t, &result->number);
}

/* ---- Children ---- */

enum microk_status requests_await(struct request *r, const struct process_await_args *args,
				  struct process_await_result *result)
{
	const struct thread *t = requests_thread(r);

	if (!t)
		return ERR_STATE;
	if (requests_answered(r, t)) {
		family_unpack(t->result, result);
		return OK;
	}
	return family_await(r, requests_caller(r), t, args, result);
}

/* A thread's record keeps a signal that it has taken in two words. */
static u64 pack(const struct signal_detail *what)
{
	return (u64)(what->signal & 0xff) | (u64)(what->code & 0xff) << 8 |
	       (u64)(what->status & 0xffff) << 16 | (u64)what->sender << 32;
}

static void unpack(const struct thread *t, struct process_take_result *result)
{
	result->signal = t->result & 0xff;
	i64 code = t->result >> 8 & 0xff;
	result->code = code < 0x80 ? code : code - 0x100;
	result->detail = t->result >> 16 & 0xffff;
	result->sender = (u32)(t->result >> 32);
	result->address = t->status;
}

/* The answer to an operation that is `once`, as its own dispatch would give it, from the thread's record. */
static void answer_again(struct request *r, const struct thread *t)
{
	struct process_await_result await;
	struct process_take_result take;
	struct message *m = r->message;
	u32 words = 1;

	*m = (struct message){.word = {t->result}};
	switch (t->answered) {
	case PROCESS_LABEL_SPAWN: words = 2; break; /* an empty string is its length alone */
	case PROCESS_LABEL_AWAIT:
		family_unpack(t->result, &await);
		words = 3;
		m->word[0] = await.number;
		m->word[1] = await.how;
		m->word[2] = await.code;
		break;
	case PROCESS_LABEL_TAKE:
		unpack(t, &take);
		words = 5;
		m->word[0] = take.signal;
		m->word[1] = (u64)take.code;
		m->word[2] = take.sender;
		m->word[3] = take.detail;
		m->word[4] = take.address;
		break;
	default: break;
	}
	m->tag = STUB_TAG(OK, words, 0, r->number);
}

/* A request that had no effect leaves no record, and is done again. */
enum microk_status requests_abandon(struct request *r)
{
	const struct thread *t = requests_thread(r);

	if (!t)
		return ERR_CANCELLED;
	if (requests_answered(r, t)) {
		answer_again(r, t);
		return OK;
	}
	family_abandon(t, r->number);
	enum microk_status status = loader_adopt(r, t);
	return status == ERR_NOT_FOUND ? ERR_CANCELLED : status;
}

/* ---- Signals ---- */

enum microk_status requests_signal(struct request *r, const struct process_signal_args *args)
{
	const struct process *p = requests_caller(r);

	if (!p)
		return ERR_STATE;
	enum microk_status status = family_signal(p, args->to, args->signal);
	if (requests_caller(r))
		return status;
	r->deferred = true; /* it was the caller's own end */
	return STATUS_DEFERRED;
}

enum microk_status requests_queue(struct request *r, const struct process_queue_args *args)
{
	const struct process *p = requests_caller(r);

	if (!p)
		return ERR_STATE;
	enum microk_status status = family_queue(p, args->to, args->signal, args->value);
	if (requests_caller(r))
		return status;
	r->deferred = true; /* it was the caller's own end */
	return STATUS_DEFERRED;
}

enum microk_status requests_signal_thread(
	struct request *r, const struct process_signal_thread_args *args)
{
	const struct process *p = requests_caller(r);
	const struct thread *t = p ? thread_at(p, args->place) : NULL;

	if (!p)
		return ERR_STATE;
	if (!t || t->used != THREAD_ACTIVE)
		return ERR_NOT_FOUND;
	if (args->signal > PROCESS_SIGNALS_MAX)
		return ERR_RANGE;
	if (args->signal)
		signal_send_thread(
			p, t,
			&(struct signal_detail){.signal = args->signal,
						.code = PROCESS_SI_TKILL,
						.sender = p->number});
	if (requests_caller(r))
		return OK;
	r->deferred = true;
	return STATUS_DEFERRED;
}

enum microk_status requests_take(struct request *r, const struct process_take_args *args,
				 struct process_take_result *result)
{
	const struct process *p = requests_caller(r);
	const struct thread *t = requests_thread(r);
	struct signal_detail what = {0};

	if (!t)
		return ERR_STATE;
	if (!requests_answered(r, t)) {
		world_begin();
		what.signal = signal_take(p, t, args->mask & ~PROCESS_SURE, &what);
		world_answer(t, PROCESS_LABEL_TAKE, r->number, pack(&what), what.address);
		enum microk_status status = requests_settle(OK);
		if (status != OK)
			return status;
		signal_taken(p, t);
	}
	unpack(t, result);
	return OK;
}

enum microk_status requests_alarm(struct request *r, const struct process_alarm_args *args,
				  struct process_alarm_result *result)
{
	const struct process *p = requests_caller(r);

	if (!p)
		return ERR_STATE;
	result->before_at = p->timers[0].at;
	result->before_every = p->timers[0].every;
	world_begin();
	timer_set(p, 0,
		  &(struct process_timer){
			  .at = args->at, .every = args->every, .signal = PROCESS_SIGALRM});
	enum microk_status status = requests_settle(OK);
	if (args->at)
		fileserver_wake(args->at);
	return status;
}

enum microk_status requests_timer(struct request *r, const struct process_timer_args *args,
				  struct process_timer_result *result)
{
	const struct process *p = requests_caller(r);

	if (!p)
		return ERR_STATE;
	if (args->index == 0 || args->index >= PROCESS_TIMERS || args->signal == 0 ||
	    args->signal > PROCESS_SIGNALS_MAX || args->thread > PROCESS_THREADS)
		return ERR_RANGE;
	result->before_at = p->timers[args->index].at;
	result->before_every = p->timers[args->index].every;
	world_begin();
	timer_set(p, args->index,
		  &(struct process_timer){
			  .at = args->at,
			  .every = args->every,
			  .value = args->value,
			  .signal = args->signal,
			  .thread = args->thread});
	enum microk_status status = requests_settle(OK);
	if (args->at)
		fileserver_wake(args->at);
	return status;
}

enum microk_status requests_timer_state(
	struct request *r, const struct process_timer_state_args *args,
	struct process_timer_state_result *result)
{
	const struct process *p = requests_caller(r);

	if (!p)
		return ERR_STATE;
	if (args->index >= PROCESS_TIMERS)
		return ERR_RANGE;
	const struct process_timer *t = &p->timers[args->index];
	*result = (struct process_timer_state_result){
		.at = t->at, .every = t->every, .overruns = t->overruns};
	return OK;
}

/* ---- Groups and sessions ---- */

enum microk_status requests_relations(struct request *r, const struct process_relations_args *args,
				      struct process_relations_result *result)
{
	const struct process *from = requests_caller(r);
	const struct process *p = args->number ? process_find(args->number) : from;

	if (!from)
		return ERR_STATE;
	if (!p || p->client != from->client || p->replaces)
		return ERR_NOT_FOUND;
	const struct process *leader = family_leader(p);
	result->parent = p->parent;
	result->group = p->group;
	result->session = p->session;
	result->foreground = leader ? leader->foreground : 0;
	return OK;
}

enum microk_status requests_set_group(struct request *r, const struct process_set_group_args *args)
{
	const struct process *p = requests_caller(r);

	if (!p)
		return ERR_STATE;
	world_begin();
	return requests_settle(family_set_group(p, args->number, args->group));
}

enum microk_status requests_begin_session(
	struct request *r, struct process_begin_session_result *result)
{
	const struct process *p = requests_caller(r);
	const struct thread *t = requests_thread(r);

	if (!t)
		return ERR_STATE;
	result->session = p->number;
	if (requests_answered(r, t))
		return OK;
	world_begin();
	enum microk_status status = family_begin_session(p);
	if (status == OK) {
		world_answer(t, PROCESS_LABEL_BEGIN_SESSION, r->number, p->number, OK);
	}
	return requests_settle(status);
}

enum microk_status requests_set_foreground(
	struct request *r, const struct process_set_foreground_args *args)
{
	const struct process *p = requests_caller(r);

	if (!p)
		return ERR_STATE;
	world_begin();
	return requests_settle(family_set_foreground(p, args->group));
}
