/* The startup page: grants by name. */
#include "lib/microk/startup.h"
#include "lib/microk/string.h"

const struct startup *startup;

const struct startup_entry *grant_entry(const char *name)
{
	if (!startup)
		return NULL;
	for (u32 i = 0; i < startup->count && i < STARTUP_MAX; i++) {
		const struct startup_entry *e = &startup->entries[i];

		if (strlen(name) <= sizeof(e->name) && !strncmp(e->name, name, sizeof(e->name)))
			return e;
	}
	return NULL;
}

cap_t grant_find(const char *name)
{
	const struct startup_entry *e = grant_entry(name);

	return e ? e->slot : 0;
}
