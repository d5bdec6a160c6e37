/* Ping: calls pong with a growing number, and prints the answers. */
#include "lib/microk/ipc.h"
#include "lib/microk/print.h"
#include "lib/microk/start.h"
#include "lib/microk/startup.h"

#define ROUNDS 5

int main(void)
{
	cap_t pong = grant_find("endpoint");

	for (u64 i = 1; i <= ROUNDS; i++) {
		struct message m = {.tag = TAG(0, 1), .word = {i}};
		enum microk_status s = ipc(SYS_CALL, pong, &m);

		if (s != OK) {
			print("ping: the call failed with %s: %s\n", status_name(s),
			      status_text(s));
			break;
		}
		print("ping: sent %lu, pong answered %lu\n", i, m.word[0]);
	}
	/* Label 1 makes pong crash while it owes an answer: the kernel ends the call. */
	struct message last = {.tag = TAG(1, 0)};
	enum microk_status s = ipc(SYS_CALL, pong, &last);
	print("ping: the last call ended with %s: %s\n", status_name(s), status_text(s));
	/* No task receives any more: this waits for ever, and the machine idles. */
	ipc(SYS_SEND, pong, &(struct message){.tag = TAG(0, 0)});
	return 0;
}
