/* For the clients of servers that are killed. */
#pragma once
#include "lib/microk/thread.h"
#include "microk/error.h"

#define DEATHS_MOST 1000u

/*
 * Makes a call until a server has answered it, always as the same request: the stub repeats a call three times, and servers are
 * killed more often than that during one.
 */
#define ANSWERED(status, call)                                                                     \
	do {                                                                                       \
		const u32 before_ = thread_self()->requests;                                       \
		u32 deaths_ = 0;                                                                   \
		do {                                                                               \
			thread_self()->requests = before_;                                         \
			(status) = (call);                                                         \
		} while ((status) == ERR_PEER_DIED && ++deaths_ < DEATHS_MOST);                    \
	} while (0)
