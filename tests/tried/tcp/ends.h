/* The two ends of a connection, both in the trial's process: the service's client, and a socket of Linux. */
#pragma once
#include "microk/types.h"

struct pollfd;

/* Which side sends its FIN first. */
enum order { CLIENT_FIRST, PEER_FIRST, BOTH_AT_ONCE };

struct plan {
	enum order order;
	bool active; /* lwIP connects; else it listens */
	bool whole;  /* to the end of TIME_WAIT */
	u32 out, in; /* bytes from the client, and to it */
};

/* Beyond this many bytes the receiver waits at first, so that the other side's window closes. */
#define SLOW_FROM 300000
#define SLOW_MS 100

/* The stream's byte at this offset. */
u8 stream_byte(bool out, u32 offset);

u64 now_ms(void);

/* ---- client.c ---- */

void client_begin(const struct plan *plan, int channel);

/* Reads answers and makes the next requests; NULL, or what is wrong. */
const char *client_step(void);
void client_read(void);

/* To a successor: the requests that were not answered. */
void client_send_again(void);
bool client_is_done(void);
bool client_listens(void);   /* the service has the port */
bool client_has_held(void);  /* the service has stopped reading frames, for both FINs to cross */
const char *client_position(void);

/* ---- peer.c ---- */

/* NULL, or what is wrong. */
const char *peer_begin(const struct plan *plan);
const char *peer_step(void);
void peer_wants(struct pollfd *file);
bool peer_is_done(void);      /* both streams have ended, and Linux has no connection any more */
bool peer_has_all(void);      /* it received every byte */
bool peer_has_shut(void);
u16 peer_port(void);
void peer_end(void);

/* A counter of this network namespace's TCP, by its name in /proc/net/snmp. */
u64 linux_count(const char *name);

/* A network namespace for this process, and the file of a TAP device in it, whose other end is up with Linux's address. */
int tap_make(void);
