/* One frame, several capabilities to it, several mappings: in one address space it is never writable and executable. */
#include "tests/guest/sealed/sealed.h"
#include "lib/microk/memory.h"

#define PLACE 0x300000000000ul
#define R RIGHT_READ
#define RW (RIGHT_READ | RIGHT_WRITE)
#define RX (RIGHT_READ | RIGHT_EXEC)

static enum microk_status map(cap_t space, cap_t frame, u64 page, u32 rights)
{
	return frame_map_at(frame, space, PLACE + page * PAGE_SIZE, rights);
}

static cap_t make_space(void)
{
	cap_t space = kit_make(CAP_ADDRESS_SPACE, 0);

	for (u64 level = 3; level >= 1; level--)
		EXPECT(OK, table_map_at(kit_make(CAP_PAGE_TABLE, 0), space, PLACE, level));
	return space;
}

void test_never_writable_and_executable(void)
{
	cap_t space = make_space(), f = kit_make(CAP_FRAME, 1), g = copy_of(f, RIGHT_ALL),
	      h = copy_of(g, RIGHT_ALL);
	cap_t device = kit_slot();

	EXPECT(OK, map(space, f, 0, RW));
	EXPECT(ERR_RIGHTS, map(space, g, 1, RX));
	EXPECT(OK, map(space, g, 1, R));
	EXPECT(OK, map(space, h, 2, RW));
	EXPECT(OK, frame_unmap(f));
	EXPECT(ERR_RIGHTS, map(space, f, 1, RX)); /* through h it is still writable */
	EXPECT(OK, slot_delete(h));
	EXPECT(OK, map(space, f, 0, RX));
	EXPECT(OK, frame_unmap(g));
	EXPECT(ERR_RIGHTS, map(space, g, 1, RW));
	EXPECT(OK, slot_move(h, f));
	EXPECT(ERR_RIGHTS, map(space, g, 1, RW));
	/* A device's memory cannot be code. */
	EXPECT(OK, retype(ROOT_DEVICE, CAP_FRAME, 1, device, 1));
	EXPECT(ERR_RIGHTS, frame_map_at(device, ROOT_SPACE, PLACE, RX));
	EXPECT(OK, slot_revoke(ROOT_DEVICE));
}

void test_writable_here_executable_there(void)
{
	cap_t a = make_space(), b = make_space(), c = make_space();
	cap_t f = kit_make(CAP_FRAME, 1), g = copy_of(f, RIGHT_ALL), h = copy_of(f, RIGHT_ALL),
	      i = copy_of(f, RIGHT_ALL);

	/* Either way round, as a loader does and as a debugger does. */
	EXPECT(OK, map(a, f, 0, RW));
	EXPECT(OK, map(b, g, 0, RX));
	EXPECT(ERR_RIGHTS, map(b, h, 1, RW));
	EXPECT(ERR_RIGHTS, map(a, h, 1, RX));
	EXPECT(OK, frame_unmap(f));
	EXPECT(OK, map(a, f, 0, RW));
	/* Executed in several address spaces it gets no new writer; the old one stays. */
	EXPECT(OK, map(c, h, 0, RX));
	EXPECT(ERR_RIGHTS, map(a, i, 1, RW));
	EXPECT(OK, frame_unmap(g));
	EXPECT(OK, frame_unmap(h));
	EXPECT(OK, map(a, i, 1, RW));
	/* The mappings of an address space that is gone do not restrict the next one. */
	EXPECT(OK, frame_unmap(f));
	EXPECT(OK, frame_unmap(i));
	EXPECT(OK, map(b, g, 0, RW));
	EXPECT(OK, slot_delete(b));
	b = make_space();
	EXPECT(OK, map(b, h, 0, RX));
}
