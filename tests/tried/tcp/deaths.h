/*
 * The deaths of instances, at points that are counted: the Nth frame, the Nth store. The counts are in memory that all
 * instances and the trial share, so that a point is reached once, whatever instance reaches it.
 */
#pragma once
#include "microk/types.h"

enum point {
	POINT_FRAME_IN,   /* a frame was read and not looked at */
	POINT_FRAME_USED, /* a frame was processed, and everything sent that it led to */
	POINT_FRAME_OUT,  /* a frame is complete and not sent */
	POINT_FRAME_SENT, /* a frame was sent */
	POINT_STORE,      /* a word was written to the state area, or bytes to a ring */
	POINT_REQUEST,    /* a client's request was read */
	POINT_EARLY,      /* an acknowledgement was sent before lwIP handed the bytes over */
	POINT_KINDS,
};

/* A part that is left out, to see the trial fail without it. */
enum omission {
	OMIT_NOTHING,
	OMIT_RECORD_FIRST, /* the record is written after the segment was sent, not before */
	OMIT_ACK_LIMIT,    /* the early acknowledgement of lwIP's is sent as it is */
	OMIT_HALF_OPEN,    /* no record of a connection in SYN_RCVD */
	OMIT_REPLIES,      /* the reply cache is not asked */
	OMIT_CLOCK,        /* the timestamps' clock begins again with each instance */
	OMIT_LATE_FREE, /* the ring's room is free once the bytes were handed out, without waiting for the next request */
};

struct deaths {
	u64 count[POINT_KINDS];
	u64 at, every; /* an instance ends when the count of `kind` gets to `at`, and after each `every` more; 0: never */
	u64 deaths;
	u64 resets;       /* segments with RST that lwIP sent before all was delivered */
	bool delivered;   /* both sides have all bytes, and both ends */
	u64 early;        /* acknowledgements of data that no record had yet */
	u64 records;      /* written */
	u64 frames, lost; /* for the filter that loses frames */
	u64 rebuilt[16];  /* connections, by the state in their record */
	enum point kind;
	u32 lose; /* loses every frame with this number, in and out; 0: none */
	enum omission omission;
};

extern struct deaths *deaths;

/* The frame that is being sent is such an acknowledgement. */
extern bool early_is_sent;

/* One more of the kind; does not return if the instance ends here. */
void point(enum point kind);
