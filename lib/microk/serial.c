/*
 * Text to a serial line, polled: for programs that print before the console runs, or without it.
 *
 * A 16550 UART (PC16550D data sheet, 8.4 line status, 8.6 interrupt identification). Its
 * transmit FIFO accepts 16 bytes once it is empty. A UART without a FIFO accepts one byte.
 */
#include "gen/lib/microk/methods.h"
#include "microk/cap.h"
#include "lib/microk/ipc.h"
#include "lib/microk/lock.h"
#include "lib/microk/output.h"
#include "lib/microk/startup.h"

#define UART_COM1 0x3f8
#define UART_DATA 0
#define UART_IIR 2
#define UART_IIR_FIFO 0xc0
#define UART_LSR 5
#define UART_LSR_EMPTY 0x20
#define UART_FIFO 16
#define UART_POLLS 100000 /* after these the line counts as dead, and the text is dropped */

static struct lock lock; /* guards all below, and the line: each text goes out whole */
static cap_t uart;
static u64 uart_port;
static u32 uart_burst; /* bytes that the empty transmitter accepts; 0: uart_find has not run */

static void uart_find(void)
{
	const struct startup_entry *serial = grant_entry("serial.ports");
	struct ioport_in_result fifo;

	uart_burst = 1;
	if (!serial)
		return;
	uart = serial->slot;
	uart_port = serial->address ? serial->address : UART_COM1;
	if (ioport_in(uart, &(struct ioport_in){.port = uart_port + UART_IIR, .bytes = 1}, &fifo) ==
		    OK &&
	    (fifo.value & UART_IIR_FIFO) == UART_IIR_FIFO)
		uart_burst = UART_FIFO;
}

static bool uart_wait_empty(void)
{
	for (u32 polls = 0; polls < UART_POLLS; polls++) {
		struct ioport_in_result state;

		if (ioport_in(uart, &(struct ioport_in){.port = uart_port + UART_LSR, .bytes = 1},
			      &state) != OK)
			return false;
		if (state.value & UART_LSR_EMPTY)
			return true;
	}
	return false;
}

static bool uart_put(u8 byte)
{
	static u32
		room; /* bytes that the transmitter accepts before its status must be read again */

	if (!room) {
		if (!uart_wait_empty())
			return false;
		room = uart_burst;
	}
	room--;
	return ioport_out(uart,
			  &(struct ioport_out){
				  .port = uart_port + UART_DATA, .bytes = 1, .value = byte}) == OK;
}

static void uart_write(const char *data, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		if (data[i] == '\n' && !uart_put('\r'))
			return; /* a dead line: there is no other place to report it */
		if (!uart_put((u8)data[i]))
			return;
	}
}

bool output_serial(const char *data, size_t bytes)
{
	bool found;

	lock_take(&lock);
	if (!uart_burst)
		uart_find();
	found = uart;
	if (found)
		uart_write(data, bytes);
	lock_give(&lock);
	return found;
}
