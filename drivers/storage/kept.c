#include "drivers/storage/kept.h"
#include "lib/microk/startup.h"

struct kept *kept_find(void)
{
	const struct startup_entry *state = grant_entry("state");

	return state && state->address && state->pages >= KEPT_PAGES
		       ? (struct kept *)state->address
		       : NULL;
}
