/* Starts, ends and replaces the instance of a service. */
#pragma once
#include "lib/supervise/service.h"

/* Starts the program `image` with the service's grants. The service has no instance. On failure it leaves nothing behind, and
 * *doing is the step that failed: "making its stack". `view`: the supervisor's, to fill pages in. */
enum microk_status instance_start(struct service *s, const struct elf_image *image,
				  struct view *view, const char **doing);

/*
 * An instance ends in two steps, because the time of the second grows with the number of objects that the program has made and of
 * capabilities that it has copied. A supervisor that is more urgent than its services leaves that step to another thread, at the
 * service's priority.
 *
 * The first step takes the same time for every program: it stops the instance's first thread. A call that this thread had
 * received, and had not put into a Reply object, ends with ERR_PEER_DIED. Other threads of the instance run on until the
 * second step ends them; their reports are ignored. The state is SERVICE_ENDING.
 *
 * A driver's device goes on reading and writing memory when its driver has stopped. So this step takes the bus from it
 * (`stopped`), before any memory that it reaches is used again. The next instance resets the device, and only then lets it have
 * the bus. The frames for it outlive instances: they are not made of the instance's memory, and are its next instance's again.
 */
void instance_stop(struct service *s);

/* Takes the bus from the service's device once more, when the second step is done: another thread of the instance may have
 * turned it on after the first step, or a request that the device's owner had received. Nothing is left then to do that. */
void instance_stop_device(const struct service *s);

/* The second step: revokes the instance's memory, takes its grants back, and empties its CNode. It writes nothing into the
 * service, so that another thread may take it. Until it has returned, the supervisor starts no other instance. */
void instance_take_apart(const struct service *s);

/* Takes both steps, and waits for them. Calls that the instance had received and not answered end with ERR_PEER_DIED, unless it
 * saved them in Reply objects of which another program has a capability; those that wait at the service's Endpoint go on
 * waiting. */
void instance_end(struct service *s);

/* Ends the instance and starts another, which serves the same Endpoint: clients keep their capabilities. After a failure there
 * is no instance, and callers wait until one is started or the service is given up. */
enum microk_status instance_replace(struct service *s, const struct elf_image *image,
				    struct view *view, const char **doing);
