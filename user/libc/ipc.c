/* The numbers that ipc.S and signal.S assume. */
#include "lib/microk/ipc.h"
#include "protocols/process.h"
#include "user/libc/actions.h"

_Static_assert(offsetof(struct message, tag) == 0, "ipc.S");
_Static_assert(offsetof(struct message, badge) == 8, "ipc.S");
_Static_assert(offsetof(struct message, word) == 16, "ipc.S");
_Static_assert(MSG_REGS == 8, "ipc.S");
_Static_assert(offsetof(struct thread_self, buffer) == 8, "ipc.S");
_Static_assert(PROCESS_BUFFER(0) == 0x0fffe000, "ipc.S");
_Static_assert(PROCESS_CONTROL + offsetof(struct process_control, interrupted) == 2068, "ipc.S");
_Static_assert(ERR_CANCELLED == 14, "ipc.S");

_Static_assert(offsetof(struct signal_frame, context.registers) == 40, "signal.S");
_Static_assert(offsetof(struct signal_frame, fpu) == SIGNAL_FRAME_FPU, "signal.S");
_Static_assert(sizeof(struct signal_frame) == SIGNAL_FRAME_BYTES, "signal.S");
_Static_assert(sizeof(struct process_diverted) == 32, "signal.S");
