#include "servers/proc/faults.h"
#include "lib/microk/print.h"
#include "microk/ipcbuf.h"
#include "servers/proc/badge.h"
#include "servers/proc/cause.h"
#include "servers/proc/pages.h"
#include "servers/proc/process.h"
#include "servers/proc/regions.h"
#include "servers/proc/signals.h"
#include "servers/proc/stack.h"
#include "servers/proc/thread.h"

#define PAGE_FAULT 14
#define PF_WRITE 0x2u
#define PF_FETCH 0x10u

static enum microk_status resolve(const struct process *p, const struct fault_words *f)
{
	bool write = f->error & PF_WRITE, exec = f->error & PF_FETCH;
	enum microk_status status = page_resolve(p, f->address, write, exec);

	if (status != ERR_RANGE || region_find(p, f->address))
		return status;
	status = stack_grow(p, f->address);
	return status == OK ? page_resolve(p, f->address, write, exec) : status;
}

/* False: the process has ended. */
static bool catches(const struct process *p, u32 place, const struct fault_words *f,
		    enum microk_status status)
{
	char cause[CAUSE_BYTES];
	u32 signal = cause_of(p, f, status, cause, sizeof(cause));

	if (signal_fault(p, thread_at(p, place), signal, f))
		return true;
	process_end(p, PROCESS_SIGNALLED, signal, cause);
	return false;
}

void faults_serve(struct request *r)
{
	enum badge_kind kind;
	const struct process *p = badge_process(r->badge, &kind);
	const u64 *word = r->message->word;
	const struct fault_words f = {word[FAULT_VECTOR], word[FAULT_ERROR], word[FAULT_ADDRESS],
				      word[FAULT_IP], word[FAULT_SP]};

	r->message->tag = TAG(FAULT_RETRY, 0);
	if (!p || kind != BADGE_FAULT) {
		r->message->tag = TAG(FAULT_STAYS, 0);
		return;
	}
	enum microk_status status = f.vector == PAGE_FAULT ? resolve(p, &f) : ERR_ARG;
	if (status != OK && !catches(p, badge_place(r->badge), &f, status))
		r->deferred = true;
}
