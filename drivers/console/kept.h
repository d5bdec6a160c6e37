/*
 * The console's state, in memory that outlives its instances (the grant "state"): the screen with its modes and its past, the
 * typed text, the keyboard, the far terminal, the last requests.
 *
 * There are two copies of it. One is being changed; the other is whole, and a word has its number. A commit stores the other
 * number in that word, with one store, and then makes the two equal again. So an instance can end between any two of its
 * instructions, and its successor goes on from the last commit. Everything that one message changes, the client's request number
 * included, is one commit: a write whose client repeats it has been shown once.
 *
 * Weighed: lib/state keeps the old value of each word that changes. A screen's words change by the thousand in one request (a
 * scrolled screen, a second one that is cleared), more than a log of fixed size has room for, and most of them are written once
 * and never undone. Shadow paging (System R; LMDB's two roots) never changes in place, as here, but copies a page for each change.
 * The grid knows which of its rows have changed, and a commit copies these alone.
 *
 * Rings need no second copy: their bytes are only added, and the counters that say which of them count are in the state. Three
 * counters are stored at once, because they are about the world outside: bytes that a device has handed over (arrived), and bytes
 * that the line has taken (sent).
 */
#pragma once
#include "drivers/console/delivered.h"
#include "drivers/console/keyboard.h"
#include "drivers/console/mirror.h"
#include "drivers/console/remote.h"
#include "drivers/console/terminal.h"
#include "drivers/console/written.h"
#include "lib/terminal/foreground.h"
#include "lib/terminal/ldisc.h"

#define KEPT_MAGIC 0x33534e4f434b4dul /* its last byte is the version of the layout */
#define KEPT_TYPED (128u * 1024)      /* bytes of typed text that is not read yet */
#define KEPT_SENDING (64u * 1024)     /* bytes that the line has not taken yet */
#define KEPT_ARRIVED 4096u            /* bytes of a device that were not looked at yet */

enum kept_device { KEPT_SERIAL, KEPT_KEYBOARD, KEPT_DEVICES };

struct kept {
	u64 set_badge;           /* the client that set the terminal last; its settings end with it */
	bool is_set;             /* one has */
	u64 next_line;           /* of the log: the first line that is not shown yet */
	u32 current;             /* enum output_terminal: the terminal that was typed on last */
	bool any_typed;          /* until then a terminal that answers is the current one */
	u32 taken[KEPT_DEVICES]; /* arrived bytes that have had their effect */
	u32 to_send;             /* bytes for the line, ever */
	u32 lost;                /* bytes that found no room, since the last mark of such a loss */
	u32 columns, rows; /* of the session, when it was last looked at */
	struct foreground foreground;
	struct ldisc ldisc;
	struct keyboard keyboard;
	struct mirror mirror;
	struct remote remote;
	struct written_table written;
	struct delivered_table delivered;
	struct terminal terminal; /* the last field: kept_commit has its own way with it */
};

struct kept_area {
	u64 magic; /* written last */
	u64 valid; /* the number of the copy that is whole */
	u32 columns, rows;
	u32 keyboard_found; /* 1 + enum i8042_found, when the controller has been set up; 0 before */
	u32 sent;           /* bytes that the line has taken, ever */
	u32 arrived[KEPT_DEVICES];
	u8 arrival[KEPT_DEVICES][KEPT_ARRIVED];
	u8 sending[KEPT_SENDING];
	u8 typed[KEPT_TYPED], typed_marks[KEPT_TYPED / 8];
	struct kept copy[2];
	struct cell cells[]; /* of the copies' screens, two each; the rest is the screen's past */
};

/* The copy that may be changed; another one after each commit, so no pointer into it lasts longer. */
extern struct kept *kept;
extern struct kept_area *kept_area;
extern struct cell *kept_lines; /* the screen's past */

enum kept_found {
	KEPT_NONE,    /* the memory is too small for that size, or not aligned to 8 bytes */
	KEPT_NEW,     /* there was no state: it is as at the start, an empty screen of that size */
	KEPT_DAMAGED, /* the same, because what was there cannot be right */
	KEPT_TAKEN,   /* the last instance's state */
};

/* The bytes that a screen of that size needs, without a past. */
u64 kept_bytes(u32 columns, u32 rows);

/* Takes the state over, or makes it. The rest of `bytes` is for the screen's past. `memory` is all 0 the first time. The pointers
 * in it must be set anew (kept_each). */
enum kept_found kept_open(void *memory, u64 bytes, u32 columns, u32 rows);

/* Calls it for both copies: for pointers and settings that are the instance's own. */
void kept_each(void (*set)(struct kept *k));

/* The changes hold from here on. */
void kept_commit(void);

/* A device has handed over a byte: it is safe before it has an effect. False: there is no room; ask before reading the device. */
bool kept_arrive(enum kept_device device, u8 byte);
bool kept_has_room(enum kept_device device);
/* The oldest byte that has had no effect; -1: there is none. The next commit makes its effect hold. */
int kept_take(enum kept_device device);
