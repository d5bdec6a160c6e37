/* The process's startup page, and the calling thread's part of the process. */
#pragma once
#include "protocols/process.h"

#define process_page ((const struct process_page *)PROCESS_PAGE)

/* The slots of the calling thread: its capability to proc, and a Notification to sleep on. */
cap_t process_slot(void);
cap_t process_wakeup(void);

/* The first thread's own data, before its first request. */
void self_begin(void);
/* The calling thread is a child's only one. */
void self_forked(void);
