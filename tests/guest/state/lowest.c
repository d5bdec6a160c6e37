/* The lowest addresses: never mapped, so that neither a descriptor table nor a null pointer finds anything there. */
#include "tests/guest/kit/short.h"
#include "tests/guest/state/state.h"

#define GENERAL_PROTECTION 13
#define IN_LDT 4 /* of a selector, and of the error code that names it */

static void make_tables(cap_t space, u64 address)
{
	for (u64 level = 3; level >= 1; level--)
		table_map_at(kit_make(CAP_PAGE_TABLE, 0), space, address, level);
}

void test_lowest_pages(void)
{
	static const u64 refused[] = {0, PAGE_SIZE, USER_BOTTOM / 2, USER_BOTTOM - PAGE_SIZE};
	cap_t space = kit_make(CAP_ADDRESS_SPACE, 0), page = kit_make(CAP_FRAME, 1);
	cap_t two = kit_make(CAP_FRAME, 2), large = kit_make(CAP_FRAME, FRAME_MAX_PAGES);

	make_tables(space, 0);
	make_tables(space, USER_BOTTOM);
	for (u32 i = 0; i < ARRAY_LEN(refused); i++) {
		EXPECT(ERR_RANGE, frame_map_at(page, space, refused[i], RIGHT_READ));
		EXPECT(ERR_RANGE, frame_map_at(two, space, refused[i], RIGHT_READ));
	}
	EXPECT(ERR_RANGE, frame_map_at(large, space, 0, RIGHT_READ));
	EXPECT(OK, frame_map_at(page, space, USER_BOTTOM, RIGHT_READ));
	EXPECT(OK, frame_map_at(two, space, USER_BOTTOM + PAGE_SIZE, RIGHT_READ));
}

static void load_from_ldt(u64 selector)
{
	__asm__ volatile("movl %k0, %%ds" ::"r"(selector));
}

static void call_through_ldt(u64 unused)
{
	static const struct {
		u64 offset;
		u16 selector;
	} __attribute__((packed)) gate = {0, 8 | IN_LDT | 3};

	(void)unused;
	__asm__ volatile("rex.w lcall *%0" ::"m"(gate) : "memory");
}

static void return_through_ldt(u64 unused)
{
	(void)unused;
	__asm__ volatile("pushq $0x0f; pushq $0; lretq");
}

/* A page of descriptors at 0, and a call gate to ring 0 in it, as far as the kernel allows it; then each way to a selector
 * of the LDT. The processor finds no table: it does not even look at the page. */
void test_null_ldt(void)
{
	cap_t frame, copy = kit_slot();
	u64 *descriptors = kit_page(&frame);
	u32 from;

	make_tables(ROOT_SPACE, 0);
	EXPECT(OK, slot_copy(copy, frame, RIGHT_ALL));
	frame_map_at(copy, ROOT_SPACE, 0, RIGHT_READ); /* whatever comes of it */
	descriptors[1] = ((u64)call_through_ldt & 0xffff) | 0x08ul << 16 | 0xec00ul << 32;
	for (u64 selector = IN_LDT | 3; selector < 0x10000; selector += 0x3ff8) {
		struct fault fault = catch_fault(load_from_ldt, selector);

		CHECK(fault.came);
		EXPECT_U64(GENERAL_PROTECTION, fault.vector);
		EXPECT_U64(selector & 0xfffc, fault.error);
	}
	struct fault fault = catch_fault(call_through_ldt, 0);
	CHECK(fault.came);
	EXPECT_U64(GENERAL_PROTECTION, fault.vector);
	EXPECT_U64(8 | IN_LDT, fault.error);
	CHECK(catch_fault(return_through_ldt, 0).came);
	/* `lar` asks without faulting: none of the 8192 is there. */
	for (u32 selector = IN_LDT; selector < 0x10000; selector += 8) {
		bool found;

		__asm__ volatile("lar %2, %1" : "=@ccz"(found), "=r"(from) : "r"(selector));
		if (found)
			kit_fail(__FILE__, __LINE__, "selector 0x%x is there", selector);
	}
}
