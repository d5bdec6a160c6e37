/* A signal never waits, so no reader can hold up the log. */
#include "servers/log/readers.h"
#include "lib/microk/slots.h"
#include "servers/log/lines.h"

static cap_t signals[SOURCES]; /* by badge; 0: this client does not watch */

enum microk_status readers_watch(u64 badge, cap_t slot)
{
	if (badge >= SOURCES)
		return ERR_ARG;
	slot_drop(signals[badge]);
	signals[badge] = slot;
	return OK;
}

void readers_signal(void)
{
	for (u32 i = 0; i < SOURCES; i++) {
		struct message m = {0};

		if (signals[i] != 0)
			ipc(SYS_SIGNAL, signals[i], &m);
	}
}

void readers_closed(u64 badge)
{
	if (badge < SOURCES)
		readers_watch(badge, 0);
}
