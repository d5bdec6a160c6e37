/* Starts, ends and replaces the instance of a service. */
#pragma once
#include "lib/supervise/service.h"

/* Starts the program `image` with the service's grants. The service has no instance. On failure it leaves nothing behind, and
 * *doing is the step that failed: "making its stack". `view`: the supervisor's, to fill pages in. */
enum microk_status instance_start(struct service *s, const struct elf_image *image,
				  struct view *view, const char **doing);

/* Ends the instance: revokes its memory, takes its grants back, and empties its CNode. Calls that it had received and not
 * answered end with ERR_PEER_DIED, unless it saved them in Reply objects of which another program has a capability; those that wait at the service's Endpoint go on waiting. */
void instance_end(struct service *s);

/* Ends the instance and starts another, which serves the same Endpoint: clients keep their capabilities. After a failure there
 * is no instance, and callers wait until one is started or the service is given up. */
enum microk_status instance_replace(struct service *s, const struct elf_image *image,
				    struct view *view, const char **doing);
