/* A Frame of which only a part is mapped or unmapped is moved, deleted and revoked, and its address space and its memory end. */
#include "tests/guest/sealed/part.h"

static cap_t parent;

static enum microk_status revoke_parent(void)
{
	return slot_revoke(parent);
}

static enum microk_status map_again(void)
{
	return frame_map_at(part.frame, ROOT_SPACE, PART_PLACE, PART_RW);
}

void test_part_moves_while_mapped(void)
{
	cap_t to = kit_slot();

	part_prepare(ROOT_SPACE, PART_PLACE);
	part_middle(part_map);
	EXPECT(OK, slot_move(to, part.frame));
	finish();
	EXPECT(ERR_CAP, status);
	part_touch(to);
	CHECK(part_can_touch(0));
	EXPECT(OK, slot_delete(to));
	part_check_nothing_is_there();
}

/* Another Frame comes to the slot, and the run goes on, or goes, where it was moved to. */
void test_part_moves_while_unmapped(void)
{
	cap_t to = kit_slot(), other = kit_make(CAP_FRAME, 3);

	part_prepare(ROOT_SPACE, PART_PLACE);
	EXPECT(OK, map_again());
	part_touch(part.frame);
	part_middle(part_unmap);
	EXPECT(OK, slot_move(to, part.frame));
	EXPECT(OK, slot_move(part.frame, other));
	finish();
	part_touch(to);
	part.frame = to;
	part_middle(part_delete);
	EXPECT(OK, slot_move(other, part.frame));
	EXPECT(OK, slot_move(part.frame, other));
	finish();
	slot_delete(to);
	part_check_nothing_is_there();
}

/* A child of a Frame, in the middle of its mapping, and of its own revoke. */
void test_part_is_revoked(void)
{
	cap_t to = kit_slot();

	part_prepare(ROOT_SPACE, PART_PLACE);
	parent = part.frame;
	part.frame = kit_slot();
	EXPECT(OK, slot_copy(part.frame, parent, RIGHT_ALL));
	part_middle(part_map);
	part_touch(part.frame);
	EXPECT(OK, slot_revoke(parent));
	part_check_nothing_is_there();
	finish();
	EXPECT(ERR_CAP, status);
	EXPECT(OK, slot_copy(part.frame, parent, RIGHT_ALL));
	EXPECT(OK, map_again());
	part_touch(part.frame);
	part_middle(revoke_parent);
	EXPECT(ERR_STATE, map_again());
	part_touch(part.frame);
	EXPECT(OK, frame_unmap(part.frame));
	EXPECT_U64(0, part_pages(part.frame));
	EXPECT(ERR_STATE, map_again());
	EXPECT(OK, slot_move(to, part.frame));
	finish();
	EXPECT(OK, status);
	EXPECT_U64(CAP_NULL, type_of(to));
	part_check_nothing_is_there();
}

void test_part_outlives_its_space(void)
{
	cap_t copy = kit_slot(), other = kit_make(CAP_ADDRESS_SPACE, 0), frame;

	part_prepare(other, PART_PLACE);
	frame = part.frame;
	EXPECT(OK, slot_copy(copy, frame, RIGHT_ALL));
	part_middle(part_map);
	EXPECT(OK, slot_delete(other));
	finish();
	part_prepare(ROOT_SPACE, PART_PLACE);
	EXPECT(OK, slot_delete(part.frame));
	part.frame = frame;
	EXPECT(ERR_STATE, map_again());
	EXPECT(OK, frame_unmap(frame));
	EXPECT(OK, frame_map_at(copy, ROOT_SPACE, PART_PLACE, PART_RX));
	EXPECT(OK, frame_unmap(copy));
	EXPECT(OK, map_again());
	EXPECT(OK, frame_unmap(frame));
	part_check_nothing_is_there();
}

/* A Frame is revoked in the middle of its unmapping: when its memory is used again, no mapping of it is left. */
void test_part_leaves_no_old_memory(void)
{
	cap_t memory = kit_make(CAP_UNTYPED, 4ul << 20);
	u64 seen = 0;

	part_prepare(ROOT_SPACE, PART_PLACE);
	EXPECT(OK, slot_delete(part.frame));
	EXPECT(OK, retype(memory, CAP_FRAME, PART_PAGES, part.frame, 1));
	EXPECT(OK, map_again());
	part_touch(part.frame);
	part_middle(part_unmap);
	part_touch(part.frame);
	EXPECT(OK, slot_revoke(memory));
	EXPECT(OK, retype(memory, CAP_FRAME, PART_PAGES, part.frame, 1));
	finish();
	part_check_nothing_is_there();
	EXPECT(OK, frame_map_at(part.frame, part.space, PART_PLACE, PART_R));
	for (u64 i = 0; i < PART_PAGES; i++)
		seen |= *(volatile u64 *)(PART_PLACE + i * PAGE_SIZE);
	EXPECT_U64(0, seen);
	EXPECT(OK, slot_revoke(memory));
	part_check_nothing_is_there();
}
