/*
 * The service runtime: a loop that receives requests on one endpoint and hands them to the
 * dispatch generated from the protocol's interface file.
 */
#pragma once
#include "lib/microk/ipc.h"

struct service;

/* A request being served. Handlers read it; only the runtime writes it. */
struct request {
	u64 badge;
	u8 prot;       /* protocol rights of the capability the client used */
	u16 label;     /* protocol number << 8 | operation number */
	u16 number;    /* request number, for replay */
	u8 length;     /* words received */
	u8 caps;       /* capabilities received, in the service's receive slots */
	bool is_call;
	bool deferred; /* set by request_defer */
	struct message *message;
	struct service *service; /* who serves it: received[] holds the capabilities that came along */
};

/* Handlers return this when they answer later, after request_defer. */
#define STATUS_DEFERRED 255

/* Moves the caller of the request being served into the Reply object in `reply_slot`
 * (see reply_slot_alloc). The handler then returns STATUS_DEFERRED. */
enum microk_status request_defer(struct request *r, cap_t reply_slot);

/* A new Reply object made from the program's own Untyped; 0 when memory or slots are out.
 * Reuse it after answering. */
cap_t reply_slot_alloc(void);

struct service {
	const char *name;
	cap_t endpoint;
	/* Handles the request (by a generated dispatch) and leaves the answer in r->message. */
	void (*dispatch)(struct request *r);
	void (*closed)(u64 badge);  /* last capability of that watched badge is gone; may be NULL */
	void (*notified)(u64 bits); /* the bound notification fired; may be NULL */
	/* Where deadline is not 0: at that tick of the TSC, if nothing else comes first, the loop sets it to 0 and calls
	 * expired. Handlers set it. */
	u64 deadline;
	void (*expired)(void);
	/* An answer's capabilities did not reach the caller (it died, gave no empty slot, or the handler's results cannot be
	 * sent): undo what the handler made for it. `sent` are `count` slots of the answer, none 0. May be NULL. */
	void (*undelivered)(u64 badge, const cap_t *sent, u32 count);
	u32 receive_caps;           /* capabilities to accept per message, 0..3; the runtime keeps that many slots empty */
	cap_t received[MSG_CAPS];   /* where those of the current request are. A handler that keeps one sets its entry to 0; others are deleted after the reply */
};

/* Tells init that the service is ready: supervise.ready to the grant "init", if there is one. */
void service_announce(const struct service *s);

/* Announces the service, then serves for ever. */
_Noreturn void service_run(struct service *s);
