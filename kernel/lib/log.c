/*
 * A line takes as long as the serial line does: 10 ms and more. While the machine boots, or ends, that does not matter, and
 * no other way could be relied on. In between, a line goes into the ring at once, and its bytes to the outputs later
 * (log_later.c), one by one. (Linux has the same two ways since 6.12: a thread for each console, and a flush by the caller
 * in a panic.) The ring holds the order: a later line is shown later, whichever thread caused it. If more is written than
 * the ring holds before it can be shown, the oldest is not shown. Text that waits to be made (ipc/log_report.c) waits for
 * room in the ring.
 */
#include "lib/log.h"
#include "lib/string.h"
#include "screen/screen.h"
#include "x86/cpu.h"
#include "x86/debugcon.h"
#include "x86/serial.h"

static void (*show_later)(u8 most);
static u8 at_most = LOG_ANY;
static bool (*make_text)(void);
static u64 shown;     /* bytes of the log */
static bool drawn;    /* of the next byte: it is on the screen */
static bool returned; /* and its carriage return is out */

static char byte_of_log(u64 n)
{
	return cpu_area.log[n % INFO_LOG_BYTES];
}

void log_put(const char *text, u32 bytes)
{
	u32 at = kinfo->log_bytes % INFO_LOG_BYTES, first = MIN(bytes, INFO_LOG_BYTES - at);

	memcpy(cpu_area.log + at, text, first);
	memcpy(cpu_area.log, text + first, bytes - first);
	kinfo->log_bytes += bytes;
}

/* Bytes that the ring does not hold any more are not shown, up to the end of a line. */
static void catch_up(void)
{
	if (kinfo->log_bytes - shown <= INFO_LOG_BYTES)
		return;
	shown = kinfo->log_bytes - INFO_LOG_BYTES;
	drawn = returned = false; /* that was another byte */
	while (shown < kinfo->log_bytes && byte_of_log(shown) != '\n')
		shown++;
}

/* False: again, the screen is not done with it, or the serial line has no room. */
static bool show(char c)
{
	drawn = drawn || screen_put(c);
	if (!drawn)
		return false;
	if (c == '\n' && !returned)
		returned = serial_try('\r');
	if ((c == '\n' && !returned) || !serial_try(c))
		return false;
	debugcon_put(c);
	drawn = returned = false;
	return true;
}

/* A text that is made now pushes out none that is not shown yet. */
static bool has_room(void)
{
	return kinfo->log_bytes - shown + LOG_MADE_BYTES <= INFO_LOG_BYTES;
}

bool log_show_one(void)
{
	if (make_text && has_room() && make_text())
		return false;
	catch_up();
	if (shown < kinfo->log_bytes && show(byte_of_log(shown)))
		shown++;
	return shown == kinfo->log_bytes;
}

void log_make_later(bool (*make)(void))
{
	make_text = make;
	log_written();
}

void log_at_most(u8 urgency)
{
	at_most = urgency;
}

void log_defer(void (*later)(u8 most))
{
	show_later = later;
}

void log_at_once(void)
{
	show_later = NULL;
	serial_set_up();
	log_written();
}

void log_written(void)
{
	if (show_later)
		show_later(at_most);
	while (!show_later && !log_show_one())
		;
}
