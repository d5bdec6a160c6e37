/* Around the relations of processes. */
#include "family_fakes.h"
#include "gen/protocols/process_server.h"
#include "servers/proc/ends.h"
#include "servers/proc/family.h"
#include "servers/proc/pages.h"
#include "servers/proc/signals.h"
#include "servers/proc/waits.h"
#include "unit.h"

SHARED struct world records;
const struct world *world = &records;
SHARED u32 in_transaction, transactions, outside;
SHARED struct reply replies[16];
SHARED u32 reply_count, deferred, given_back;
SHARED struct process_await_result result;
SHARED u32 kept_count, kept_thread, kept_in;
SHARED u64 kept_number, kept_result;
SHARED u32 reaped[64], reaped_count, reaped_inside;
SHARED u32 noted[64], noted_count, delivered_count;
SHARED struct signal_detail noted_last;
SHARED bool reaps_children;
SHARED u32 poked[64], poked_count;
SHARED u64 poked_at;
SHARED u32 poked_value;

void world_begin(void)
{
	in_transaction++;
	transactions++;
}
enum microk_status world_commit(void)
{
	in_transaction--;
	return OK;
}
void world_abort(void)
{
	in_transaction--;
}
void world_write(const void *to, const void *from, u64 bytes)
{
	outside += !in_transaction;
	__builtin_memcpy((void *)(u64)to, from, bytes);
}
void world_answer(const struct thread *t, u32 label, u64 number, u64 kept, u64 status)
{
	(void)label, (void)status;
	outside += !in_transaction;
	kept_count++;
	kept_thread = (u32)(t - world->threads);
	kept_number = number;
	kept_result = kept;
	kept_in = transactions;
}

enum microk_status poke(const struct process *p, u64 address, const void *from, u64 bytes)
{
	poked[poked_count++ % 64] = process_index(p);
	poked_at = address;
	if (bytes == sizeof(poked_value))
		__builtin_memcpy(&poked_value, from, bytes);
	return OK;
}

static void reap(const struct process *p)
{
	reaped_inside += in_transaction;
	reaped[reaped_count++ % 64] = process_index(p);
	records.processes[process_index(p)].use = PROCESS_NONE;
}
static void no_end(const struct process *p, u32 how, u32 code, const char *cause)
{
	(void)p, (void)how, (void)code, (void)cause;
}
struct ends ends = {.end = no_end, .reaped = reap};

void signal_note(const struct process *p, const struct signal_detail *what)
{
	outside += !in_transaction;
	noted[noted_count++ % 64] = p->number;
	noted_last = *what;
}
void signal_deliver(const struct process *p, u32 signal)
{
	(void)p, (void)signal;
	delivered_count++;
}
void signal_send(const struct process *p, const struct signal_detail *what)
{
	(void)p, (void)what;
}
bool signals_reap_children(const struct process *p)
{
	return (void)p, reaps_children;
}
bool signals_want_stops(const struct process *p)
{
	return (void)p, false;
}

cap_t waits_reply(void)
{
	return 1000 + ++deferred;
}
void waits_reply_back(cap_t reply)
{
	given_back += reply != 0;
}
enum microk_status request_defer(struct request *r, cap_t reply)
{
	return (void)r, (void)reply, OK;
}
enum microk_status process_await_reply(cap_t reply, enum microk_status status,
				       const struct process_await_result *from)
{
	replies[reply_count++ % 16] =
		(struct reply){.reply = reply, .status = status, .result = *from};
	return OK;
}

enum microk_status await(u32 parent, i64 which, u32 flags, u64 number)
{
	struct request r = {.number = number};
	const struct process_await_args args = {.which = which, .flags = flags};

	for (u32 i = 0; i < THREADS; i++)
		if (world->threads[i].used && world->threads[i].process == parent)
			return family_await(
				&r, &world->processes[parent], &world->threads[i], &args, &result);
	return ERR_STATE;
}

void leave(u32 process)
{
	world_begin();
	family_leave(&world->processes[process]);
	world_commit();
}

bool ends_with(u32 process, u32 how, u32 code)
{
	struct process *p = &records.processes[process];

	p->use = PROCESS_ENDED;
	p->how = how;
	p->code = code;
	leave(process);
	return family_ended(p);
}
