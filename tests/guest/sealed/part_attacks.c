/*
 * Attacks on a Frame of which only a part is mapped or unmapped, and on deletes and revokes that take several steps: moves, deletes and
 * mappings in the midst of it, and a more urgent thread that does again at once what the delete takes back.
 */
#include "tests/guest/kit/clock.h"
#include "tests/guest/sealed/sealed.h"

#define PLACE 0x300000000000ul
#define PAGES 511ul
#define R RIGHT_READ
#define RW (RIGHT_READ | RIGHT_WRITE)
#define RX (RIGHT_READ | RIGHT_EXEC)
#define LESS_URGENT 5
#define NAPS 1000

static cap_t frame, space, parent;
static volatile bool done, touched;
static volatile u64 seen;
static enum microk_status status;

static u64 mapped_of(cap_t f)
{
	struct frame_info_result info = {0};

	return frame_info(f, &info) == OK ? info.mapped_pages : 9999;
}

static bool is_part(void)
{
	u64 n = mapped_of(frame);

	return n > 0 && n < PAGES;
}

static void mapper(u64 unused)
{
	(void)unused;
	status = frame_map_at(frame, space, PLACE, RW);
	done = true;
}

static void unmapper(u64 unused)
{
	(void)unused;
	status = frame_unmap(frame);
	done = true;
}

static void deleter(u64 unused)
{
	(void)unused;
	status = slot_delete(frame);
	done = true;
}

static void revoker(u64 unused)
{
	(void)unused;
	status = slot_revoke(parent);
	done = true;
}

static struct kit_thread middle(void (*entry)(u64))
{
	done = false;
	struct kit_thread t = kit_thread(entry, 0, LESS_URGENT);
	for (u32 i = 0; !is_part() && !done && i < NAPS; i++)
		nap(1);
	CHECK(is_part() && !done);
	return t;
}

static void finish(void)
{
	for (u32 i = 0; !done && i < NAPS; i++)
		nap(1000);
	CHECK(done);
}

static void toucher(u64 at)
{
	seen = *(volatile u64 *)at;
	touched = true;
}

static bool can_touch(u64 page)
{
	touched = false;
	kit_thread(toucher, PLACE + page * PAGE_SIZE, 50);
	nap(500);
	return touched;
}

static void tables(cap_t in)
{
	space = in;
	for (u64 level = 3; level >= 1; level--)
		EXPECT(OK, table_map_at(kit_make(CAP_PAGE_TABLE, 0), space, PLACE, level));
}

static void nothing_there(void)
{
	cap_t other = kit_make(CAP_FRAME, 1);
	static const u64 pages[] = {0, 1, 31, 32, 255, PAGES - 1};

	for (u32 i = 0; i < ARRAY_LEN(pages); i++) {
		if (space == ROOT_SPACE)
			CHECK(!can_touch(pages[i]));
		EXPECT(OK, frame_map_at(other, space, PLACE + pages[i] * PAGE_SIZE, RX));
		EXPECT(OK, frame_unmap(other));
	}
	slot_delete(other);
}

static void touch_all(cap_t f)
{
	u64 n = mapped_of(f);

	for (u64 i = 0; i < n; i++)
		*(volatile u64 *)(PLACE + i * PAGE_SIZE) = 0x1234;
}

void test_attack_move(void)
{
	cap_t to = kit_slot();

	tables(ROOT_SPACE);
	frame = kit_make(CAP_FRAME, PAGES);
	middle(mapper);
	EXPECT(OK, slot_move(to, frame));
	finish();
	EXPECT(ERR_CAP, status);
	touch_all(to);
	CHECK(can_touch(0));
	EXPECT(OK, slot_delete(to));
	nothing_there();
}

void test_attack_move_unmap(void)
{
	cap_t to = kit_slot(), second = kit_make(CAP_FRAME, 3);

	tables(ROOT_SPACE);
	frame = kit_make(CAP_FRAME, PAGES);
	EXPECT(OK, frame_map_at(frame, space, PLACE, RW));
	touch_all(frame);
	middle(unmapper);
	EXPECT(OK, slot_move(to, frame));
	EXPECT(OK, slot_move(frame, second));
	finish();
	touch_all(to);
	frame = to;
	middle(deleter);
	EXPECT(OK, slot_move(second, frame));
	EXPECT(OK, slot_move(frame, second));
	finish();
	slot_delete(to);
	nothing_there();
}

void test_attack_revoke_child(void)
{
	cap_t p = kit_make(CAP_FRAME, PAGES), to = kit_slot();

	tables(ROOT_SPACE);
	frame = kit_slot();
	EXPECT(OK, slot_copy(frame, p, RIGHT_ALL));
	middle(mapper);
	touch_all(frame);
	EXPECT(OK, slot_revoke(p));
	nothing_there();
	finish();
	EXPECT(ERR_CAP, status);
	frame_unmap(frame); /* the other way */
	EXPECT(OK, slot_copy(frame, p, RIGHT_ALL));
	EXPECT(OK, frame_map_at(frame, space, PLACE, RW));
	touch_all(frame);
	parent = p;
	middle(revoker);
	EXPECT(ERR_STATE, frame_map_at(frame, space, PLACE, RW));
	touch_all(frame);
	EXPECT(OK, frame_unmap(frame));
	EXPECT_U64(0, mapped_of(frame));
	EXPECT(ERR_STATE, frame_map_at(frame, space, PLACE, RW));
	EXPECT(OK, slot_move(to, frame));
	finish();
	EXPECT(OK, status);
	EXPECT_U64(CAP_NULL, type_of(to));
	nothing_there();
}

void test_attack_space_dies(void)
{
	cap_t f2 = kit_slot();
	cap_t s2 = kit_make(CAP_ADDRESS_SPACE, 0);

	tables(s2);
	frame = kit_make(CAP_FRAME, PAGES);
	EXPECT(OK, slot_copy(f2, frame, RIGHT_ALL));
	middle(mapper);
	EXPECT(OK, slot_delete(s2));
	finish();
	tables(ROOT_SPACE);
	EXPECT(ERR_STATE, frame_map_at(frame, ROOT_SPACE, PLACE, RW));
	EXPECT(OK, frame_unmap(frame));
	EXPECT(OK, frame_map_at(f2, ROOT_SPACE, PLACE, RX));
	EXPECT(OK, frame_unmap(f2));
	EXPECT(OK, frame_map_at(frame, ROOT_SPACE, PLACE, RW));
	EXPECT(OK, frame_unmap(frame));
	nothing_there();
}

void test_attack_memory_again(void)
{
	cap_t u = kit_make(CAP_UNTYPED, 4ul << 20);

	tables(ROOT_SPACE);
	frame = kit_slot();
	EXPECT(OK, retype(u, CAP_FRAME, PAGES, frame, 1));
	EXPECT(OK, frame_map_at(frame, space, PLACE, RW));
	touch_all(frame);
	middle(unmapper);
	touch_all(frame);
	EXPECT(OK, slot_revoke(u));
	EXPECT(OK, retype(u, CAP_FRAME, PAGES, frame, 1));
	finish();
	nothing_there();
	EXPECT(OK, frame_map_at(frame, space, PLACE, R));
	u64 sum = 0;
	for (u64 i = 0; i < PAGES; i++)
		sum |= *(volatile u64 *)(PLACE + i * PAGE_SIZE);
	EXPECT_U64(0, sum);
	EXPECT(OK, slot_revoke(u));
	nothing_there();
}

void test_attack_revoke_never_ends(void)
{
	cap_t p = kit_make(CAP_FRAME, PAGES), never = kit_make(CAP_NOTIFICATION, 0);

	tables(ROOT_SPACE);
	frame = kit_slot();
	EXPECT(OK, slot_copy(frame, p, RIGHT_ALL));
	EXPECT(OK, frame_map_at(frame, space, PLACE, RW));
	parent = p;
	done = false;
	kit_thread(revoker, 0, LESS_URGENT);
	for (u64 sleep = 1; sleep <= 6 && !done; sleep++) {
		u64 end = now() + microseconds(20000);

		while (now() < end && !done) {
			struct message m = {.tag = TAG_DEADLINE};
			ipc_buffer->deadline = now() + microseconds(sleep);
			ipc(SYS_WAIT, never, &m);
			frame_map_at(frame, space, PLACE, RW);
		}
	}
	finish();
}

static cap_t through;
static volatile u64 calls;
static void caller(u64 x)
{
	(void)x;
	for (;;) {
		struct message m = {0};

		status = ipc(SYS_CALL, through, &m);
		calls++;
		if (status != ERR_GONE)
			return;
	}
}

void test_attack_call_again(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);

	through = kit_slot();
	EXPECT(OK, slot_copy(through, ep, RIGHT_ALL));
	parent = ep;
	done = false;
	calls = 0;
	kit_thread(caller, 0, 50);
	nap(100);
	kit_thread(revoker, 0, LESS_URGENT);
	for (u32 i = 0; i < 20 && !done; i++)
		nap(1000);
	CHECK(done);
}
