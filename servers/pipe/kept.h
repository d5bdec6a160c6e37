/*
 * The data that outlives an instance of the server, and its changes.
 *
 * Small words lie in the service's state area (lib/state), and one request changes them in one transaction. The bytes that are
 * under way lie beside it, in frames that outlive the instance, too, and need no log: they are stored where no committed word
 * points to, and the transaction then moves a word past them. So a byte costs its copy, whatever the server's end may interrupt.
 *
 * lib/fileserver was weighed for this server. It keeps of a read its offset alone, and reads the bytes again for an answer that
 * has to be repeated; a pipe's bytes are gone. It walks paths, and its requests wait for a disk only. Its rules for capabilities
 * that outlive an instance and for answers that may not have arrived (docs/tried-files.md) hold here as well.
 */
#pragma once
#include "gen/protocols/file_protocol.h"
#include "lib/state/state.h"
#include "lib/terminal/discipline.h"
#include "lib/terminal/foreground.h"
#include "protocols/pipe.h"

#define ENDS_MAX 256u     /* open file descriptions; a power of two */
#define CHANNELS_MAX 128u /* streams of bytes in one direction; on a small machine fewer are used (kept_channels) */
#define MOVED_MAX 64u
#define MADE_MAX 16u
#define FLIGHTS_MAX 64u
#define TERMINALS_MAX 16u

/* A client and its request. */
struct asker {
	u64 badge;
	u64 number;
};

/* The last answer to a reader (or a writer) of a channel, until it is known to have arrived. */
struct answered {
	u64 badge;
	u64 number; /* of the request; 0: none */
	u64 what;   /* its bytes, and ANSWERED_* */
};
#define ANSWERED_BYTES 0xffffffffu
#define ANSWERED_LENT (1ul << 32)   /* they are in the frame that the client lent */
#define ANSWERED_SECOND (1ul << 33) /* they are in the second of the channel's answers */

enum way { READING, WRITING, WAYS, OPENING = WAYS, QUEUES };

enum channel_kind {
	CHANNEL_STREAM,
	CHANNEL_DATAGRAMS,  /* the bytes of each write stay apart, after their number in two bytes */
	CHANNEL_CONNECTIONS /* of a listener: each is a struct pending among its bytes; `readers` counts listeners */
};

struct channel {
	u64 place;                   /* where its bytes are: the first << 32 | how many */
	u16 readers, writers;        /* open descriptions */
	u16 names;                   /* descriptions of a FIFO, by which it can be opened */
	u8 terminal;                 /* the pseudo-terminal that it is a part of, from 1; 0: none */
	u8 kind;                     /* enum channel_kind */
	struct answered last[WAYS];
};
_Static_assert(sizeof(struct channel) == 64, "its number is a shift away");

/* An open file description. */
struct end {
	u32 use;        /* 0: free */
	u32 generation; /* distinguishes it from earlier ones in its place */
	u16 kind;       /* enum file_kind */
	u16 name;       /* of a FIFO: its channel, from 1, which is opened by it; else 0 */
	u32 flags;      /* PIPE_*; above them, from END_WATCH on, the events that its holder watches */
	u32 in, out;    /* the channels that it reads and writes, from 1; 0: none */
	u64 payer;
	union {
		u64 group; /* of a slave: its reads wait while another job is in the foreground; 0: they do not */
		u64 backlog; /* of a listener's name */
	};
};
#define END_WATCH 24
#define END_LISTENER 0x10000u /* in `flags`: its `name` is the channel that it accepts from */
#define END_PENDING 0x20000u  /* it waits to be accepted, and no client holds it */

/* A connection that waits. The end is the one that is meant if it is pending, with that generation. */
struct pending {
	u32 end;
	u32 generation;
};

/* An answer that was moved out of its channel by another client's, before it was known to have arrived. */
struct moved {
	u64 channel; /* from 1; 0: free */
	u64 way;
	struct answered answer;
};

/* A request that made descriptions, until its answer has arrived. */
struct made {
	u64 badge; /* 0: free */
	u64 number;
	u32 end[2]; /* their places; MADE_ONE or MADE_ACCEPTED in the second: there is one */
};
#define MADE_ONE (~0u)
#define MADE_ACCEPTED (~1u) /* it waited at a listener */
static inline bool made_has_two(const struct made *m)
{
	return m->end[1] < ENDS_MAX;
}

/* A descriptor in flight. */
enum flight_state { FLIGHT_SENT, FLIGHT_READ, FLIGHT_GIVEN };
struct flight {
	u64 channel;      /* from 1; 0: free */
	u64 before;       /* sent: how many bytes of the channel come before those that it was sent with */
	u64 state;        /* enum flight_state: sent with bytes; they were read; it was given to the reader */
	struct asker who; /* the request that has done the latter */
};

/* A pseudo-terminal: its master writes the typed text and reads the shown text, each slave the reverse. */
struct terminal {
	u32 typed, shown; /* the channels, from 1; 0: free */
	u32 columns, rows;
	struct foreground foreground;
	struct ldisc ldisc; /* its ring's place is that of the channel of typed text */
};
_Static_assert(sizeof(struct terminal) % sizeof(u64) == 0, "changed by words");

struct kept {
	struct channel channels[CHANNELS_MAX];
	u64 payers[CHANNELS_MAX]; /* the clients whose shares the channels take */
	struct end ends[ENDS_MAX];
	struct moved moved[MOVED_MAX];
	struct made made[MADE_MAX];
	struct flight flights[FLIGHTS_MAX];
	struct terminal terminals[TERMINALS_MAX];
};

/* Beside the area. */
#define STORE_BYTES 8192u
#define RING_BYTES (STORE_BYTES - 2 * (u32)sizeof(struct file_read_result))
struct store {
	struct file_read_result answers[2]; /* the last one to a reader, and room for the next */
	u8 ring[RING_BYTES];
};
struct stores {
	struct file_read_result moved[MOVED_MAX];
	struct store of[CHANNELS_MAX]; /* the memory has room for kept_channels of them */
};
#define STORES_LEAST (offsetof(struct stores, of) + 32ul * STORE_BYTES)
_Static_assert(sizeof(struct store) == STORE_BYTES && RING_BYTES >= PIPE_ATOMIC, "a write that stays together fits");

/* Read in place. */
extern const struct kept *kept;
extern struct stores *stores;
extern struct state kept_state; /* for the functions below */
extern cap_t stores_frame; /* the Frame that has them */
extern u32 kept_channels;  /* the channels that may be used: all, unless the memory for their bytes is too small */

/* Takes over what the instance before this one left, or begins with nothing. ERR_NOT_FOUND: a grant is missing; ERR_MEMORY: too
 * small; ERR_STATE: damaged, or of another version. */
enum microk_status kept_open(void);

/* A transaction. */
void kept_begin(void);
void kept_write(const void *to, const void *from, u64 bytes);
/* A whole word. */
static inline void kept_set(const u64 *word, u64 value)
{
	state_set(&kept_state, word, value); /* a refusal is remembered until the commit */
}
enum microk_status kept_commit(void);
void kept_abort(void);

/* Writes a single field. */
#define KEPT_SET(field, value)                                                                     \
	do {                                                                                       \
		const __typeof__(field) value_ = (value);                                          \
		kept_write(&(field), &value_, sizeof(value_));                                     \
	} while (0)

static inline u32 channel_number(const struct channel *c)
{
	return (u32)(c - kept->channels);
}
static inline u32 end_number(const struct end *e)
{
	return (u32)(e - kept->ends);
}
/* A channel by its number from 1 on. */
static inline const struct channel *channel_named(u32 named)
{
	return &kept->channels[named - 1];
}
/* The channel that an end names; NULL for 0. */
static inline const struct channel *channel_at(u32 named)
{
	return named ? &kept->channels[named - 1] : NULL;
}
