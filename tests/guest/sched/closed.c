/* Closed sessions and waiting senders take turns: neither many closed sessions nor a stream of messages keeps the server
 * from the other. */
#include "tests/guest/sched/sched.h"

#define SESSIONS 16

static void send_for_ever(u64 ep)
{
	while (ipc(SYS_SEND, ep, &(struct message){0}) == OK)
		;
}

/* All of a client's sessions end at once, while no thread receives. */
static void close_sessions(cap_t ep)
{
	for (u32 i = 0; i < SESSIONS; i++) {
		cap_t session = kit_mint(ep, RIGHT_WRITE, 100 + i, MINT_BADGE | MINT_WATCH);
		cap_t given = kit_mint(session, RIGHT_WRITE, 0, 0);

		EXPECT(OK, slot_delete(given));
	}
}

void test_closed_and_senders_take_turns(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);
	u32 closed = 0, sent = 0, in_a_row = 0;

	kit_thread(send_for_ever, ep, URGENT);
	close_sessions(ep);
	for (u32 i = 0; i < 2 * SESSIONS + 2; i++) {
		struct message m = {.tag = TAG_NONBLOCK};
		enum microk_status s = ipc(SYS_RECV, ep, &m);

		if (s == ST_CLOSED) {
			closed++;
			CHECK(++in_a_row == 1);
		} else {
			EXPECT(OK, s);
			sent++;
			in_a_row = 0;
		}
	}
	EXPECT_U64(SESSIONS, closed);
	EXPECT_U64(SESSIONS + 2, sent);
}

/* Without senders, every close is received in turn. */
void test_closed_come_alone(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);

	close_sessions(ep);
	for (u32 i = 0; i < SESSIONS; i++)
		EXPECT(ST_CLOSED, ipc(SYS_RECV, ep, &(struct message){.tag = TAG_NONBLOCK}));
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, ep, &(struct message){.tag = TAG_NONBLOCK}));
}
