/* Called by the entry of a tree whose exercise 1.1 is open. */
#pragma once

/* As exercise_missing, for the system-call entry, which saved no register that the thread could go on with: the current
 * thread stops. The caller leaves by kernel_exit. */
void exercise_missing_at_entry(const char *number, const char *name, const char *handout);
