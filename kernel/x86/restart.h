/* Restarting the machine. */
#pragma once

/* Reports on the kernel's log that `who`, a thread's name, has ended and what follows; then does what the command line asks for. */
_Noreturn void restart_machine(const char *who);
