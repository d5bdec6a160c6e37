/* System calls enter by the fast path. */
#include "microk/cap.h"
#include "microk/syscall.h"
#include "x86/entry_point.h"

extern char fastpath_entry[];
const u64 entry_point = (u64)fastpath_entry;

/* What fastpath.S writes as numbers. */
_Static_assert(SYS_CALL == 0 && SYS_REPLY_RECV == 1 && SYS_YIELD == 7, "fastpath.S");
_Static_assert(THREAD_READY == 1 && THREAD_RECEIVING == 3 && THREAD_AWAITING == 4, "fastpath.S");
