/*
 * A server for tests of lib/supervise: it answers with the number of requests that it has received in its life, and the
 * client's badge. A request of one word it keeps, and never answers.
 */
#include "gen/lib/microk/methods.h"
#include "lib/microk/server.h"
#include "lib/microk/startup.h"

int main(void)
{
	struct message m = {0};
	u64 count = 0;

	while (ipc(SYS_RECV, grant_find("counter"), &m) == OK) {
		count++;
		if (TAG_LENGTH(m.tag) == 1) {
			cnode_save_caller(SLOT_CNODE, reply_slot_alloc());
			m.tag = 0;
			continue;
		}
		m.tag = TAG(OK, 2);
		m.word[0] = count;
		m.word[1] = m.badge;
		ipc(SYS_REPLY, 0, &m);
		m.tag = 0;
	}
	return 0;
}
