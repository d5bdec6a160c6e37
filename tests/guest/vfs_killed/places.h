/*
 * Where the file server is in a request, as the memory that outlives it shows: its state area (lib/state), the undo log of its file
 * system (servers/vfs/cache) and the vote that joins the two (servers/vfs/diskfs.c).
 */
#pragma once
#include "lib/supervise/service.h"

enum place {
	IDLE,      /* it waits for a request */
	RECEIVED,  /* it has one, which has changed nothing */
	CHANGING,  /* the file system has changed something, and nothing is decided */
	LOGGING,   /* the state area has, and the file system has not */
	VOTED,     /* the vote is written, and not committed */
	DECIDED,   /* the vote is committed, and the state area's transaction is not */
	COMMITTED, /* both are, and the answer is not sent */
	AT_DISK,   /* it waits for the disk, in the middle of a request */
	FREED,     /* a file is freed by its last close, and its description is still there */
	AHEAD,     /* as DECIDED, but the state area's is committed first: there an effect would be lost, so it must not be */
	STARTING,  /* it is not ready: it takes over what its predecessor left */
	PLACES
};

extern const char *const place_names[PLACES];

/* Maps that memory of the service, whose grants have been made; again after each instance, whose end takes it from all. */
bool places_open(const struct service *vfs);

/* RECEIVED and COMMITTED are known from the place before: it must be called often. */
enum place place_now(const struct service *vfs);

/* Whether it waits for the answer of a server that has received its request. */
bool place_is_call(const struct service *vfs);
