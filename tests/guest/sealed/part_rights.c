/* A part of a run whose tables were exchanged: the rest must not get its rights from another capability's first page. */
#include "tests/guest/sealed/part.h"

#define ELSEWHERE (PART_PLACE + PART_TABLE_SPAN)
#define LAST ((PART_PAGES - 1) * PAGE_SIZE)
#define TRIES 20

/* Maps a part of the Frame and leaves it mapped. Returns the number of mapped pages. */
static u64 leave_part(cap_t frame, u32 rights)
{
	part.frame = frame;
	part.rights = rights;
	EXPECT(OK, thread_suspend(part_begin(part_map).thread));
	return part_pages(frame);
}

/* Writes a function into the last page of the run, and calls it at its other mapping. */
static void run_written_code(void)
{
	static const u8 code[] = {0xb8, 42, 0, 0, 0, 0xc3}; /* returns 42 */
	volatile u8 *written = (volatile u8 *)(PART_PLACE + LAST);
	u32 got;

	for (u32 i = 0; i < sizeof(code); i++)
		written[i] = code[i];
	got = ((u32(*)(void))(ELSEWHERE + LAST))();
	kit_fail(__FILE__, __LINE__, "code written at %p ran at %p: %u", (void *)written,
		 (void *)(ELSEWHERE + LAST), got);
}

void test_part_keeps_its_rights(void)
{
	cap_t first, second = kit_slot(), third = kit_slot();
	u64 in_first = 0, in_second = 0;

	part_prepare(ROOT_SPACE, PART_PLACE);
	first = part.frame;
	EXPECT(OK, slot_copy(second, first, RIGHT_ALL));
	EXPECT(OK, slot_copy(third, first, RIGHT_ALL));
	for (u32 i = 0; i < TRIES; i++) {
		in_first = leave_part(first, PART_R);
		EXPECT(OK, table_unmap(part.tables[0]));
		EXPECT(OK, table_map_at(part.tables[0], ROOT_SPACE, PART_PLACE, 1));
		in_second = leave_part(second, PART_RW);
		if (in_first < PART_PAGES && in_second <= in_first && in_first && in_second)
			break;
		frame_unmap(first);
		frame_unmap(second);
	}
	/* The first was recorded as read-only. */
	EXPECT(ERR_STATE, frame_map_at(first, ROOT_SPACE, PART_PLACE, PART_RW));
	EXPECT(OK, frame_unmap(second));
	if (frame_map_at(third, ROOT_SPACE, ELSEWHERE, PART_RX) == OK &&
	    part_pages(first) == PART_PAGES)
		run_written_code();
}
