/* Around a line discipline: a screen. */
#include "ldisc_fakes.h"
#include "unit.h"

SHARED struct ldisc terminal;
SHARED u8 ring_bytes[RING_UNITS], ring_marks[RING_UNITS / 8];
SHARED char screen[8192];
SHARED u32 shown;
SHARED struct ldisc_take taken;
SHARED char got[2048];

static void show(const char *bytes, size_t count)
{
	for (size_t i = 0; i < count && shown < sizeof(screen); i++)
		screen[shown++] = bytes[i];
}

void begin_terminal(u32 units)
{
	terminal = (struct ldisc){
		.settings = settings_cooked(),
		.echo = show,
		.ready = {.byte = ring_bytes, .mark = ring_marks, .size = units}};
	shown = 0;
}

void keys(const char *bytes, u64 count)
{
	ldisc_type(&terminal, bytes, count);
}

void read_bytes(u64 size)
{
	taken = ldisc_peek(&terminal, got, size);
	ldisc_consume(&terminal, taken);
}

void fill(u32 units)
{
	while (units--)
		ring_put(&terminal.ready, 'x');
}

void empty_ring(void)
{
	terminal.ready.tail = terminal.ready.head;
}
