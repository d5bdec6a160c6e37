/* Intel 8254 datasheet; the gate of channel 2 is bit 0 of port 0x61 (ICH9 datasheet, NMI_SC). */
#include "x86/pit.h"
#include "x86/x86.h"

#define PIT_CHANNEL2 0x42
#define PIT_COMMAND 0x43
#define PIT_GATE 0x61
#define COMMAND_CHANNEL2_MODE0 0xb0 /* channel 2, low then high byte, mode 0, binary */
#define COMMAND_LATCH_CHANNEL2 0x80

void pit_start(void)
{
	outb(PIT_GATE, (inb(PIT_GATE) & ~2) | 1); /* gate on, speaker off */
	outb(PIT_COMMAND, COMMAND_CHANNEL2_MODE0);
	outb(PIT_CHANNEL2, 0xff);
	outb(PIT_CHANNEL2, 0xff);
}

u16 pit_read(void)
{
	u8 low;

	outb(PIT_COMMAND, COMMAND_LATCH_CHANNEL2);
	low = inb(PIT_CHANNEL2);
	return (u16)(low | inb(PIT_CHANNEL2) << 8);
}
