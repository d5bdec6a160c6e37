/* Restarting the machine. */
#pragma once

/* Reports on the kernel's log that `who`, a thread's name, has ended, and the next step; then acts as the command line asks. */
_Noreturn void restart_machine(const char *who);
