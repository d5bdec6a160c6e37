/* Frames that clients lend to descriptions. Bytes go between them and the file by FRAME_COPY, which a revoke in the
 * middle cannot hurt. */
#pragma once
#include "lib/fileserver/description.h"

/* Where page frames of the page cache are: `first` and on, `pages` pages of each but the last. */
struct pool_frames {
	cap_t first;
	u32 pages;
};

/* `first_slot`: of as many kept slots as there are descriptions. Makes the server's own buffer. ERR_MEMORY, ERR_LIMIT. */
enum microk_status lent_setup(cap_t first_slot, struct pool_frames frames);
/* For a successor: it has the Frames that were lent to the instance before it, but not those of descriptions that
 * are gone. */
void lent_take_over(void);

/* Keeps the Frame in slot `frame` for the description, in place of an earlier one; the slot is then empty.
 * ERR_TYPE: it is not a Frame. */
enum microk_status lent_keep(const struct description *d, cap_t frame);
void lent_drop(const struct description *d);

/*
 * Reads up to `size` bytes (at most FILE_LENT_MAX) at `offset` of the file into byte `at` of the lent Frame, or the
 * other way. *length may be less than `size`, 0 at the end of the file. ERR_CAP: no Frame is lent, or it was taken
 * back; ERR_RANGE: it is too small; the file system's errors, FS_WAIT.
 */
enum microk_status lent_read(const struct description *d, u64 offset, u32 at, u32 size, u32 *length);
enum microk_status lent_write(const struct description *d, u64 offset, u32 at, u32 size, u32 *length);
