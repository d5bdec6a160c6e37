/* The keyboard: scan codes of set 1 and the bytes they must give. */
#include "check.h"
#include "drivers/console/keyboard.h"
#include "lib/text/compose.h"

static struct keyboard k;

/* Feeds codes to the keyboard as it is; the bytes of all of them must be `want`. */
static void feed(int line, const char *codes, size_t count, const char *want, size_t want_bytes)
{
	char got[256];
	size_t used = 0;

	for (size_t i = 0; i < count; i++)
		used += keyboard_scan(&k, (u8)codes[i], got + used);
	check_bytes(__FILE__, line, "keys", got, used, want, want_bytes);
}

#define FEED(codes, want) feed(__LINE__, (codes), sizeof(codes) - 1, (want), sizeof(want) - 1)
#define EXPECT(codes, want) (keyboard_init(&k), FEED(codes, want))

static void test_characters(void)
{
	EXPECT("\x1e\x9e\x30\xb0", "ab");
	EXPECT("\x02\x0b\x0c\x0d\x1a\x1b\x27\x28\x29\x2b\x33\x34\x35\x39", "10-=[];'`\\,./ ");
	EXPECT("\x01\x0e\x0f\x1c", "\033\177\t\r");
	EXPECT("\x2a\x1e\xaa\x1e", "Aa");
	EXPECT("\x36\x02\x03\x0c\x28\x29\x2b\xb6\x02", "!@_\"~|1");
	EXPECT("\x2a\x36\xaa\x1e\xb6\x1e", "Aa"); /* both shifts down, one released */
	EXPECT("\x3a\xba\x1e\x02\x2a\x1e\xaa\x3a\xba\x1e", "A1aa");
	EXPECT("\x2a\x0f", "\033[Z");
	EXPECT("\x56\x2a\x56", "\\|");
}

static void test_control_and_alt(void)
{
	EXPECT("\x1d\x2e\x20\x39\x9d\x2e", "\003\004\0c");
	EXPECT("\xe0\x1d\x2e\xe0\x9d\x2e", "\003c");
	EXPECT("\x1d\x1a\x2b\x1b\x0e\x03\x09", "\033\034\035\b\0\177");
	EXPECT("\x1d\x2a\x35", "\177"); /* Ctrl-? */
	EXPECT("\x38\x30\xb8\x30", "\033bb");
	EXPECT("\x3a\x1d\x2e", "\003"); /* caps lock does not change what Ctrl makes */
}

static void test_function_keys(void)
{
	EXPECT("\xe0\x48\xe0\xc8\xe0\x50\xe0\x4d\xe0\x4b", "\033[A\033[B\033[C\033[D");
	EXPECT("\xe0\x47\xe0\x4f\xe0\x52\xe0\x53\xe0\x49\xe0\x51",
	       "\033[H\033[F\033[2~\033[3~\033[5~\033[6~");
	EXPECT("\x3b\x3e\x3f\x44\x57\x58", "\033OP\033OS\033[15~\033[21~\033[23~\033[24~");
	EXPECT("\x2a\xe0\x48\xaa\x1d\xe0\x4d\x9d\x38\x3f", "\033[1;2A\033[1;5C\033[15;3~");
	EXPECT("\x2a\x3b", "\033[1;2P");
	EXPECT("\xe0\x2a\xe0\x48\xe0\xaa",
	       "\033[A"); /* the shift a keyboard makes up around arrows */
	EXPECT("\xe0\x57\xe0\x3b\xe0\x5b", "");
	keyboard_init(&k);
	k.application_cursor = true;
	FEED("\xe0\x48\xe0\x47\x3b\xe0\x52\x2a\xe0\x48", "\033OA\033OH\033OP\033[2~\033[1;2A");
}

static void test_looking_back(void)
{
	EXPECT("\x2a\xe0\x49", "");
	CHECK(k.pages == 1);
	FEED("\xe0\xc9", "");
	CHECK(k.pages == 0);
	FEED("\xe0\x51", "");
	CHECK(k.pages == -1);
	FEED("\x1d\xe0\x51", "\033[6;6~"); /* with Ctrl it is a program's */
	EXPECT("\x45\x2a\x49", "");
	CHECK(k.pages == 1);
}

static void test_lost_keys(void)
{
	EXPECT("\x2a\x1d\xe1\xff", "");
	CHECK(k.lost);
	FEED("\x1e", "a"); /* the modifiers' releases may be lost, too */
	CHECK(!k.lost);
	EXPECT("\x1e\x00\x1e", "aa");
}

static void test_keypad(void)
{
	EXPECT("\x47\x4c\x52\x53\x4a\x4e\x37", "750.-+*");
	EXPECT("\x45\xc5\x47\x48\x53\x4c", "\033[H\033[A\033[3~");
	EXPECT("\xe0\x1c\xe0\x35", "\r/");
}

static void test_ignored(void)
{
	EXPECT("\xe1\x1d\x45\xe1\x9d\xc5\x1e\x47", "a7"); /* Pause, and num lock stays as it was */
	EXPECT("\xe0\x2a\xe0\x37\xe0\xb7\xe0\xaa\x1e", "a"); /* Print Screen */
	EXPECT("\xfa\xfe\x46\x7f\x5a\x1e", "a");
}

static void use(const char *name)
{
	keyboard_init(&k);
	keyboard_set_layout(&k, layout_find(name));
}

/* Of each layout the keys that differ, AltGr and dead keys. */
static void test_layouts(void)
{
	CHECK(layout_find("xx") == layout_count() && layout_find("") == layout_count());
	CHECK(layout_find("dee") == layout_count() && layout_find("d") == layout_count());
	use("de");
	FEED("\x15\x2c\x1a\x27\x28\x0c\x2b\x35\x56", "zy\u00fc\u00f6\u00e4\u00df#-<");
	FEED("\x2a\x15\x27\x04\x08\xaa", "Z\u00d6\u00a7/");
	FEED("\xe0\x38\x10\x12\x08\x0b\x56\x32\xe0\xb8", "@\u20ac{}|\u00b5");
	FEED("\x0d\x12\x0d\x39\x0d\x0d\x0d\x2d",
	     "\u00e9\u00b4\u00b4\u00b4x"); /* dead acute: e, blank, itself, x */
	FEED("\x2a\x0d\xaa\x2a\x1e\xaa\x29\x18", "\u00c0\u00f4");
	FEED("\x3a\xba\x1a\x0c\x02\x3a\xba",
	     "\u00dc\u00df"
	     "1");                            /* caps lock: letters alone */
	FEED("\x1d\x15\x2c\x9d", "\032\031"); /* Ctrl-Z and Ctrl-Y are where the letters are */
	FEED("\x38\x10\xb8", "\033q");
	FEED("\x0d\x01\x12", "\033"
			     "e"); /* Escape ends a dead key */
	use("fr");
	FEED("\x10\x11\x1e\x27\x32\x03\x08\x0a", "azqm,\u00e9\u00e8\u00e7");
	FEED("\x2a\x02\x33\x34\xaa", "1./");
	FEED("\x1a\x12\x2a\x1a\xaa\x17\xe0\x38\x0a\x0b\xe0\xb8", "\u00ea\u00ef^@");
	use("es");
	FEED("\x27\x0d\x28\x1e\x2b", "\u00f1\u00a1\u00e1\u00e7");
	FEED("\xe0\x38\x05\xe0\xb8\x31", "\u00f1"); /* dead tilde */
	use("uk");
	FEED("\x2b\x2a\x04\x03\x28\x2b\x29\xaa\xe0\x38\x12\x05\xe0\xb8",
	     "#\u00a3\"@~\u00ac\u00e9\u20ac");
	use("it");
	FEED("\x1a\x28\xe0\x38\x27\x2a\x1a\xaa\xe0\xb8", "\u00e8\u00e0@{");
	use("pt");
	FEED("\x27\x2b\x1e\xe0\x38\x1a\xe0\xb8\x16", "\u00e7\u00e3\u00fc");
	use("se");
	FEED("\x1a\x27\x28\xe0\x38\x0c\xe0\xb8", "\u00e5\u00f6\u00e4\\");
	use("ch");
	FEED("\x15\x1a\x2a\x1a\xaa\xe0\x38\x56\x03\xe0\xb8", "z\u00fc\u00e8\\@");
	use("pl");
	FEED("\xe0\x38\x1e\x26\x18\x2a\x2c\xaa\xe0\xb8\x1e",
	     "\u0105\u0142\u00f3\u017b"
	     "a");
	use("us");
	FEED("\xe0\x38\x1e\xe0\xb8",
	     "\033"
	     "a"); /* without AltGr both Alt keys are the same */
}

/* Each key of each layout sends one character, or is dead; all printable ASCII can be typed. */
static void test_layouts_are_whole(void)
{
	for (u32 number = 0; number < layout_count(); number++) {
		const struct layout *l = layout_at(number);
		bool typed[128] = {false};
		CHECK(layout_find(l->name) == number);
		CHECK(strlen(l->name) <= LAYOUT_NAME_MAX);
		for (u32 code = 0; code < 0x80; code++)
			for (u32 level = 0; level < LAYOUT_LEVELS; level++) {
				u32 c = layout_character(l, code, (enum layout_level)level);
				CHECK(c != 0xfffd && !(c && c < ' '));
				if (c < 128)
					typed[c] = true;
				else if (layout_is_dead(c))
					CHECK(text_mark_alone(c) != 0);
				if (layout_is_dead(c) && text_mark_alone(c) < 128)
					typed[text_mark_alone(c)] = true;
			}
		for (u32 c = '!'; c < 0x7f; c++)
			if (!typed[c])
				printf("layout %s: %c cannot be typed\n", l->name, c),
					check_failures++;
	}
}

/* Any bytes at all: nothing may be written beyond the promised length. */
static void test_fuzz(void)
{
	unsigned long state = 0x5eed;

	keyboard_init(&k);
	for (u32 i = 0; i < 1000000; i++) {
		char to[KEYBOARD_BYTES_MAX];
		if (i % 1000 == 0)
			keyboard_set_layout(&k, (u32)random_next(&state) % layout_count());
		CHECK(keyboard_scan(&k, (u8)random_next(&state), to) <= sizeof(to));
	}
}

int main(void)
{
	test_characters();
	test_control_and_alt();
	test_function_keys();
	test_keypad();
	test_ignored();
	test_looking_back();
	test_lost_keys();
	test_layouts();
	test_layouts_are_whole();
	test_fuzz();
	return check_result("keyboard");
}
