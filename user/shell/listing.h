/* The entries of a directory, sorted by name. There is one listing at a time. */
#pragma once
#include "user/shell/stream.h"

#define LISTING_MAX 512

struct listing {
	u32 count;
	bool cut; /* there are more entries than LISTING_MAX */
	struct entry *entry[LISTING_MAX];
};

/* Reads the directory at `path`; the listing of an earlier call is overwritten. */
enum microk_status listing_read(const char *path, const struct listing **out);
