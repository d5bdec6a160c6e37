/*
 * The root task's device memory; and PCI Express configuration space, as a second way to the registers that the ports 0xcf8
 * and 0xcfc show. Words of the command line for other machines than QEMU's q35 (tests/test_device_memory.py): low-end= and
 * high-end= are where memory ends below 4 GiB and above, and with ecam=0 there is no configuration space.
 */
#include "tests/guest/kernel/tests.h"
#include "tests/guest/kit/short.h"
#include "lib/microk/memory.h"

#define APICS 0xfec00000ul
#define FOUR_GIB (1ul << 32)
#define PORT_ENABLE 0x80000000u
#define FUNCTION_BYTES 0x1000ul
#define LPC (31 * 8) /* bus 0, device 31, function 0: the south bridge of a q35 */

/* Where the memory of a slot begins and ends; 0 and 0 if it has none. */
struct range {
	u64 start, end;
};

static struct range range_of(cap_t slot)
{
	struct untyped_info_result info = {0};

	if (type_of(slot) == CAP_NULL)
		return (struct range){0};
	EXPECT(OK, untyped_info(slot, &info));
	EXPECT_U64(1, info.is_device);
	CHECK(info.bytes);
	return (struct range){info.physical_address, info.physical_address + info.bytes};
}

void test_device_memory(void)
{
	struct range last = range_of(ROOT_DEVICE), high = range_of(ROOT_DEVICE_HIGH);
	struct range ecam = range_of(ROOT_ECAM), screen = range_of(ROOT_FRAMEBUFFER);
	u64 low_end = command_number("low-end=", kit_info->ram_bytes + 1023);
	u64 high_end = command_number("high-end=", FOUR_GIB), end = low_end & ~(PAGE_SIZE - 1);

	for (cap_t slot = ROOT_DEVICES; slot <= ROOT_DEVICES_END; slot++) {
		struct range r = slot == ROOT_DEVICES_END ? last : range_of(slot);

		if (!r.end || r.start >= FOUR_GIB)
			continue;
		CHECK(r.start >= end);
		CHECK(r.end <= ecam.start || r.start >= ecam.end);
		CHECK(r.end <= screen.start || r.start >= screen.end);
		end = r.end;
	}
	/* All of the hole is there: no page between memory and the first part is missing. */
	if (command_number("low-end=", 0))
		EXPECT_U64(low_end,
			   range_of(ROOT_DEVICES).end ? range_of(ROOT_DEVICES).start : last.start);
	EXPECT_U64(APICS, last.end);
	CHECK(high.start >= high_end);
}

static u32 port_config(u32 function, u32 at)
{
	struct ioport_in_result data = {0};

	EXPECT(OK, ioport_write(ROOT_IOPORT, 0xcf8, 4, PORT_ENABLE | function << 8 | at));
	EXPECT(OK, ioport_in(ROOT_IOPORT, &(struct ioport_in){.port = 0xcfc, .bytes = 4}, &data));
	return (u32)data.value;
}

/* Both ways show the same function. Vendor and device, class, and a base address, written by one way and read by the other. */
static void compare(u32 function, cap_t page)
{
	void *at;

	EXPECT(OK, window_map(page, 1, RIGHT_READ | RIGHT_WRITE, MAP_UNCACHED, &at));
	volatile u32 *config = at;
	CHECK(config[0] != ~0u && config[0] != 0);
	EXPECT_U64(port_config(function, 0), config[0]);
	EXPECT_U64(port_config(function, 8), config[2]);
	EXPECT_U64(port_config(function, 0x2c), config[0x2c / 4]);
}

void test_configuration_space(void)
{
	cap_t host = kit_slot(), gap = kit_slot(), lpc = kit_slot();
	bool expected = command_number("ecam=", 1);

	EXPECT_U64(expected ? CAP_UNTYPED : CAP_NULL, type_of(ROOT_ECAM));
	if (!expected)
		return;
	EXPECT_U64(0, kit_info->ecam_first_bus);
	EXPECT(OK, retype(ROOT_ECAM, CAP_FRAME, 1, host, 1));
	EXPECT(OK, retype(ROOT_ECAM, CAP_UNTYPED, (LPC - 1) * FUNCTION_BYTES, gap, 1));
	EXPECT(OK, retype(ROOT_ECAM, CAP_FRAME, 1, lpc, 1));
	compare(0, host);
	compare(LPC, lpc);
	EXPECT(OK, slot_revoke(ROOT_ECAM));
}
