/* Called by an exercise that is still open: names it on the log, and the place to read. */
#pragma once

/* Reports on the kernel's log that this exercise is missing. Each is named once, however often it is reached. */
void exercise_missing(const char *number, const char *name, const char *handout);

/* The same for the system-call entry, which saved no register that the thread could go on with: the current
 * thread stops. The caller leaves by kernel_exit. */
void exercise_missing_at_entry(const char *number, const char *name, const char *handout);
