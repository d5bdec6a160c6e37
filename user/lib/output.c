/*
 * Where a program's text goes. A program that was granted neither terminal nor serial line runs
 * silently: there is no ambient console (as there is in most kernels, through a debug system call).
 *
 * Serial line: a 16550 UART (PC16550D data sheet, 8.4 and 8.6: line status register, interrupt
 * identification register), polled. Its transmit FIFO takes 16 bytes once it is empty.
 */
#include "gen/servers/vfs/file_client.h"
#include "microk/cap.h"
#include "user/lib/format.h"
#include "user/lib/ipc.h"
#include "user/lib/print.h"
#include "user/lib/startup.h"
#include "user/lib/string.h"
#include "user/lib/util.h"

#define UART_COM1 0x3f8
#define UART_DATA 0
#define UART_IIR 2
#define UART_IIR_FIFO 0xc0
#define UART_LSR 5
#define UART_LSR_EMPTY 0x20
#define UART_FIFO 16
#define UART_POLLS 100000 /* then the line counts as dead, and the text is dropped */

static cap_t stdout_file, uart;
static u64 uart_port;
static u32 uart_burst; /* bytes the empty transmitter takes */
static bool searched;

static void output_find(void)
{
	const struct startup_entry *serial = grant_entry("serial.ports");
	struct message m;

	searched = true;
	stdout_file = grant_find("stdout");
	if (stdout_file || !serial)
		return;
	uart = serial->slot;
	uart_port = serial->address ? serial->address : UART_COM1;
	uart_burst = 1;
	if (METHOD_RESULT(&m, uart, IOPORT_IN, uart_port + UART_IIR, 1) == OK &&
	    (m.word[0] & UART_IIR_FIFO) == UART_IIR_FIFO)
		uart_burst = UART_FIFO;
}

static bool uart_wait_empty(void)
{
	for (u32 polls = 0; polls < UART_POLLS; polls++) {
		struct message m;

		if (METHOD_RESULT(&m, uart, IOPORT_IN, uart_port + UART_LSR, 1) != OK)
			return false;
		if (m.word[0] & UART_LSR_EMPTY)
			return true;
	}
	return false;
}

static bool uart_put(u8 byte)
{
	static u32 room; /* bytes the transmitter takes before it must be asked again */

	if (!room) {
		if (!uart_wait_empty())
			return false;
		room = uart_burst;
	}
	room--;
	return METHOD(uart, IOPORT_OUT, uart_port + UART_DATA, 1, byte) == OK;
}

static void uart_write(const char *data, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		if (data[i] == '\n' && !uart_put('\r'))
			return;
		if (!uart_put((u8)data[i]))
			return;
	}
}

static void file_write_all(const char *data, size_t bytes)
{
	while (bytes) {
		size_t chunk = MIN(bytes, (size_t)FILE_WRITE_DATA_MAX);
		u32 written;

		/* There is nobody to complain to about a terminal that takes nothing. */
		if (file_write(stdout_file, data, chunk, &written) != OK || !written ||
		    written > chunk)
			return;
		data += written;
		bytes -= written;
	}
}

void print_bytes(const char *data, size_t bytes)
{
	if (!searched)
		output_find();
	if (stdout_file)
		file_write_all(data, bytes);
	else if (uart)
		uart_write(data, bytes);
}

/* Collects the pieces of one print, so that a line is one message. */
struct line {
	char text[256];
	size_t used;
};

static void line_flush(struct line *l)
{
	print_bytes(l->text, l->used);
	l->used = 0;
}

static void line_put(void *context, const char *text, size_t bytes)
{
	struct line *l = context;

	while (bytes) {
		size_t chunk = MIN(bytes, sizeof(l->text) - l->used);

		memcpy(l->text + l->used, text, chunk);
		l->used += chunk;
		text += chunk;
		bytes -= chunk;
		if (l->used == sizeof(l->text))
			line_flush(l);
	}
}

void print(const char *fmt, ...)
{
	struct line l;
	va_list args;

	l.used = 0; /* the text itself needs no clearing */
	va_start(args, fmt);
	format_to(line_put, &l, fmt, args);
	va_end(args);
	line_flush(&l);
}
