/* Fills the address space of another program with pages, before that program runs. */
#pragma once
#include "lib/microk/supply.h"
#include "lib/spawn/view.h"

struct mapper {
	struct supply supply; /* of frames and page tables */
	struct view *view;    /* the caller's, to fill frames in */
	cap_t space;          /* the address space being filled */
};

/* Makes zeroed memory, copies `data` to its start, and maps it at `address`, with all of the pages that it begins and ends in.
 * `rights`: RIGHT_*. */
enum microk_status mapper_fill(struct mapper *m, u64 address, u64 memory_bytes, const void *data,
			       u64 data_bytes, u64 rights);
/* Makes and maps one run of zeroed pages, at most FRAME_MAX_PAGES. */
enum microk_status mapper_zero(struct mapper *m, u64 address, u64 pages, u64 rights, cap_t *frame);
