#include "tests/guest/sealed/part.h"

struct part part;

void part_prepare(cap_t space, u64 address)
{
	part = (struct part){.space = space, .address = address, .rights = PART_RW};
	for (u64 level = 3; level >= 1; level--) {
		part.tables[0] = kit_make(CAP_PAGE_TABLE, 0);
		EXPECT(OK, table_map_at(part.tables[0], space, PART_PLACE, level));
	}
	part.tables[1] = kit_make(CAP_PAGE_TABLE, 0);
	EXPECT(OK, table_map_at(part.tables[1], space, PART_PLACE + PART_TABLE_SPAN, 1));
	part.frame = kit_make(CAP_FRAME, PART_PAGES);
}

u64 part_pages(cap_t frame)
{
	struct frame_info_result info = {0};

	EXPECT(OK, frame_info(frame, &info));
	return info.mapped_pages;
}

enum microk_status part_map(void)
{
	return frame_map_at(part.frame, part.space, part.address, part.rights);
}

enum microk_status part_unmap(void)
{
	return frame_unmap(part.frame);
}

enum microk_status part_delete(void)
{
	return slot_delete(part.frame);
}

static bool is_part(void)
{
	u64 pages = part_pages(part.frame);

	return pages > 0 && pages < PART_PAGES;
}

struct kit_thread part_begin(one_call *call)
{
	struct kit_thread thread = begin(call);

	for (u32 i = 0; !is_part() && !done && i < NAPS; i++)
		nap(1);
	return thread;
}

struct kit_thread part_middle(one_call *call)
{
	struct kit_thread thread = part_begin(call);

	CHECK(is_part() && !done);
	return thread;
}

void part_touch(cap_t frame)
{
	u64 pages = part_pages(frame);

	for (u64 i = 0; i < pages; i++)
		*(volatile u64 *)(PART_PLACE + i * PAGE_SIZE) = 0x1234;
}

static volatile bool touched;

static void touch(u64 at)
{
	(void)*(volatile u64 *)at;
	touched = true;
}

#define TOUCH_PRIORITY 50

bool part_can_touch(u64 page)
{
	touched = false;
	kit_thread(touch, part.address + page * PAGE_SIZE, TOUCH_PRIORITY);
	nap(500);
	return touched;
}

void part_check_nothing_is_there(void)
{
	cap_t other = kit_make(CAP_FRAME, 1);
	static const u64 pages[] = {0, 1, 31, 32, 255, 411, 412, PART_PAGES - 1};

	for (u32 i = 0; i < ARRAY_LEN(pages); i++) {
		if (part.space == ROOT_SPACE)
			CHECK(!part_can_touch(pages[i]));
		EXPECT(OK, frame_map_at(other, part.space, part.address + pages[i] * PAGE_SIZE,
					PART_RX));
		EXPECT(OK, frame_unmap(other));
	}
	EXPECT(OK, slot_delete(other));
}
