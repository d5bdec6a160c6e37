/* System calls enter by the fast path. */
#include "microk/error.h"
#include "microk/syscall.h"
#include "x86/entry_point.h"

extern char fastpath_entry[];
const u64 entry_point = (u64)fastpath_entry;

_Static_assert(SYS_CALL == 0 && OK == 0, "the fast path asks for zero, and leaves it");
