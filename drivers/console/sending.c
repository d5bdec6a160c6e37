#include "drivers/console/sending.h"
#include "drivers/console/kept.h"
#include "drivers/console/serial.h"

#define MARK_BEFORE "\r\n[console: the line stood still; "
#define MARK_AFTER " bytes lost]\r\n"
#define MARK_MAX (sizeof(MARK_BEFORE) + sizeof(MARK_AFTER) + 10)
#define PIECE 512u
#define ROOM_AFTER_LOSS                                                                            \
	(KEPT_SENDING /                                                                            \
	 4) /* a loss has one mark, and not one for each short text that still fits */

static u32 room(void)
{
	return KEPT_SENDING - (kept->to_send - kept_area->sent);
}

static void put(const char *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		kept_area->sending[kept->to_send++ % KEPT_SENDING] = (u8)bytes[i];
}

static void put_mark(void)
{
	char digits[10];
	u32 at = sizeof(digits), number = kept->lost;

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	put(MARK_BEFORE, sizeof(MARK_BEFORE) - 1);
	put(digits + at, sizeof(digits) - at);
	put(MARK_AFTER, sizeof(MARK_AFTER) - 1);
	kept->lost = 0;
}

void sending_put(const char *bytes, size_t count)
{
	size_t needed = kept->lost ? count + MARK_MAX + ROOM_AFTER_LOSS : count;

	if (needed > room()) {
		kept->lost += (u32)count;
		return;
	}
	if (kept->lost)
		put_mark();
	put(bytes, count);
}

/* The bytes leave the ring as the line takes them, so a successor sends none of them again. */
bool sending_flush(void)
{
	for (;;) {
		u32 left = kept->to_send - kept_area->sent, from = kept_area->sent % KEPT_SENDING;
		u32 piece = MIN(MIN(left, PIECE), KEPT_SENDING - from);
		if (left == 0)
			return false;
		if (serial_send((const char *)&kept_area->sending[from], piece, &kept_area->sent) <
		    piece)
			return true;
	}
}
