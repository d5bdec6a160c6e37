/* The layouts that ipc.S and start.c assume. */
#include "lib/microk/ipc.h"
#include "microk/info.h"
#include "lib/microk/startup.h"

_Static_assert(offsetof(struct message, tag) == 0, "ipc.S");
_Static_assert(offsetof(struct message, badge) == 8, "ipc.S");
_Static_assert(offsetof(struct message, word) == 16, "ipc.S");
_Static_assert(MSG_REGS == 8, "ipc.S");
_Static_assert(STARTUP_IPC_BUFFER == ROOT_IPC_BUFFER_ADDRESS, "the root task runs this code too");
