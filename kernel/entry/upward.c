#include "cap/dying.h"
#include "cap/transfer.h"
#include "entry/syscall.h"
#include "ipc/cancel.h"
#include "lib/upward.h"
#include "sched/thread.h"

const struct upward upward = {
	.print_current = thread_print_current,
	.choose_entry = entry_choose,
	.cancel_wait = wait_cancel,
	.look_later = dying_ensure,
	.transfer = transfer_invoke,
	.transfer_failed = transfer_failed,
};
