/* The two sides of the trial: an instance of the service, and the trial itself with its client and its peer on Linux. */
#pragma once
#include "microk/types.h"

/* TEST-NET-1 of RFC 5737, in a network namespace of the trial's own. */
#define LINUX_IP 0xc0000201u
#define STACK_IP 0xc0000202u
#define NET_MASK 0xffffff00u
#define STACK_PORT 1000

enum operation {
	OP_LISTEN,
	OP_ACCEPT,  /* -> index */
	OP_CONNECT, /* length: the peer's port */
	OP_SEND,    /* -> length */
	OP_RECEIVE, /* at most `length` bytes */
	OP_SHUT,    /* no more is sent */
	OP_RELEASE, /* once the connection has ended */
	OP_HOLD,    /* for the trial: no frame is read until the next OP_SHUT */
	OP_EVENT,   /* from the service, without a request: try again what had to wait */
};

enum answer { ANSWER_OK, ANSWER_WAIT, ANSWER_END, ANSWER_RESET };

#define MESSAGE_DATA 4096

/* A request or its answer. */
struct message {
	u64 number;
	u32 thread;
	enum operation op;
	u32 index; /* of the connection */
	u32 length;
	enum answer answer;
	u8 data[MESSAGE_DATA];
};

/* Serves requests from the channel and frames from the TAP device, until it is ended. */
_Noreturn void service_run(int channel, int tap);
