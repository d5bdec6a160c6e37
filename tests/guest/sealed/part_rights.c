/* A part of a run whose tables were exchanged: another capability's first page does not say what the rest may be. */
#include "tests/guest/sealed/sealed.h"

#define PLACE 0x300000000000ul
#define ELSEWHERE (PLACE + 512 * PAGE_SIZE)
#define PAGES 511ul
#define R RIGHT_READ
#define RW (RIGHT_READ | RIGHT_WRITE)
#define RX (RIGHT_READ | RIGHT_EXEC)
#define LESS_URGENT 5
#define NAPS 1000

static struct {
	cap_t frame;
	u32 rights;
} job;
static volatile bool done;

static u64 mapped_pages(cap_t frame)
{
	struct frame_info_result info = {0};

	EXPECT(OK, frame_info(frame, &info));
	return info.mapped_pages;
}

static void mapper(u64 unused)
{
	(void)unused;
	frame_map_at(job.frame, ROOT_SPACE, PLACE, job.rights);
	done = true;
}

static u64 leave_part(cap_t frame, u32 rights, u32 us)
{
	done = false;
	job.frame = frame;
	job.rights = rights;
	struct kit_thread t = kit_thread(mapper, 0, LESS_URGENT);

	for (u32 i = 0; !mapped_pages(frame) && !done && i < NAPS; i++)
		nap(us);
	EXPECT(OK, thread_suspend(t.thread));
	return mapped_pages(frame);
}

void test_part_keeps_its_rights(void)
{
	cap_t table = 0, a, b, c;
	u64 in_a = 0, in_b = 0;

	for (u64 level = 3; level >= 1; level--)
		EXPECT(OK,
		       table_map_at(table = kit_make(CAP_PAGE_TABLE, 0), ROOT_SPACE, PLACE, level));
	EXPECT(OK, table_map_at(kit_make(CAP_PAGE_TABLE, 0), ROOT_SPACE, ELSEWHERE, 1));
	a = kit_make(CAP_FRAME, PAGES);
	b = kit_slot();
	c = kit_slot();
	EXPECT(OK, slot_copy(b, a, RIGHT_ALL));
	EXPECT(OK, slot_copy(c, a, RIGHT_ALL));
	for (u32 i = 0; i < 20; i++) {
		in_a = leave_part(a, R, 1);
		EXPECT(OK, table_unmap(table));
		EXPECT(OK, table_map_at(table, ROOT_SPACE, PLACE, 1));
		in_b = leave_part(b, RW, 1);
		if (in_a < PAGES && in_b <= in_a && in_a && in_b)
			break;
		frame_unmap(a);
		frame_unmap(b);
	}
	/* a was recorded as read-only. */
	EXPECT(ERR_STATE, frame_map_at(a, ROOT_SPACE, PLACE, RW));
	EXPECT(OK, frame_unmap(b));
	enum microk_status status = frame_map_at(c, ROOT_SPACE, ELSEWHERE, RX);
	if (status == OK && mapped_pages(a) == PAGES) {
		volatile u8 *w = (volatile u8 *)(PLACE + (PAGES - 1) * PAGE_SIZE);
		static const u8 code[] = {0xb8, 42, 0, 0, 0, 0xc3};
		for (u32 i = 0; i < sizeof(code); i++)
			w[i] = code[i];
		u32 got = ((u32(*)(void))(ELSEWHERE + (PAGES - 1) * PAGE_SIZE))();
		kit_fail(__FILE__, __LINE__, "code written at %p ran at %p: %u", (void *)w,
			 (void *)(ELSEWHERE + (PAGES - 1) * PAGE_SIZE), got);
	}
}
