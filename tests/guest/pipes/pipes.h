/* The tests of servers/pipe: its instances are this program's, which ends and replaces them. */
#pragma once
#include "gen/protocols/file_client.h"
#include "gen/protocols/pipe_client.h"
#include "protocols/pipe.h"
#include "tests/guest/kit/clock.h"
#include "tests/guest/kit/short.h"
#include "servers/pipe/kept.h"

#define PIPES_TESTS(X)                                                                             \
	X(order) X(ends) X(no_wait) X(atomic) X(lent) X(bad_requests) X(shares) X(little_memory) X(states) X(watches)   \
	X(readers_wait) X(writers_wait) X(given_up) X(waiting_share) X(clients_die)                    \
	X(pairs) X(flights) X(fifos) X(listeners) X(listeners_end) X(datagrams) X(datagram_names) X(costs) X(killed_at_every_moment) X(killed_under_load)

#define X(name) void test_##name(void);
PIPES_TESTS(X)
#undef X

#define CLIENT 5u
#define CLIENT_PRIORITY 20

struct pipe {
	cap_t reader, writer;
};

struct pair {
	cap_t one, other;
};

/* Starts the server; with this much memory for bytes. */
void server_begin(void);
void server_begin_with(u64 bytes_size);
void server_replace(void);
/* A capability of the client with that badge, as system.conf gives one, whose end is reported to the server. */
cap_t server_client(u64 badge);
/* The state area's own check. */
void server_state_check(void);

/* A pipe of a client. */
struct pipe open_pipe(cap_t client, u32 flags);
void close_pipe(struct pipe p);
struct pair open_pair(cap_t client, u32 flags);
/* A listener, and its name. */
struct pair open_listener(cap_t client, u32 backlog, u32 flags);

/* Whole writes and reads, of known bytes: byte `at` of the stream `seed`. */
u8 byte_at(u32 seed, u64 at);
void fill(u8 *to, u32 seed, u64 at, u32 size);
/* Whether the bytes are those. */
bool is_filled(const u8 *bytes, u32 seed, u64 at, u32 size);

/* They are expected to succeed. */
void write_bytes(cap_t writer, u32 seed, u64 at, u32 size);
void read_bytes(cap_t reader, u32 seed, u64 at, u32 size);

/* Lends a frame of `pages` pages to a descriptor; its memory. */
u8 *lend_to(cap_t file, u64 pages);

/* Lets other threads run. */
void settle(void);

/* Ends the server that many ticks from now, and starts the next instance. One at a time. */
void killer_begin(void);
void kill_after(u64 ticks);
bool kill_is_done(void);

/* Runs each operation once for each moment of it, STRIDE ticks apart, at which the server is ended. */
struct operation {
	const char *name;
	void (*prepare)(void), (*run)(void), (*check)(void);
};
void kill_at_every_moment(const struct operation *operations, u32 count);

/* A thread of this program's own that makes requests, one each time it is begun. */
struct worker {
	const char *test; /* that has made the thread */
	cap_t go;
	void (*work)(struct worker *w);
	cap_t file;
	u32 size;
	enum microk_status status;
	u32 length;
	u8 bytes[FILE_DATA_MAX];
	volatile bool begun, done;
	cap_t thread;
};
void worker_begin(struct worker *w, void (*work)(struct worker *w), cap_t file, u32 size);
/* Stops it, in the middle of its request. */
void worker_stop(struct worker *w);
void work_read(struct worker *w);
void work_write(struct worker *w); /* of `bytes` */
