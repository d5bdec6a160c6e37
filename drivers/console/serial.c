/*
 * The UART. Source: National Semiconductor PC16550D data sheet, section 8 (registers).
 *
 * Receiving uses an interrupt. For sending, an interrupt for each FIFO (as in MINIX and Linux) was
 * weighed against waiting for the FIFO. The driver waits: the wait is bounded, a write is at most
 * one message, and an answered write has been sent, so that the last output before a crash is on
 * the line. The bytes that a line does not take in time are kept, and sent later (sending.h).
 */
#include "drivers/console/serial.h"
#include "drivers/console/kept.h"
#include "drivers/console/port.h"

enum {
	REG_DATA = 0x3f8,   /* and divisor, low byte */
	REG_ENABLE = 0x3f9, /* interrupt enable; and divisor, high byte */
	REG_FIFO = 0x3fa,   /* write: FIFO control; read: interrupt identification */
	REG_LINE = 0x3fb,
	REG_MODEM = 0x3fc,
	REG_STATUS = 0x3fd,
	REG_SCRATCH = 0x3ff,
};

#define ENABLE_RECEIVED 0x01
#define FIFO_ENABLE 0x01
#define FIFO_IS_ON 0xc0
#define LINE_8N1 0x03
#define LINE_DIVISOR 0x80
#define MODEM_READY 0x0b /* DTR, RTS, and OUT2, which gates the interrupt on a PC */
#define MODEM_PAUSE 0x09 /* without RTS */
#define STATUS_RECEIVED 0x01
#define STATUS_CAN_SEND 0x20 /* the transmit FIFO is empty */
#define STATUS_ABSENT 0xff   /* ports without a device read as this */
#define DIVISOR_115200 1
#define FIFO_BYTES 16

/* A FIFO is sent in 1.4 ms at 115200; a read of the status takes well over 100 ns. */
#define WAIT_READS 50000
#define WAIT_READS_STALLED 16

static cap_t ports;
static bool paused;
static bool stalled; /* the line took no bytes last time: wait only WAIT_READS_STALLED */

static u8 reg_read(u16 reg)
{
	return port_read(ports, reg);
}

static void reg_write(u16 reg, u8 value)
{
	port_write(ports, reg, value);
}

bool serial_init(cap_t line_ports)
{
	ports = line_ports;
	reg_write(REG_SCRATCH, 0x5a);
	if (reg_read(REG_SCRATCH) != 0x5a) {
		ports = 0;
		return false;
	}
	reg_write(REG_LINE, LINE_8N1 | LINE_DIVISOR);
	reg_write(REG_DATA, DIVISOR_115200);
	reg_write(REG_ENABLE, 0);
	reg_write(REG_LINE, LINE_8N1);
	if ((reg_read(REG_FIFO) & FIFO_IS_ON) != FIFO_IS_ON)
		reg_write(REG_FIFO, FIFO_ENABLE); /* empties it: only where it was off */
	reg_write(REG_MODEM, MODEM_READY);
	reg_write(REG_ENABLE, ENABLE_RECEIVED);
	return true;
}

/* Takes a received byte if there is room for it, also while sending, when the FIFO would overrun.
 * Returns the line's status before. */
static u8 receive_one(void)
{
	u8 status = reg_read(REG_STATUS);

	if (status == STATUS_ABSENT)
		return 0;
	if (status & STATUS_RECEIVED && kept_has_room(KEPT_SERIAL))
		kept_arrive(KEPT_SERIAL, reg_read(REG_DATA));
	return status;
}

static bool wait_until_sent(void)
{
	u32 reads = stalled ? WAIT_READS_STALLED : WAIT_READS;

	while (reads-- > 0) {
		u8 status = receive_one();
		if (status & STATUS_CAN_SEND) {
			stalled = false;
			return true;
		}
	}
	stalled = true;
	return false;
}

size_t serial_send(const char *bytes, size_t count, u32 *sent)
{
	if (ports == 0) {
		*sent += (u32)count;
		return count;
	}
	for (size_t i = 0; i < count; i++) {
		if (i % FIFO_BYTES == 0 && !wait_until_sent())
			return i;
		reg_write(REG_DATA, (u8)bytes[i]);
		++*sent;
	}
	return count;
}

size_t serial_read(char *to, size_t size)
{
	size_t count = 0;
	int byte;

	if (ports == 0)
		return 0;
	while (count < size) {
		receive_one();
		if ((byte = kept_take(KEPT_SERIAL)) < 0)
			break;
		to[count++] = (char)byte;
	}
	return count;
}

void serial_pause(bool pause)
{
	if (ports == 0 || pause == paused)
		return;
	paused = pause;
	reg_write(REG_MODEM, pause ? MODEM_PAUSE : MODEM_READY);
}
