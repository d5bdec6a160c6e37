/*
 * The keyboard: scan code set 1; the characters are the layout's (layout.h). Sources: IBM PS/2 Technical Reference, Keyboard,
 * "Scan code set 1"; xterm's ctlseqs, "PC-Style Function Keys", for the sequences that the keys send.
 *
 * Weighed: handing programs key events (Redox, QNX Photon) or bytes (the consoles of MINIX and
 * Linux). Bytes were chosen: the serial line has nothing else, and keyboard and line are one terminal.
 */
#include "drivers/console/keyboard.h"
#include "lib/text/compose.h"
#include "lib/text/utf8.h"

enum {
	KEY_SHIFT_LEFT = 0x01,
	KEY_SHIFT_RIGHT = 0x02,
	KEY_SHIFT = KEY_SHIFT_LEFT | KEY_SHIFT_RIGHT,
	KEY_CTRL_LEFT = 0x04,
	KEY_CTRL_RIGHT = 0x08,
	KEY_CTRL = KEY_CTRL_LEFT | KEY_CTRL_RIGHT,
	KEY_ALT_LEFT = 0x10,
	KEY_ALT_RIGHT = 0x20,
	KEY_ALT = KEY_ALT_LEFT | KEY_ALT_RIGHT,
};

#define CODE_EXTENDED 0xe0
#define CODE_PAUSE 0xe1
#define CODE_RELEASED 0x80
#define CODE_CAPS_LOCK 0x3a
#define CODE_NUM_LOCK 0x45
#define CODE_102ND 0x56 /* beside the left Shift */

#define CODE_PAGE_UP 0x49
#define CODE_PAGE_DOWN 0x51
#define CODE_OVERRUN 0x00 /* and 0xff: the keyboard's or the controller's buffer was full */

/* The keys that are the same in all layouts. */
static char fixed_key(u8 code)
{
	switch (code) {
	case 0x01: return '\033';
	case 0x0e: return '\177'; /* Backspace */
	case 0x0f: return '\t';
	case 0x1c: return '\r';
	case 0x37: return '*'; /* on the keypad */
	case 0x39: return ' ';
	}
	return 0;
}

/* Codes 0x47..0x53, the keypad with num lock. Without num lock they mean the same as the extended codes. */
static const char keypad[] = "789-456+1230.";

/* The sequence of a function key: CSI final, SS3 final or CSI number ~. */
struct function_key {
	char final;
	u8 number;
};

static struct function_key function_key_of(u8 code, bool extended)
{
	static const u8 f_numbers[] = {0, 0, 0, 0, 15, 17, 18, 19, 20, 21};

	if (!extended && code >= 0x3b && code <= 0x3e)
		return (struct function_key){.final = (char)('P' + (code - 0x3b))}; /* F1..F4 */
	if (!extended && code >= 0x3f && code <= 0x44)
		return (struct function_key){'~', f_numbers[code - 0x3b]}; /* F5..F10 */
	switch (code) {
	case 0x47: return (struct function_key){'H', 0};                 /* Home */
	case 0x48: return (struct function_key){'A', 0};                 /* up */
	case 0x49: return (struct function_key){'~', 5};                 /* Page Up */
	case 0x4b: return (struct function_key){'D', 0};                 /* left */
	case 0x4d: return (struct function_key){'C', 0};                 /* right */
	case 0x4f: return (struct function_key){'F', 0};                 /* End */
	case 0x50: return (struct function_key){'B', 0};                 /* down */
	case 0x51: return (struct function_key){'~', 6};                 /* Page Down */
	case 0x52: return (struct function_key){'~', 2};                 /* Insert */
	case 0x53: return (struct function_key){'~', 3};                 /* Delete */
	case 0x57: return (struct function_key){'~', extended ? 0 : 23}; /* F11 */
	case 0x58: return (struct function_key){'~', extended ? 0 : 24}; /* F12 */
	}
	return (struct function_key){0};
}

static size_t put_decimal(char *to, u32 value)
{
	size_t length = 0;

	if (value >= 10)
		to[length++] = (char)('0' + value / 10);
	to[length++] = (char)('0' + value % 10);
	return length;
}

/* xterm numbers the modifiers 1 + shift + 2 alt + 4 ctrl; 1 is left out. */
static size_t send_function_key(const struct keyboard *k, struct function_key key, char *to)
{
	u32 modifier = 1 + (k->modifiers & KEY_SHIFT ? 1 : 0) + (k->modifiers & KEY_ALT ? 2 : 0) +
		       (k->modifiers & KEY_CTRL ? 4 : 0);
	bool is_cursor = key.final >= 'A' && key.final <= 'H';
	bool ss3 = modifier == 1 &&
		   ((key.final >= 'P' && key.final <= 'S') || (is_cursor && k->application_cursor));
	size_t length = 0;

	if (key.final == '~' && key.number == 0)
		return 0;
	to[length++] = '\033';
	to[length++] = ss3 ? 'O' : '[';
	if (key.number || modifier > 1)
		length += put_decimal(to + length, key.number ? key.number : 1);
	if (modifier > 1) {
		to[length++] = ';';
		length += put_decimal(to + length, modifier);
	}
	to[length++] = key.final;
	return length;
}

/* The character that Ctrl turns `c` into: ASCII's columns 4 and 5 become columns 0 and 1; digits follow DEC. */
static char with_control(char c)
{
	static const char digits[] = "\0\033\034\035\036\037\177"; /* Ctrl-2 … Ctrl-8 */

	if (c >= 'a' && c <= 'z')
		return (char)(c - 'a' + 1);
	if (c >= '@' && c <= '_')
		return (char)(c - '@');
	if (c >= '2' && c <= '8')
		return digits[c - '2'];
	return c == ' ' ? 0 : c == '/' ? 0x1f : c == '?' ? 0x7f : c == 0x7f ? '\b' : c;
}

static bool is_altgr(const struct keyboard *k)
{
	return k->modifiers & KEY_ALT_RIGHT && layout_has_altgr(layout_at(k->layout));
}

static bool is_alt(const struct keyboard *k)
{
	return k->modifiers & (is_altgr(k) ? KEY_ALT_LEFT : KEY_ALT);
}

static size_t send_character(const struct keyboard *k, u32 c, char *to)
{
	size_t length = 0;

	if (k->modifiers & KEY_CTRL && c < 0x80)
		c = (u8)with_control((char)c);
	if (is_alt(k))
		to[length++] = '\033';
	return length + utf8_put(c, to + length);
}

/* A letter and its capital, as caps lock takes them: those of Latin-1, and the pairs after it. */
static bool is_pair(u32 small, u32 capital)
{
	bool latin_1 = (small >= 'a' && small <= 'z') || (small >= 0xe0 && small != 0xf7);

	return latin_1 && (small < 0x100 ? small == capital + 0x20 : small == capital + 1);
}

static u32 character_of(const struct keyboard *k, u8 code)
{
	const struct layout *l = layout_at(k->layout);
	bool shift = k->modifiers & KEY_SHIFT;
	enum layout_level base = is_altgr(k) ? LEVEL_ALTGR : LEVEL_PLAIN;
	u32 small = layout_character(l, code, base);
	u32 capital = layout_character(l, code, (enum layout_level)(base + 1));

	return shift != (k->caps_lock && is_pair(small, capital)) ? capital : small;
}

/* A character after a dead key: the two together, if there is such a character; the accent alone before a blank or itself;
 * otherwise both. */
static size_t send_after_dead(struct keyboard *k, u32 c, char *to)
{
	u32 dead = k->dead, alone = text_mark_alone(dead), whole = text_compose(c, dead);
	size_t length = 0;

	k->dead = 0;
	if (whole)
		return send_character(k, whole, to);
	if (alone)
		length = send_character(k, alone, to);
	return c == ' ' || c == dead ? length : length + send_character(k, c, to + length);
}

static size_t send_code(struct keyboard *k, u8 code, char *to)
{
	u32 c = (u8)fixed_key(code);

	if (c == '\t' && k->modifiers & KEY_SHIFT) { /* back-tab */
		to[0] = '\033', to[1] = '[', to[2] = 'Z';
		return 3;
	}
	if (c == 0)
		c = character_of(k, code);
	if (c == 0)
		return 0;
	if (k->dead && (c >= ' ' && c != 0x7f))
		return send_after_dead(k, c, to);
	k->dead = 0; /* Escape, Enter, Backspace */
	if (layout_is_dead(c)) {
		k->dead = (u16)c;
		return 0;
	}
	return send_character(k, c, to);
}

static u8 modifier_of(u8 code, bool extended)
{
	switch (code) {
	case 0x2a: return extended ? 0 : KEY_SHIFT_LEFT; /* E0 2A: no key; the keyboard adds it */
	case 0x36: return extended ? 0 : KEY_SHIFT_RIGHT;
	case 0x1d: return extended ? KEY_CTRL_RIGHT : KEY_CTRL_LEFT;
	case 0x38: return extended ? KEY_ALT_RIGHT : KEY_ALT_LEFT;
	}
	return 0;
}

void keyboard_init(struct keyboard *k)
{
	*k = (struct keyboard){.num_lock = true};
}

void keyboard_set_layout(struct keyboard *k, u32 layout)
{
	k->layout = layout;
	k->dead = 0;
}

/* Shift with Page Up or Page Down is not for the program, but for the person who reads. */
static bool is_look_back(const struct keyboard *k, u8 code)
{
	return (code == CODE_PAGE_UP || code == CODE_PAGE_DOWN) && k->modifiers & KEY_SHIFT &&
	       !(k->modifiers & (KEY_CTRL | KEY_ALT));
}

static size_t press(struct keyboard *k, u8 code, bool extended, char *to)
{
	bool on_keypad = !extended && code >= 0x47 && code <= 0x53;

	if (extended && code == 0x1c)
		return send_character(k, '\r', to); /* the keypad's Enter */
	if (extended && code == 0x35)
		return send_character(k, '/', to);
	if (on_keypad &&
	    (code == 0x4a || code == 0x4e || (k->num_lock && !(k->modifiers & KEY_SHIFT))))
		return send_character(k, keypad[code - 0x47], to);
	if (!extended && (code <= 0x39 || code == CODE_102ND))
		return send_code(k, code, to);
	if (is_look_back(k, code)) {
		k->pages = code == CODE_PAGE_UP ? 1 : -1;
		return 0;
	}
	struct function_key key = function_key_of(code, extended);
	return key.final ? send_function_key(k, key, to) : 0;
}

size_t keyboard_scan(struct keyboard *k, u8 code, char to[KEYBOARD_BYTES_MAX])
{
	bool extended = k->extended;

	k->extended = false;
	k->pages = 0;
	k->lost = code == CODE_OVERRUN || code == 0xff;
	if (k->lost) {
		k->skip = k->modifiers = 0; /* a release may be among the lost ones */
		return 0;
	}
	if (k->skip > 0) {
		k->skip--;
		return 0;
	}
	if (code == CODE_EXTENDED) {
		k->extended = true;
		return 0;
	}
	if (code == CODE_PAUSE) {
		k->skip = 2;
		return 0;
	}
	bool released = code & CODE_RELEASED;
	code &= (u8)~CODE_RELEASED;

	u8 modifier = modifier_of(code, extended);
	if (modifier && released)
		k->modifiers &= (u8)~modifier;
	else if (modifier)
		k->modifiers |= modifier;
	if (modifier || released)
		return 0;
	if (!extended && code == CODE_CAPS_LOCK)
		k->caps_lock = !k->caps_lock;
	else if (!extended && code == CODE_NUM_LOCK)
		k->num_lock = !k->num_lock;
	else
		return press(k, code, extended, to);
	return 0;
}
