/* The kernel's printf. Linux's takes dozens of conversions, seL4's none in a release build; here
 * are those that a line of log needs, checked by the compiler through print.h. */
#include "lib/print.h"
#include "lib/command_line.h"
#include "lib/log.h"
#include "lib/panic.h"
#include "lib/string.h"

#define PIECE_BYTES 128

/* Text on its way to the log. */
static struct {
	char text[PIECE_BYTES];
	u32 length;
} piece;

static void hand_over(void)
{
	log_put(piece.text, piece.length);
	piece.length = 0;
}

static void put_char(char c)
{
	piece.text[piece.length++] = c;
	if (piece.length == PIECE_BYTES)
		hand_over();
}

static void put_string(const char *s)
{
	while (*s)
		put_char(*s++);
}

static void put_name(const char *s, u32 most)
{
	for (; most && *s; most--, s++)
		put_char(name_character(*s));
}

char *number_digits(char *end, u64 value, u32 base)
{
	do {
		*--end = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	return end;
}

static void put_number(u64 value, u32 base, u32 least_digits)
{
	char digits[NUMBER_DIGITS],
		*end = digits + NUMBER_DIGITS, *c = number_digits(end, value, base);

	for (u32 i = (u32)(end - c); i < least_digits; i++)
		put_char('0');
	while (c < end)
		put_char(*c++);
}

static void put_signed(i64 value)
{
	if (value < 0)
		put_char('-');
	put_number(value < 0 ? -(u64)value : (u64)value, 10, 0);
}

static void put_formatted(const char *f, va_list args)
{
	for (; *f; f++) {
		u32 size = 0; /* %016lx: the least digits; %.16s: a name, at most so long */
		bool is_long = false;

		if (*f != '%') {
			put_char(*f);
			continue;
		}
		for (f++; *f == '.' || (*f >= '0' && *f <= '9'); f++)
			if (*f != '.')
				size = size * 10 + (u32)(*f - '0');
		for (; *f == 'l'; f++)
			is_long = true;
		if (*f == '%') {
			put_char('%');
			continue;
		}
		is_long |= *f == 's' || *f == 'p';
		u64 value = is_long ? va_arg(args, u64) : va_arg(args, u32);
		switch (*f) {
		case 's':
			if (size)
				put_name((const char *)value, size);
			else
				put_string((const char *)value);
			break;
		case 'c': put_char((char)value); break;
		case 'd': put_signed(is_long ? (i64)value : (int)value); break;
		case 'u': put_number(value, 10, size); break;
		case 'x': put_number(value, 16, size); break;
		case 'p':
			put_string("0x");
			put_number(value, 16, 0);
			break;
		default: put_char(*f);
		}
	}
}

void vkprintf(const char *format, va_list args)
{
	put_formatted(format, args);
	hand_over();
}

void kprintf(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vkprintf(format, args);
	va_end(args);
	log_written();
}

void kverbose(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (command_line_has("verbose"))
		vkprintf(format, args);
	va_end(args);
	log_written();
}
