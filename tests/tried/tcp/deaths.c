#include "tests/tried/tcp/deaths.h"
#include <signal.h>
#include <unistd.h>

struct deaths *deaths;
bool early_is_sent;

void point(enum point kind)
{
	if (++deaths->count[kind] != deaths->at || kind != deaths->kind)
		return;
	deaths->deaths++;
	deaths->at = deaths->every ? deaths->at + deaths->every : 0;
	kill(getpid(), SIGKILL);
}
