/*
 * The keyboard: scan code set 1, US layout. Sources: IBM PS/2 Technical Reference, Keyboard,
 * "Scan code set 1"; xterm's ctlseqs, "PC-Style Function Keys", for the sequences that the keys send.
 *
 * Weighed: handing programs key events (Redox, QNX Photon) or bytes (the consoles of MINIX and
 * Linux). Bytes were chosen: the serial line has nothing else, and keyboard and line are one terminal.
 */
#include "drivers/console/keyboard.h"

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

/* Codes 0x01..0x39, without and with shift. */
static const char plain[] =
	"\0\0331234567890-=\177\tqwertyuiop[]\r\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
static const char shifted[] =
	"\0\033!@#$%^&*()_+\177\tQWERTYUIOP{}\r\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";
_Static_assert(sizeof(plain) == 0x3a + 1 && sizeof(shifted) == sizeof(plain), "codes 0..0x39");

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
	bool ss3 = key.final >= 'P' && key.final <= 'S' && modifier == 1;
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

static size_t send_character(const struct keyboard *k, char c, char *to)
{
	size_t length = 0;

	if (k->modifiers & KEY_CTRL)
		c = with_control(c);
	if (k->modifiers & KEY_ALT)
		to[length++] = '\033';
	to[length++] = c;
	return length;
}

static size_t send_code(const struct keyboard *k, u8 code, char *to)
{
	bool shift = k->modifiers & KEY_SHIFT;
	char c = plain[code];

	if (c == 0)
		return 0;
	if (c == '\t' && shift) { /* back-tab */
		to[0] = '\033', to[1] = '[', to[2] = 'Z';
		return 3;
	}
	bool letter = c >= 'a' && c <= 'z';
	return send_character(k, shift != (letter && k->caps_lock) ? shifted[code] : c, to);
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
	if (!extended && code <= 0x39)
		return send_code(k, code, to);
	if (!extended && code == 0x56)
		return send_character(
			k, k->modifiers & KEY_SHIFT ? '|' : '\\', to); /* the 102nd key */
	struct function_key key = function_key_of(code, extended);
	return key.final ? send_function_key(k, key, to) : 0;
}

size_t keyboard_scan(struct keyboard *k, u8 code, char to[KEYBOARD_BYTES_MAX])
{
	bool extended = k->extended;

	k->extended = false;
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
