/*
 * A line goes into the outbox for the log (outbox.c). Where no program shows the log's lines on the serial line, init does,
 * polled: before the console is ready, in stages without one, and after the console or the log has ended.
 */
#include "servers/init/log.h"
#include "gen/lib/microk/methods.h"
#include "microk/cap.h"
#include "microk/info.h"
#include "servers/init/boot.h"
#include "servers/init/outbox.h"
#include "protocols/init_log.h"
#include "lib/microk/print.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"

#define COM1 0x3f8
#define UART_PORTS 8
#define LINE_BYTES (INIT_LOG_TEXT + 2) /* with its end, and a zero */
#define SHOWN_AT_ONCE ((MSG_REGS - 1) * 8ul)

/* Of a 16550 (PC16550D data sheet, section 8). */
#define LINE_CONTROL 3
#define LINE_8N1 0x03
#define LINE_DIVISOR 0x80
#define MODEM_CONTROL 4
#define MODEM_READY 0x0b
#define MODEM_LOOP 0x10
#define DIVISOR_115200 1

static cap_t uart;
/* lib/microk looks grants up in a startup page. The root task has none, so init makes its own with
 * the one grant that print needs. */
static struct startup own = {.magic = STARTUP_MAGIC, .program = "init"};

void log_start(void)
{
	uart = boot_ports(COM1, UART_PORTS);
	if (uart != 0)
		own.entries[own.count++] = (struct startup_entry){
			.name = "serial.ports", .slot = (u32)uart, .address = COM1};
	startup = &own;
}

static u64 uart_get(u64 reg)
{
	struct ioport_in_result in = {0};

	ioport_in(uart, &(struct ioport_in){.port = COM1 + reg, .bytes = 1}, &in);
	return in.value;
}

static void uart_set(u64 reg, u64 value)
{
	ioport_out(uart, &(struct ioport_out){.port = COM1 + reg, .bytes = 1, .value = value});
}

/* A driver with a grant of these ports may have left them in any state. */
static void restore_line(void)
{
	uart_set(LINE_CONTROL, LINE_8N1 | LINE_DIVISOR);
	/* Writing the divisor disturbs the byte that is being sent, even if its value stays the same. */
	if (uart_get(0) != DIVISOR_115200 || uart_get(1) != 0) {
		uart_set(0, DIVISOR_115200);
		uart_set(1, 0);
	}
	uart_set(LINE_CONTROL, LINE_8N1);
	if (uart_get(MODEM_CONTROL) & MODEM_LOOP)
		uart_set(MODEM_CONTROL, MODEM_READY);
}

/* Writes to the serial line and, through the kernel, to the screen while the kernel owns that. */
static void put_out(const char *line, size_t bytes)
{
	if (uart != 0)
		restore_line();
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

/* `line` has room for its end. */
static void put_line(char *line, size_t bytes)
{
	line[bytes++] = '\n';
	put_out(line, bytes);
}

void log_line(const char *fmt, ...)
{
	char line[LINE_BYTES], older[LINE_BYTES];
	va_list args;
	size_t bytes;
	int late;

	va_start(args, fmt);
	vformat(line, sizeof(line) - 1, fmt, args);
	va_end(args);
	bytes = strlen(line);
	while ((late = outbox_make_room(older)) >= 0)
		put_line(older, (size_t)late);
	if (!outbox_put(line, bytes))
		put_line(line, bytes);
}

void log_shown_elsewhere(bool elsewhere)
{
	char line[LINE_BYTES];
	int bytes;

	outbox_shown_by_log(elsewhere);
	while (!elsewhere && (bytes = outbox_take_back(line)) >= 0)
		put_line(line, (size_t)bytes);
}
