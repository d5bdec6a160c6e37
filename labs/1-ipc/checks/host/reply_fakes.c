/* Around a Reply: transfers of capabilities fail, and reports of faults are recorded. */
#include "reply_fakes.h"
#include "ipc/fault.h"
#include "lib/upward.h"
#include "threads.h"

SHARED u32 transfers_failed, failed_caps;
SHARED struct thread *failed_of;

static status_t transfer(struct thread *f, struct thread *t, u32 n)
{
	return (void)f, (void)t, (void)n, ERR_TRANSFER;
}
static void failed(struct thread *f, u32 n)
{
	transfers_failed++, failed_of = f, failed_caps = n;
}
const struct upward upward = {.transfer = transfer, .transfer_failed = failed};

/* From stage 2 on: the next handler takes the fault, or no handler does. */
SHARED bool next_handler;
SHARED u32 reports;
SHARED struct thread *last_reported;
SHARED bool reported_linked;

bool fault_again(struct thread *t)
{
	reports++, last_reported = t;
	reported_linked |= t->awaiting != NULL;
	if (next_handler)
		t->state = THREAD_SENDING;
	return next_handler;
}

status_t fault_answer(struct thread *faulted, const struct thread *from, u64 tag)
{
	return (void)faulted, (void)from, (void)tag, OK;
}
