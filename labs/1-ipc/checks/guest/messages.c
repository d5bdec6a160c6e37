/* Send and receive (1.5). */
#include "labs/1-ipc/checks/guest/roles.h"

/* Receives `role_number` messages and reports them. */
void role_collect(void)
{
	cap_t endpoint = grant_find("receive") ? grant_find("receive") : grant_find("receive2");

	for (u64 i = 0; i < role_number; i++) {
		struct message m = {0};
		enum microk_status s = ipc(SYS_RECV, endpoint, &m);
		char words[200] = "";
		int used = 0;

		if (s != OK) {
			report("receive failed with %s", status_name(s));
			break;
		}
		for (u32 w = 0; w < TAG_LENGTH(m.tag) && w < MSG_REGS; w++)
			used += format(
				words + used, sizeof(words) - (size_t)used, " %lx", m.word[w]);
		report("from %lu label %u%s:%s", m.badge, TAG_LABEL(m.tag),
		       m.tag & TAG_IS_CALL ? " (a call)" : "", words);
	}
	end_machine();
}

/* `role_number` messages, the i-th of length i (mod 9), each word derived from the seed. */
void role_send(void)
{
	for (u64 i = 0; i < role_number; i++) {
		u64 words[MSG_REGS];

		for (u64 w = 0; w < MSG_REGS; w++)
			words[w] = derive(i * 8 + w);
		tell(100 + i, i % (MSG_REGS + 1), words);
	}
	wait_for_ever();
}

static void say(const char *what, enum microk_status s)
{
	report("%s: %s", what, status_name(s));
}

/* Non-blocking forms at an endpoint where no thread waits. */
void role_poll(void)
{
	struct message m = {.tag = TAG(0, 1) | TAG_NONBLOCK};

	say("poll by send", ipc(SYS_SEND, grant_find("endpoint"), &m));
	m.tag = TAG(0, 1) | TAG_NONBLOCK;
	say("poll by call", ipc(SYS_CALL, grant_find("endpoint"), &m));
	m.tag = TAG_NONBLOCK;
	say("poll by receive", ipc(SYS_RECV, grant_find("receive"), &m));
	end_machine();
}

/* System calls that must be refused. */
void role_wrong(void)
{
	say("send through a capability that may only receive",
	    ipc(SYS_SEND, grant_find("receive"), &(struct message){0}));
	say("receive through a capability that may only send",
	    ipc(SYS_RECV, grant_find("endpoint"), &(struct message){0}));
	say("send of 121 words",
	    ipc(SYS_SEND, grant_find("endpoint"), &(struct message){.tag = TAG(0, 121)}));
	say("send through an empty slot", ipc(SYS_SEND, 60, &(struct message){0}));
	say("receive from a port", ipc(SYS_RECV, grant_find("serial.ports"), &(struct message){0}));
	say("a flag that does not exist",
	    ipc(SYS_SEND, grant_find("endpoint"), &(struct message){.tag = 1ul << 22}));
	end_machine();
}
