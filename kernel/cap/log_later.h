/* From stage 2 on: the log's bytes go to the outputs at the urgency of the thread that caused the line. */
#pragma once
#include "microk/types.h"

/* For log_defer. */
void log_later(u8 most);

/* A step of that. True: it is done. */
bool log_later_step(void);
