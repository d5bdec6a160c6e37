/* From stage 2 on: the log's bytes go to the outputs at the urgency of the thread that caused the line. */
#pragma once
#include "microk/types.h"

/* The function for log_defer. */
void log_later(u8 most);

/* Does one step of showing the deferred text. True: all of it is shown. */
bool log_later_step(void);
