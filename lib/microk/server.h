/*
 * The server loop: it receives requests at one Endpoint and passes them to the
 * dispatch generated from the protocol's interface file.
 */
#pragma once
#include "lib/microk/ipc.h"

struct server;

/* A request being served. Handlers read it; only the runtime writes it. */
struct request {
	u64 badge;
	u8 prot;       /* protocol rights of the capability that the client used */
	u16 label;     /* protocol number << 8 | operation number */
	u64 number;    /* the request's number, if its operation is `once`, for replay; else its lowest 16 bits */
	u8 length;     /* words received */
	u8 caps;       /* capabilities received, in the server's receive slots */
	bool is_call;
	bool deferred; /* set by request_defer */
	struct message *message;
	/* The server that serves it; its received[] has the slots of the capabilities sent with the request. NULL if the
	 * request does not come from server_run: then no capability can arrive, and answers with capabilities are not undone. */
	struct server *server;
};

/* The number of its protocol: FILE_PROTOCOL. A server of several protocols chooses the dispatch by it. */
static inline u32 request_protocol(const struct request *r)
{
	return r->label >> 8;
}

/* A handler returns this after request_defer, to answer later. */
#define STATUS_DEFERRED 255

/* Moves the caller of the request being served into the Reply object in `reply_slot`
 * (see reply_slot_alloc). The handler then returns STATUS_DEFERRED. */
enum microk_status request_defer(struct request *r, cap_t reply_slot);

/* Makes a Reply object of the program's own Untyped; 0 without memory or a free slot. The caller should reuse
 * it after answering. */
cap_t reply_slot_alloc(void);

struct server {
	const char *name;
	cap_t endpoint;
	/* Handles the request (by a generated dispatch) and leaves the answer in r->message. */
	void (*dispatch)(struct request *r);
	void (*closed)(u64 badge);  /* the last capability of that watched badge is gone; may be NULL */
	void (*notified)(u64 bits); /* the bound Notification was signalled; may be NULL */
	/* Handlers set it. If it is not 0 and no message comes before that tick of the TSC, the loop sets it to 0 and calls
	 * expired. */
	u64 deadline;
	void (*expired)(void);
	/* Called when an answer's capabilities did not reach the caller: it died, it gave no empty slot, or the handler's
	 * results cannot be sent. It must undo the handler's work. `sent` are `count` slots of the answer, none 0. May be
	 * NULL. */
	void (*undelivered)(u64 badge, const cap_t *sent, u32 count);
	/* Called when an answer's capabilities have reached the caller. May be NULL. */
	void (*delivered)(const cap_t *sent, u32 count);
	u32 receive_caps; /* capabilities to accept with a message, 0..3; the runtime keeps that many slots empty */
	/* The slots of the current request's capabilities. A handler that keeps one sets its entry to 0; the runtime deletes
	 * the others after the reply. */
	cap_t received[MSG_CAPS];
};

/* Reports to init that the service is ready: supervise.ready to the grant "supervisor", if there is one. */
void server_announce(const struct server *s);

/* Announces the service, then serves for ever. */
_Noreturn void server_run(struct server *s);
