/* Calls from the stand-ins up to the steps go through this table, as all calls that go up in the kernel's order go through one
 * (lib/upward.h). */
#include "../../kernel/lib/watch.h"

struct watch watch;
