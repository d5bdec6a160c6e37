/* Untyped memory: sizes, places, zeroes, and memory that comes back. */
#include "tests/guest/kit/short.h"
#include "tests/guest/kernel/tests.h"
#include "lib/microk/memory.h"
#include "tests/random.h"

#define KIB 1024ul
#define MIB (1024 * KIB)

void test_retype_refused(void)
{
	cap_t u = sub_untyped(64 * KIB), ep = kit_make(CAP_ENDPOINT, 0), free = kit_slots(3);
	cap_t table = kit_make(CAP_CNODE, 16), weak = copy_of(table, RIGHT_READ);

	static const struct {
		u64 type, size, count, status;
	} bad[] = {
		{CAP_NULL, 0, 1, ERR_ARG},
		{CAP_TYPES, 0, 1, ERR_ARG},
		{~0ul, 0, 1, ERR_ARG},
		{1ul << 32 | CAP_ENDPOINT, 0, 1, ERR_ARG},
		{CAP_IRQ, 0, 1, ERR_ARG},
		{CAP_IOPORT, 1, 1, ERR_ARG},
		{CAP_IOSPACE, 0, 1, ERR_ARG},
		{CAP_ENDPOINT, 0, 0, ERR_ARG},
		{CAP_ENDPOINT, 0, 65, ERR_ARG},
		{CAP_ENDPOINT, 0, 1ul << 32 | 1, ERR_ARG},
		{CAP_ENDPOINT, 1, 1, ERR_ARG},
		{CAP_NOTIFICATION, 1, 1, ERR_ARG},
		{CAP_REPLY, 64, 1, ERR_ARG},
		{CAP_THREAD, 2048, 1, ERR_ARG},
		{CAP_PAGE_TABLE, 4096, 1, ERR_ARG},
		{CAP_ADDRESS_SPACE, 4096, 1, ERR_ARG},
		{CAP_ADDRESS_SPACE, 0, 2, ERR_ARG},
		{CAP_UNTYPED, 0, 1, ERR_ARG},
		{CAP_UNTYPED, 4095, 1, ERR_ARG},
		{CAP_UNTYPED, 4097, 1, ERR_ARG},
		{CAP_UNTYPED, 1ul << 43, 1, ERR_ARG},
		{CAP_UNTYPED, 0ul - 4096, 1, ERR_ARG},
		{CAP_FRAME, 0, 1, ERR_ARG},
		{CAP_FRAME, 513, 1, ERR_ARG},
		{CAP_FRAME, 1ul << 52, 1, ERR_ARG},
		{CAP_CNODE, 0, 1, ERR_ARG},
		{CAP_CNODE, 15, 1, ERR_ARG},
		{CAP_CNODE, CNODE_MAX_SLOTS + 1, 1, ERR_ARG},
		{CAP_CNODE, ~0ul, 1, ERR_ARG},
		{CAP_FRAME, 17, 1, ERR_MEMORY},
		{CAP_UNTYPED, 68 * KIB, 1, ERR_MEMORY},
		{CAP_UNTYPED, 1ul << 42, 1, ERR_MEMORY},
		{CAP_CNODE, 1024, 1, ERR_MEMORY},
	};

	for (u32 i = 0; i < ARRAY_LEN(bad); i++) {
		enum microk_status s = retype(u, bad[i].type, bad[i].size, free, bad[i].count);
		if (s != bad[i].status)
			kit_fail(__FILE__, __LINE__,
				 "retype(%lu, 0x%lx, count %lu): expected %s, came %s", bad[i].type,
				 bad[i].size, bad[i].count, status_name(bad[i].status),
				 status_name(s));
	}
	EXPECT(ERR_TYPE, retype_to(u, CAP_ENDPOINT, ep, 1, 1));
	EXPECT(ERR_CAP, retype_to(u, CAP_ENDPOINT, free, 1, 1));
	EXPECT(ERR_CAP, retype_to(u, CAP_ENDPOINT, ~0ul, 1, 1));
	EXPECT(ERR_RIGHTS, retype_to(u, CAP_ENDPOINT, weak, 1, 1));
	EXPECT(ERR_RANGE, retype_to(u, CAP_ENDPOINT, table, 0, 1));
	EXPECT(ERR_RANGE, retype_to(u, CAP_ENDPOINT, table, 16, 1));
	EXPECT(ERR_RANGE, retype_to(u, CAP_ENDPOINT, table, 15, 2));
	EXPECT(ERR_RANGE, retype_to(u, CAP_ENDPOINT, table, ~0ul, 2));
	EXPECT(ERR_OCCUPIED, retype(u, CAP_ENDPOINT, 0, ep, 1));
	EXPECT(ERR_METHOD, RAW_METHOD(u, 0));
	EXPECT(ERR_METHOD, RAW_METHOD(u, last_method(CAP_UNTYPED) + 1u));
	EXPECT(ERR_DERIVED, slot_copy(free, u, RIGHT_ALL));
	EXPECT(ERR_DERIVED, slot_mint(free, u, RIGHT_ALL, 0, 0));
	/* All that changed nothing. */
	EXPECT_U64(0, used_of(u));
	EXPECT_U64(CAP_NULL, type_of(free));
	EXPECT_U64(0, children_of(u));
}

struct extent {
	u64 start, end;
};

static u32 dice(u32 sides)
{
	static u64 state = 0x9e3779b97f4a7c15;

	return (u32)(random_next(&state) % sides);
}

/* Every object lies inside, is aligned, and overlaps no other. */
void test_retype_places(void)
{
	cap_t u = sub_untyped(4 * MIB), sub;
	struct extent seen[60];
	u32 count = 0;
	u64 start, end;
	struct untyped_info_result info = {0};

	EXPECT(OK, untyped_info(u, &info));
	start = phys_of(make_of(u, CAP_FRAME, 1));
	end = start + info.bytes;
	EXPECT_U64(4 * MIB, info.bytes);
	EXPECT_U64(0, info.is_device);
	while (count < ARRAY_LEN(seen)) {
		u64 pages = 1 + dice(16);
		switch (dice(4)) {
		case 0: /* things of odd sizes in between */ make_of(u, CAP_REPLY, 0); continue;
		case 1: make_of(u, CAP_CNODE, 16 + dice(30)); continue;
		case 2: seen[count].start = phys_of(make_of(u, CAP_FRAME, pages)); break;
		default:
			sub = make_of(u, CAP_UNTYPED, pages * PAGE_SIZE);
			EXPECT(OK, untyped_info(sub, &info));
			EXPECT_U64(pages * PAGE_SIZE, info.bytes);
			seen[count].start = phys_of(make_of(sub, CAP_FRAME, 1));
		}
		seen[count].end = seen[count].start + pages * PAGE_SIZE;
		CHECK(seen[count].start % PAGE_SIZE == 0);
		CHECK(seen[count].start >= start && seen[count].end <= end);
		for (u32 i = 0; i < count; i++)
			CHECK(seen[i].end <= seen[count].start || seen[count].end <= seen[i].start);
		count++;
	}
	CHECK(used_of(u) <= 4 * MIB);
}

void test_large_frame_is_aligned(void)
{
	cap_t u = sub_untyped(5 * MIB), f = kit_slot();

	make_of(u, CAP_ENDPOINT, 0);
	EXPECT(OK, retype(u, CAP_FRAME, 512, f, 1));
	EXPECT_U64(0, phys_of(f) % (2 * MIB));
}

static bool is_zero(const u64 *p, u64 bytes)
{
	for (u64 i = 0; i < bytes / 8; i++)
		if (p[i])
			return false;
	return true;
}

/* Makes a frame out of u, maps it, checks that it is zero, and writes to it. */
static void soil(cap_t u, u64 pages)
{
	cap_t f = make_of(u, CAP_FRAME, pages);
	void *at;

	EXPECT(OK, window_map(f, pages, RIGHT_READ | RIGHT_WRITE, 0, &at));
	CHECK(is_zero(at, pages * PAGE_SIZE));
	for (u64 i = 0; i < pages * PAGE_SIZE / 8; i++)
		((u64 *)at)[i] = 0xa5a5a5a5a5a5a5a5;
}

void test_memory_is_zeroed(void)
{
	cap_t u = sub_untyped(64 * KIB), c, sub;

	soil(u, 16);
	EXPECT(OK, slot_revoke(u));
	soil(u, 3);
	soil(u, 13);
	EXPECT(OK, slot_revoke(u));
	/* Zeroed ahead by the parent or not: the child's frames are zero. */
	EXPECT(ERR_MEMORY, retype(u, CAP_FRAME, 17, kit_slot(), 1));
	soil(u, 1);
	sub = make_of(u, CAP_UNTYPED, 8 * PAGE_SIZE);
	soil(sub, 8);
	EXPECT(OK, slot_revoke(sub));
	soil(sub, 8);
	soil(u, 7);
	/* Objects are made of memory that was written to, too. */
	EXPECT(OK, slot_revoke(u));
	c = make_of(u, CAP_CNODE, 512);
	for (u64 i = 1; i < 512; i++)
		EXPECT_U64(CAP_NULL, type_in(c, i));
	EXPECT_U64(THREAD_STOPPED, kit_state((struct kit_thread){make_of(u, CAP_THREAD, 0), NULL}));
}

static u32 fill(cap_t u)
{
	u32 n = 0;

	while (retype(u, CAP_FRAME, 1, kit_slot(), 1) == OK)
		n++;
	return n;
}

void test_exhaustion_and_reuse(void)
{
	cap_t u = sub_untyped(128 * KIB), first = kit_slots(2);

	EXPECT(OK, retype(u, CAP_FRAME, 1, first, 2));
	EXPECT_U64(30, fill(u));
	EXPECT_U64(128 * KIB, used_of(u));
	/* A hole is not reused while there are children; nor does anything else fit. */
	EXPECT(OK, slot_delete(first));
	EXPECT(ERR_MEMORY, retype(u, CAP_REPLY, 0, first, 1));
	EXPECT(OK, slot_revoke(u));
	EXPECT_U64(0, used_of(u));
	EXPECT_U64(32, fill(u));
	EXPECT(OK, slot_revoke(u));
	/* Deleting the children one by one frees it as well. */
	EXPECT(OK, retype(u, CAP_FRAME, 1, first, 2));
	EXPECT(OK, slot_delete(first));
	EXPECT(OK, slot_delete(first + 1));
	EXPECT_U64(32, fill(u));
}

/* A sub-Untyped that is deleted leaves its children to its parent, whose memory stays in use. */
void test_untyped_deleted_first(void)
{
	cap_t u = sub_untyped(128 * KIB), sub = make_of(u, CAP_UNTYPED, 64 * KIB);
	cap_t f = make_of(sub, CAP_FRAME, 4);
	u64 address = phys_of(f);

	EXPECT_U64(self_of(sub), parent_of(f));
	EXPECT(OK, slot_delete(sub));
	EXPECT_U64(self_of(u), parent_of(f));
	EXPECT_U64(address, phys_of(f));
	CHECK(used_of(u) >= 64 * KIB);
	EXPECT_U64(16, fill(u));
	EXPECT(OK, slot_revoke(u));
	EXPECT_U64(CAP_NULL, type_of(f));
	EXPECT_U64(32, fill(u));
}

void test_device_untyped(void)
{
	struct untyped_info_result info = {0};
	cap_t f = kit_slot(), sub = kit_slot(), free = kit_slot();
	void *at;

	EXPECT(OK, untyped_info(ROOT_DEVICE, &info));
	EXPECT_U64(1, info.is_device);
	EXPECT(ERR_ARG, retype(ROOT_DEVICE, CAP_ENDPOINT, 0, free, 1));
	EXPECT(ERR_ARG, retype(ROOT_DEVICE, CAP_CNODE, 16, free, 1));
	EXPECT(ERR_ARG, retype(ROOT_DEVICE, CAP_THREAD, 0, free, 1));
	EXPECT(ERR_ARG, retype(ROOT_DEVICE, CAP_ADDRESS_SPACE, 0, free, 1));
	EXPECT(ERR_ARG, retype(ROOT_DEVICE, CAP_PAGE_TABLE, 0, free, 1));
	EXPECT(OK, retype(ROOT_DEVICE, CAP_UNTYPED, 64 * KIB, sub, 1));
	EXPECT(OK, untyped_info(sub, &info));
	EXPECT_U64(1, info.is_device);
	EXPECT(ERR_ARG, retype(sub, CAP_REPLY, 0, free, 1));
	EXPECT(OK, retype(sub, CAP_FRAME, 1, f, 1));
	EXPECT(OK, window_map(f, 1, RIGHT_READ | RIGHT_WRITE, MAP_UNCACHED, &at));
	(void)*(volatile u32 *)at;
	/* The kernel writes to IPC buffers, so device memory must not be one. */
	cap_t t = kit_make(CAP_THREAD, 0);
	EXPECT(ERR_ARG, CONFIGURE(t, .ipc_buffer_frame = f));
	EXPECT(ERR_ARG, CONFIGURE(t, .ipc_buffer_frame = copy_of(f, RIGHT_ALL)));
	EXPECT(OK, slot_revoke(ROOT_DEVICE));
}
