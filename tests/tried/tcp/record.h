/*
 * The record of a TCP connection, from which a successor goes on, and the place where it is kept.
 *
 *     state area (lib/state): replies | listening ports | a record for each connection
 *     rings:                  for each connection the bytes received and not taken, and the bytes to be sent until acknowledged
 *
 * A record changes in a transaction; a ring's bytes do not, because they are written where the record has none, and belong to
 * the connection once a record that covers them is committed. Ring offsets are sequence numbers modulo the ring's size.
 *
 * This header does not show lib/state: its ERR_ARG and lwIP's are different constants with one name.
 */
#pragma once
#include "microk/types.h"

#define RECORDS 4
#define LISTENERS 4
#define RING_BYTES (128ul << 10)
#define REPLY_WORDS 3

struct record {
	u32 local_ip, remote_ip;                  /* as in the header; no remote address: the record is free */
	u16 local_port, remote_port, mss;
	u8 options, snd_scale;                    /* RECORD_…, agreed on in the handshake */
	u32 iss, irs;                             /* first sequence numbers: ours and the peer's */
	u32 una, snd_wnd;                         /* changes with each acknowledgement received */
	u32 snd_nxt, end;                         /* end: after the last byte that the client gave */
	u32 rcv_nxt, ts_recent;                   /* changes with each segment received */
	u32 taken, freed;                         /* by the client; freed: its room in the ring can be used again */
	u8 state;                                 /* lwIP's; 0: ended */
	u8 fin_in, fin_out, accepted, passive, reset;
	u16 unused;
};

#define RECORD_WND_SCALE 1
#define RECORD_TIMESTAMP 2
#define RECORD_SACK 4

/* The answer to a client's request, or what rebuilds it. */
struct kept {
	u64 description, thread, number;
	u64 status;
	u64 words[REPLY_WORDS];
};

/* Bytes of everything above, and of the state area in it. */
u64 area_bytes(void);
u64 area_state_bytes(void);

/* Makes the area in memory that is all 0; or takes it over. False: it is damaged. */
bool area_create(void *memory);
bool area_open(void *memory);

const struct record *record_at(u32 index);
u16 listener_at(u32 index);

/* One transaction for one record, if anything in it changed. */
void record_write(u32 index, const struct record *r);

/* A client's request in one transaction: between the two, the effect; `kept` is kept with it. */
void request_begin(void);
void request_record(u32 index, const struct record *r);
void request_listener(u32 index, u16 port);
void request_end(const struct kept *kept);

/* Whether the request was served before; then the rest of `kept` is its answer. */
bool request_served(struct kept *kept);

/* Copies to and from the ring of the bytes received (sent); `at` is a sequence number. */
void ring_write(u32 index, bool sent, u32 at, const void *from, u32 bytes);
void ring_read(u32 index, u32 at, void *to, u32 bytes);

/* The bytes to be sent from `at` on, and how many of them, at most `bytes`, lie in one piece. */
const void *ring_piece(u32 index, u32 at, u32 *bytes);
