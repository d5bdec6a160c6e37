/* Pong: a server on one screen. It answers each number with its square. */
#include "lib/microk/ipc.h"
#include "lib/microk/print.h"
#include "lib/microk/start.h"
#include "lib/microk/startup.h"

int main(void)
{
	cap_t endpoint = grant_find("receive");
	struct message m = {0};
	enum microk_status s = ipc(SYS_RECV, endpoint, &m);

	while (s == OK) {
		if (TAG_LABEL(m.tag) != 0) {
			/* Asked to crash, before it has answered: the kernel ends the call with an error. */
			print("pong: task %lu asks for a crash\n", m.badge);
			*(volatile u64 *)8 = 0;
		}
		print("pong: task %lu sent %lu\n", m.badge, m.word[0]);
		m.word[0] *= m.word[0];
		m.tag = TAG(0, 1);
		s = ipc(SYS_REPLY_RECV, endpoint, &m);
	}
	print("pong: receive failed with %s: %s\n", status_name(s), status_text(s));
	return 1;
}
