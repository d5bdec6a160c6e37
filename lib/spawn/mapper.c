/*
 * Frames are filled in the caller's view and not at their own mapping, so that a page that its owner may not write can be filled.
 *
 * Weighed: Linux's execve maps the file and lets page faults fill it, which needs a pager in the kernel; seL4's libraries copy
 * through a frame that is mapped twice, as here.
 */
#include "lib/spawn/mapper.h"
#include "lib/microk/string.h"

static enum microk_status copy_in(struct mapper *m, cap_t frame, u64 offset, const void *data,
				  u64 bytes)
{
	enum microk_status status = view_open(m->view, frame, RIGHT_READ | RIGHT_WRITE);

	if (status != OK)
		return status;
	memcpy((u8 *)m->view->address + offset, data, bytes);
	view_close(m->view);
	return OK;
}

enum microk_status mapper_fill(struct mapper *m, u64 address, u64 memory_bytes, const void *data,
			       u64 data_bytes, u64 rights)
{
	u64 at = ALIGN_DOWN(address, PAGE_SIZE), end = ALIGN_UP(address + memory_bytes, PAGE_SIZE);
	u64 offset = address - at; /* of the first page */

	while (at < end) {
		u64 pages = MIN((end - at) / PAGE_SIZE, VIEW_PAGES);
		u64 bytes = MIN(data_bytes, pages * PAGE_SIZE - offset);
		cap_t frame;
		enum microk_status status = supply_make(&m->supply, CAP_FRAME, pages, &frame);

		if (status == OK && bytes > 0)
			status = copy_in(m, frame, offset, data, bytes);
		if (status == OK)
			status = supply_map(&m->supply, m->space, frame, at, rights, 0);
		if (status != OK)
			return status;
		data = (const u8 *)data + bytes;
		data_bytes -= bytes;
		at += pages * PAGE_SIZE;
		offset = 0;
	}
	return OK;
}

enum microk_status mapper_zero(struct mapper *m, u64 address, u64 pages, u64 rights, cap_t *frame)
{
	enum microk_status status = supply_make(&m->supply, CAP_FRAME, pages, frame);

	if (status == OK)
		status = supply_map(&m->supply, m->space, *frame, address, rights, 0);
	return status;
}
