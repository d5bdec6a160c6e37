/*
 * One place of the caller's address space where it maps Frames of other programs, one at a time: to fill a page before
 * its owner runs, or to read a dead program's stack.
 */
#pragma once
#include "lib/microk/supply.h"

/* A view shows up to this many pages. The kernel would map an aligned run of FRAME_MAX_PAGES by one entry of level 2, in the
 * place of the view's table. */
#define VIEW_PAGES (FRAME_MAX_PAGES / 2)

struct view {
	u64 address;           /* aligned to VIEW_PAGES pages; the caller maps nothing else there */
	struct supply *supply; /* of the caller, for the page tables and one slot */
	cap_t copy;            /* that slot: the second capability to the Frame that is shown */
};

/* Maps a Frame of at most VIEW_PAGES. The caller closes the view only after OK. */
enum microk_status view_open(struct view *v, cap_t frame, u64 rights);
void view_close(struct view *v);
