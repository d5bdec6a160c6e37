/* The serial line by polling. Linux's early console does the same before its driver takes over;
 * a microkernel leaves a driver with interrupts and buffers to user space. */
#include "x86/serial.h"
#include "x86/x86.h"

#define COM1 0x3f8
#define DATA (COM1 + 0)       /* also the divisor's low byte while LCR.DLAB */
#define INT_ENABLE (COM1 + 1) /* also the divisor's high byte */
#define FIFO_CONTROL (COM1 + 2)
#define LINE_CONTROL (COM1 + 3)
#define MODEM_CONTROL (COM1 + 4)
#define LINE_STATUS (COM1 + 5)

#define LCR_8N1 0x03
#define LCR_DLAB 0x80
#define FCR_ENABLE 0x01 /* clears the FIFOs if it was off; bytes of a driver's are still sent */
#define MCR_DTR_RTS_OUT2 0x0b /* OUT2 lets the interrupt through, for the driver that comes */
#define LSR_ROOM 0x20
#define DIVISOR 1       /* 115200 */
#define WAIT_READS 4000 /* an ISA read takes some 1 us, 16 bytes at this rate 1.4 ms */

void serial_set_up(void)
{
	outb(INT_ENABLE, 0);
	outb(LINE_CONTROL, LCR_DLAB);
	outb(DATA, DIVISOR);
	outb(INT_ENABLE, 0);
	outb(LINE_CONTROL, LCR_8N1);
	outb(FIFO_CONTROL, FCR_ENABLE);
	outb(MODEM_CONTROL, MCR_DTR_RTS_OUT2);
}

/* A line that has taken nothing for this long is checked only once for each byte. */
bool serial_try(char c)
{
	static bool ready, stalled;
	static u32 reads;

	if (!ready)
		serial_set_up();
	ready = true;
	if (inb(LINE_STATUS) & LSR_ROOM) {
		outb(DATA, (u8)c);
		stalled = false;
	} else if (!stalled && ++reads < WAIT_READS) {
		return false;
	} else {
		stalled = true;
	}
	reads = 0;
	return true;
}
