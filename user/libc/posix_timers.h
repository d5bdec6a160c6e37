/* The process's timers, as timer_create makes them. */
#pragma once

/* A child has none. */
void posix_timers_forked(void);
