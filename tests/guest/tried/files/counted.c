/* The stores of a state area in place of lib/state/store.c: each is counted where the test sees it, before and after. */
#include "lib/microk/startup.h"
#include "lib/state/state.h"
#include "tests/guest/tried/files/protocol.h"

static volatile struct files_progress *progress;

void state_store(u64 *at, u64 value)
{
	if (!progress)
		progress = (void *)grant_entry(FILES_GRANT_PROGRESS)->address;
	progress->stores++;
	*(volatile u64 *)at = value;
	progress->stores++;
}
