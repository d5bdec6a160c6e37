/*
 * A ring of text with one writer and one reader (the console's thread). The writer never waits: a
 * slow reader loses the oldest lines.
 */
#include "servers/init/log.h"
#include "gen/lib/microk/methods.h"
#include "microk/cap.h"
#include "microk/info.h"
#include "servers/init/boot.h"
#include "servers/init/console.h"
#include "lib/microk/print.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"

#define COM1 0x3f8
#define UART_PORTS 8
#define SHOWN_AT_ONCE ((MSG_REGS - 1) * 8ul)

static char text[LOG_BYTES];
static volatile u64 written;

/* lib/microk looks grants up in a startup page. The root task has none, so init makes its own with
 * the one grant that print needs. */
static struct startup own = {.magic = STARTUP_MAGIC, .program = "init"};

void log_start(void)
{
	cap_t uart = boot_ports(COM1, UART_PORTS);

	if (uart != 0)
		own.entries[own.count++] = (struct startup_entry){
			.name = "serial.ports", .slot = (u32)uart, .address = COM1};
	startup = &own;
}

u64 log_written(void)
{
	return written;
}

static void append(const char *line, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		text[(written + i) % LOG_BYTES] = line[i];
	__asm__ volatile("" ::: "memory"); /* the reader runs on the same processor: order is all */
	written += bytes;
}

size_t log_read(u64 *at, char *to, size_t room)
{
	u64 end = written;

	if (end - *at > LOG_BYTES)
		*at = end - LOG_BYTES;
	size_t bytes = end - *at < room ? end - *at : room;
	for (size_t i = 0; i < bytes; i++)
		to[i] = text[(*at + i) % LOG_BYTES];
	*at += bytes;
	return bytes;
}

/* Writes to the serial line and, through the kernel, to the screen while the kernel owns that. */
static void put_out(const char *line, size_t bytes)
{
	print_bytes(line, bytes);
	while (bytes > 0) {
		u64 part[MSG_REGS - 1] = {0};
		size_t now = bytes < SHOWN_AT_ONCE ? bytes : SHOWN_AT_ONCE;
		memcpy(part, line, now);
		kernel_show(
			ROOT_KERNEL,
			&(struct kernel_show){
				.bytes = now,
				.text_0 = part[0],
				.text_1 = part[1],
				.text_2 = part[2],
				.text_3 = part[3],
				.text_4 = part[4],
				.text_5 = part[5],
				.text_6 = part[6]});
		line += now;
		bytes -= now;
	}
}

void log_line(const char *fmt, ...)
{
	char line[256];
	va_list args;

	va_start(args, fmt);
	int length = vformat(line, sizeof(line) - 1, fmt, args);
	va_end(args);
	size_t bytes = length < 0 ? 0 : strnlen(line, sizeof(line) - 2);
	line[bytes++] = '\n';
	append(line, bytes);
	if (!console_take())
		put_out(line, bytes);
}

void log_print_from(u64 at)
{
	char chunk[128];
	size_t bytes;

	while ((bytes = log_read(&at, chunk, sizeof(chunk))) > 0)
		put_out(chunk, bytes);
}
