/* Call and reply (1.6), and the death of a server that owes an answer (1.7). */
#include "labs/1-ipc/checks/guest/roles.h"

#define LONG 40

/* The server's answer to word w of the client with this badge. */
static u64 answer_to(u64 badge, u64 w)
{
	return fold(w, derive(1000) + badge);
}

void role_serve(void)
{
	cap_t endpoint = grant_find("receive");
	struct message m = {0};
	enum microk_status s = ipc(SYS_RECV, endpoint, &m);

	while (s == OK) {
		u32 length = TAG_LENGTH(m.tag);

		for (u32 i = 0; i < length && i < MSG_REGS; i++)
			m.word[i] = answer_to(m.badge, m.word[i]);
		for (u32 i = MSG_REGS; i < length; i++)
			ipc_buffer->words[i] = answer_to(m.badge, ipc_buffer->words[i]);
		m.tag = TAG(TAG_LABEL(m.tag) + 1, length);
		s = ipc(SYS_REPLY_RECV, endpoint, &m);
	}
	print("t_lab1: the server's receive failed with %s\n", status_name(s));
	wait_for_ever();
}

/* Calls with 0 to 8 words and a long message; a digest of each answer goes to the collector. */
void role_call(void)
{
	for (u64 length = 0; length <= MSG_REGS + 1; length++) {
		u64 n = length > MSG_REGS ? LONG : length, h = 0;
		struct message m = {.tag = TAG(length * 3, n)};

		for (u64 i = 0; i < n && i < MSG_REGS; i++)
			m.word[i] = derive(role_number * 1000 + length * 64 + i);
		for (u64 i = MSG_REGS; i < n; i++)
			ipc_buffer->words[i] = derive(role_number * 1000 + length * 64 + i);
		enum microk_status s = ipc(SYS_CALL, grant_find("endpoint"), &m);
		for (u64 i = 0; i < n && i < MSG_REGS; i++)
			h = fold(h, m.word[i]);
		for (u64 i = MSG_REGS; i < n; i++)
			h = fold(h, ipc_buffer->words[i]);
		tell(length, 4, (u64[]){s, TAG_LABEL(m.tag), TAG_LENGTH(m.tag), h});
	}
	wait_for_ever();
}

void role_no_caller(void)
{
	report("reply without a caller: %s", status_name(ipc(SYS_REPLY, 0, &(struct message){0})));
	end_machine();
}

/* Answers label 0; drops label 1 by receiving again; crashes over label 2. */
void role_betray(void)
{
	cap_t endpoint = grant_find("receive");

	for (;;) {
		struct message m = {0};

		if (ipc(SYS_RECV, endpoint, &m) != OK)
			return;
		if (TAG_LABEL(m.tag) == 0)
			ipc(SYS_REPLY, 0, &(struct message){.tag = TAG(5, 0)});
		else if (TAG_LABEL(m.tag) == 2)
			*(volatile u64 *)0x10 = 1;
	}
}

void role_betrayed(void)
{
	static const u8 asked[] = {0, 1, 0, 2};

	for (u64 i = 0; i < sizeof(asked); i++) {
		struct message m = {.tag = TAG(asked[i], 1), .word = {derive(i)}};
		enum microk_status s = ipc(SYS_CALL, grant_find("endpoint"), &m);

		tell(i, 2, (u64[]){s, s == OK ? TAG_LABEL(m.tag) : 0});
	}
	wait_for_ever();
}

/* Crashes at once: the others go on. */
void role_crash(void)
{
	*(volatile u64 *)0x18 = 1;
}
