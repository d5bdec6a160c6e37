/*
 * The 8259s, as every PC has them beside its APICs (datasheet of Intel's 8259A; "ICW" and "OCW" are its names).
 *
 * Masking all their inputs is not enough. A processor that accepts an interrupt of delivery mode ExtINT asks them for the
 * vector, and if no interrupt is pending they answer with the vector of input 7. Any device can send a message of that mode.
 * After reset, and as BIOSes leave them, their vectors are 8 to 15 and 0x70 to 0x77: vector 15 is reserved for exceptions,
 * and 0x70 belongs to a device's driver. So both get vectors that the kernel drops (entry/trap.c). Linux does the same, at
 * 0x30; seL4 likewise, and masks them.
 *
 * They end their interrupts by themselves (AEOI). Otherwise one would stay in service after an answer, because no code ends
 * it.
 */
#include "pc/pic.h"
#include "x86/x86.h"

#define FIRST_COMMAND 0x20
#define FIRST_DATA 0x21
#define SECOND_COMMAND 0xa0
#define SECOND_DATA 0xa1

#define ICW1_START 0x11 /* edges, two controllers, ICW4 follows */
#define CASCADE_INPUT 2 /* input of the first one to which the second one is connected */
#define ICW4_8086_AEOI 0x03
#define OCW1_ALL_MASKED 0xff

/* `cascade`: for the first a bit for each input with another controller, for the second its number. */
static void silence(u16 command, u16 data, u8 vector, u8 cascade)
{
	outb(command, ICW1_START);
	outb(data, vector);
	outb(data, cascade);
	outb(data, ICW4_8086_AEOI);
	outb(data, OCW1_ALL_MASKED);
}

void pic_silence(void)
{
	silence(FIRST_COMMAND, FIRST_DATA, VECTOR_PIC, 1 << CASCADE_INPUT);
	silence(SECOND_COMMAND, SECOND_DATA, VECTOR_PIC + 8, CASCADE_INPUT);
}
