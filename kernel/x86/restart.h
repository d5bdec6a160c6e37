/* Restarting the machine. */
#pragma once

/* Says on the kernel's log that `who` has ended and what follows; then does it, as the command line says. */
_Noreturn void restart_machine(const char *who);
