/*
 * Messages between the clients and a server, and how either side checks them against the sent ones: every
 * word of a message follows from the badge, the request number and the word's place. So neither side keeps a record, a
 * server that was just started can check a message for its predecessor, and a word of another message is found at once.
 */
#pragma once
#include "lib/microk/ipc.h"
#include "tests/random.h"

/* Labels. */
enum traffic {
	T_ECHO = 1, /* answered at once */
	T_LATER,    /* answered through a Reply object, out of order */
	T_NEVER,    /* taken, and not answered: the caller sets a deadline */
	T_DROP,     /* the server receives again without answering: ERR_PEER_DIED */
	T_GIVE,     /* carries Notifications, which the server signals */
	T_TAKE,     /* the answer carries an Endpoint of the client's own, watched */
	T_STATUS,   /* the test itself asks how the server is */
	T_LABELS
};

/* The answer of T_STATUS, in the message's words. */
enum status_word { STATUS_SESSIONS, STATUS_HELD, STATUS_BITS, STATUS_WORDS };

#define SAID 0x51  /* salts: a call is not its own answer */
#define ASKED 0xa5
#define SESSION_BADGE 0x5e55000000ul /* and the server's life, and the session's number */

static inline u64 traffic_word(u64 salt, u64 badge, u64 request, u64 place)
{
	u64 x = (salt << 56 ^ badge << 24 ^ request << 8 ^ place) * 0x9e3779b97f4a7c15;

	return x ^ x >> 29;
}

/* How long the answer to a request is: short ones more often. */
static inline u32 traffic_length(u64 badge, u64 request)
{
	u64 x = traffic_word(1, badge, request, 0);

	return x & 3 ? (x >> 8) % (MSG_REGS + 1) : (x >> 8) % (MSG_WORDS + 1);
}

static inline void traffic_fill(struct message *m, struct ipcbuf *buffer, u32 length, u64 salt, u64 badge, u64 request)
{
	for (u32 i = 0; i < length; i++)
		*(i < MSG_REGS ? &m->word[i] : &buffer->words[i]) = traffic_word(salt, badge, request, i);
}

/* The place of the first word that is not as it should be; -1 if all are. */
static inline int traffic_wrong(const struct message *m, const struct ipcbuf *buffer, u64 salt, u64 badge, u64 request)
{
	for (u32 i = 0; i < TAG_LENGTH(m->tag); i++)
		if ((i < MSG_REGS ? m->word[i] : buffer->words[i]) != traffic_word(salt, badge, request, i))
			return (int)i;
	return -1;
}

static inline u64 traffic_tag(u64 label, u64 length, u64 request)
{
	return TAG(label, length) | request << TAG_REQUEST_SHIFT;
}

static inline u64 random_below(u64 *state, u64 limit) { return random_next(state) % limit; }
static inline bool chance(u64 *state, u32 percent) { return random_below(state, 100) < percent; }
