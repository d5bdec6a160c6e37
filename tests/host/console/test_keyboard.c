/* The keyboard: scan codes of set 1 and the bytes they must give. */
#include "check.h"
#include "drivers/console/keyboard.h"

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

/* Any bytes at all: nothing may be written beyond the promised length. */
static void test_fuzz(void)
{
	unsigned long state = 0x5eed;

	keyboard_init(&k);
	for (u32 i = 0; i < 1000000; i++) {
		char to[KEYBOARD_BYTES_MAX];
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
	test_fuzz();
	return check_result("keyboard");
}
