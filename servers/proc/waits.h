/* Callers that wait for the end of a process. Their Replies are the instance's; when it dies, they ask its successor again. */
#pragma once
#include "lib/microk/server.h"
#include "servers/proc/world.h"

/* Puts the caller of process.wait aside. STATUS_DEFERRED, or an error: ERR_NO_SPACE. */
enum microk_status waits_add(struct request *r, const struct process *p);
/* Answers all that wait for it. */
void waits_ended(const struct process *p);

/* A Reply that is free, for a request that is put aside; and back. 0: there is none. */
cap_t waits_reply(void);
void waits_reply_back(cap_t reply);
