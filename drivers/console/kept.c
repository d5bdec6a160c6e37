#include "drivers/console/kept.h"
#include "drivers/console/emulate.h"

struct kept *kept;
struct kept_area *kept_area;
struct cell *kept_lines;

static u64 line_cells; /* the size of kept_lines */

/* Keeps the compiler from moving stores over this place. The processor makes them in order; no other reads them meanwhile. */
static void barrier(void)
{
	__asm__ volatile("" ::: "memory");
}

static void copy_words(void *to, const void *from, size_t bytes)
{
	u64 *into = to;
	const u64 *of = from;

	for (size_t i = 0; i < bytes / sizeof(u64); i++)
		into[i] = of[i];
}

_Static_assert(offsetof(struct kept, terminal) % sizeof(u64) == 0, "copied by words");
_Static_assert(sizeof(struct kept) % sizeof(u64) == 0, "copied by words");

void kept_commit(void)
{
	struct kept *done = kept, *other = &kept_area->copy[kept == &kept_area->copy[0]];

	barrier();
	kept_area->valid = (u64)(done - kept_area->copy);
	barrier();
	copy_words(other, done, offsetof(struct kept, terminal));
	terminal_copy(&other->terminal, &done->terminal);
	kept = other;
}

/* ---- opening ---- */

static u64 screen_cells(void)
{
	return (u64)kept_area->columns * kept_area->rows;
}

/* The cells of a copy's two screens. */
static struct cell *cells_of(u32 copy)
{
	return kept_area->cells + 2ul * copy * screen_cells();
}

static void set_cells(u32 copy)
{
	struct grid *screen = kept_area->copy[copy].terminal.screen;

	screen[0].cells = cells_of(copy);
	screen[1].cells = cells_of(copy) + screen_cells();
}

static void copy_whole(u32 to, u32 from)
{
	copy_words(&kept_area->copy[to], &kept_area->copy[from], sizeof(struct kept));
	copy_words(cells_of(to), cells_of(from), 2 * screen_cells() * sizeof(struct cell));
	set_cells(to);
}

static void make(u32 columns, u32 rows)
{
	struct kept_area *a = kept_area;

	a->magic = 0;
	a->columns = columns;
	a->rows = rows;
	a->valid = 0;
	a->sent = a->arrived[0] = a->arrived[1] = a->keyboard_found = 0;
	kept = &a->copy[0];
	for (u32 i = 0; i < sizeof(*kept) / sizeof(u64); i++)
		((u64 *)kept)[i] = 0;
	terminal_init(&kept->terminal, cells_of(0), columns, rows);
	history_init(&kept->terminal.history, columns, line_cells);
	keyboard_init(&kept->keyboard);
	remote_init(&kept->remote);
	kept->ldisc.settings = settings_cooked();
	kept->ldisc.ready.size = KEPT_TYPED;
	kept->next_line = 1;
	copy_whole(1, 0);
	barrier();
	a->magic = KEPT_MAGIC;
}

/* Whether the counters and the sizes of a copy can be right. */
static bool is_sound(const struct kept *k)
{
	const struct kept_area *a = kept_area;
	bool arrivals = a->arrived[0] - k->taken[0] <= KEPT_ARRIVED &&
			a->arrived[1] - k->taken[1] <= KEPT_ARRIVED;

	return arrivals && k->to_send - a->sent <= KEPT_SENDING && ldisc_is_sound(&k->ldisc) &&
	       k->ldisc.ready.size == KEPT_TYPED && remote_is_sound(&k->remote) &&
	       k->mirror.held <= MIRROR_HELD_MAX && k->keyboard.layout < layout_count() &&
	       written_is_sound(&k->written) && delivered_is_sound(&k->delivered) &&
	       terminal_is_sound(&k->terminal, a->columns, a->rows, line_cells);
}

/* Both copies become the whole one. */
static bool take_over(void)
{
	struct kept_area *a = kept_area;

	if (a->valid > 1 || !is_sound(&a->copy[a->valid]))
		return false;
	copy_whole(!a->valid, (u32)a->valid);
	set_cells((u32)a->valid);
	kept = &a->copy[!a->valid];
	return true;
}

u64 kept_bytes(u32 columns, u32 rows)
{
	return sizeof(struct kept_area) + 4ul * columns * rows * sizeof(struct cell);
}

enum kept_found kept_open(void *memory, u64 bytes, u32 columns, u32 rows)
{
	u64 needed = kept_bytes(columns, rows);

	if (bytes < needed || (uintptr_t)memory % sizeof(u64) != 0)
		return KEPT_NONE;
	kept_area = memory;
	kept_lines = kept_area->cells + 4ul * columns * rows;
	line_cells = (bytes - needed) / sizeof(struct cell);
	bool was_there = kept_area->magic != 0;
	if (kept_area->magic == KEPT_MAGIC && kept_area->columns == columns &&
	    kept_area->rows == rows && take_over())
		return KEPT_TAKEN;
	make(columns, rows);
	return was_there ? KEPT_DAMAGED : KEPT_NEW;
}

void kept_each(void (*set)(struct kept *k))
{
	set(&kept_area->copy[0]);
	set(&kept_area->copy[1]);
}

/* ---- bytes of devices ---- */

bool kept_has_room(enum kept_device device)
{
	return kept_area->arrived[device] - kept->taken[device] < KEPT_ARRIVED;
}

bool kept_arrive(enum kept_device device, u8 byte)
{
	u32 number = kept_area->arrived[device];

	if (!kept_has_room(device))
		return false;
	kept_area->arrival[device][number % KEPT_ARRIVED] = byte;
	barrier();
	kept_area->arrived[device] = number + 1;
	return true;
}

int kept_take(enum kept_device device)
{
	if (kept->taken[device] == kept_area->arrived[device])
		return -1;
	return kept_area->arrival[device][kept->taken[device]++ % KEPT_ARRIVED];
}
