/* The layout that ipc.S assumes, and the place of the first thread's IPC buffer. */
#include "lib/microk/ipc.h"
#include "microk/info.h"
#include "lib/microk/startup.h"

struct ipcbuf *ipc_buffer = (struct ipcbuf *)STARTUP_IPC_BUFFER;

_Static_assert(offsetof(struct message, tag) == 0, "ipc.S");
_Static_assert(offsetof(struct message, badge) == 8, "ipc.S");
_Static_assert(offsetof(struct message, word) == 16, "ipc.S");
_Static_assert(MSG_REGS == 8, "ipc.S");
_Static_assert(STARTUP_IPC_BUFFER == ROOT_IPC_BUFFER_ADDRESS, "the root task runs this code too");
