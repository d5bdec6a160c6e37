/* The state of a service. Its clients' grants refer to it (grant.h), and it is a part of the service (service.h). */
#pragma once

enum service_state {
	SERVICE_IDLE,    /* no instance */
	SERVICE_STARTED, /* its instance runs, and has not reported "ready" */
	SERVICE_READY,
	SERVICE_ENDING,  /* its instance is stopped, and not taken apart yet */
	SERVICE_CLOSING, /* no instance will follow; the last one, if any, is stopped, and not taken apart yet */
	SERVICE_GIVEN_UP /* no instance will follow: its Endpoint is revoked, or is being revoked */
};
