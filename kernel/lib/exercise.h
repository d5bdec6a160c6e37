/* Called by an exercise that is still open: names it on the log, and the place to read. */
#pragma once

/* Reports on the kernel's log that this exercise is missing. Each is named once, however often it is reached. */
void exercise_missing(const char *number, const char *name, const char *handout);
