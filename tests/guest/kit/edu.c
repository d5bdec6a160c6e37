#include "tests/guest/kit/edu.h"
#include "tests/guest/kit/catch.h"
#include "tests/guest/kit/short.h"
#include "lib/microk/memory.h"

#define ID 0x11e81234
#define COMMAND 0x04
#define BAR0 0x10
#define CAPABILITIES 0x34
#define CAPABILITY_MSI 5
#define MSI_ENABLE 0x10000
#define MSI_64_BIT 0x800000

volatile u32 *edu;
u32 edu_function;
static u32 msi_at;
static bool msi_is_64_bit;

static u32 config_read(u32 at)
{
	struct ioport_in_result data = {0};

	ioport_write(ROOT_IOPORT, 0xcf8, 4, 0x80000000 | edu_function << 8 | at);
	ioport_in(ROOT_IOPORT, &(struct ioport_in){.port = 0xcfc, .bytes = 4}, &data);
	return (u32)data.value;
}

static void config_write(u32 at, u32 value)
{
	ioport_write(ROOT_IOPORT, 0xcf8, 4, 0x80000000 | edu_function << 8 | at);
	ioport_write(ROOT_IOPORT, 0xcfc, 4, value);
}

void edu_set_message(u64 address, u32 data)
{
	config_write(msi_at + 4, (u32)address);
	config_write(msi_at + (msi_is_64_bit ? 12 : 8), data);
}

void edu_use_line(void)
{
	config_write(msi_at, config_read(msi_at) & ~MSI_ENABLE);
}

static void find(void)
{
	for (edu_function = 0; edu_function < 256 && config_read(0) != ID; edu_function += 8)
		;
	if (edu_function == 256)
		kit_fail(__FILE__, __LINE__, "the machine has no edu device (-device edu)");
	for (msi_at = config_read(CAPABILITIES) & 0xff;
	     (config_read(msi_at) & 0xff) != CAPABILITY_MSI;)
		msi_at = config_read(msi_at) >> 8 & 0xff;
}

void edu_open(void)
{
	cap_t skip = kit_slot(), registers = kit_slot();
	struct untyped_info_result device = {0};
	void *at;

	find();
	config_write(COMMAND, (config_read(COMMAND) & 0xffff) | 6);
	u32 bar = config_read(BAR0) & ~15u, control = config_read(msi_at);
	msi_is_64_bit = control & MSI_64_BIT;
	if (msi_is_64_bit)
		config_write(msi_at + 8, 0);
	edu_set_message(EDU_MESSAGE, 0);
	config_write(msi_at, control | MSI_ENABLE);
	untyped_info(ROOT_DEVICE, &device);
	EXPECT(OK, retype(ROOT_DEVICE, CAP_UNTYPED, bar - device.physical_address, skip, 1));
	EXPECT(OK, retype(ROOT_DEVICE, CAP_FRAME, 1, registers, 1));
	EXPECT(OK, window_map(registers, 1, RIGHT_READ | RIGHT_WRITE, MAP_UNCACHED, &at));
	edu = at;
}

void edu_close(void)
{
	EXPECT(OK, slot_revoke(ROOT_DEVICE));
}

static void transfer(u64 from, u64 to, u32 bytes, u32 command)
{
	edu[EDU_DMA_FROM] = (u32)from;
	edu[EDU_DMA_TO] = (u32)to;
	edu[EDU_DMA_COUNT] = bytes;
	edu[EDU_DMA_COMMAND] = command | EDU_DMA_START;
	while (edu[EDU_DMA_COMMAND] & EDU_DMA_START)
		nap(1000);
}

void edu_read(u64 address, u32 bytes)
{
	transfer(address, EDU_BUFFER, bytes, 0);
}

void edu_write(u64 address, u32 bytes)
{
	transfer(EDU_BUFFER, address, bytes, EDU_DMA_TO_MEMORY);
}
