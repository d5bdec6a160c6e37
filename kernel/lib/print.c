/* The kernel's printf. Linux's takes dozens of conversions, seL4's none in a release build; here
 * are those that a line of log needs, checked by the compiler through print.h. */
#include "lib/print.h"
#include "boot/command_line.h"
#include <stdarg.h>
#include "lib/log.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "microk/info.h"
#include "x86/serial.h"

static char early_log[INFO_LOG_BYTES];
char *klog_text = early_log;
size_t klog_bytes;
static u64 *count_at;

void klog_move(char *to)
{
	memcpy(to, klog_text, klog_bytes);
	klog_text = to;
}

void klog_count_at(u64 *count)
{
	count_at = count;
	*count = klog_bytes;
}

static void put_char(char c)
{
	if (klog_bytes < INFO_LOG_BYTES) {
		klog_text[klog_bytes++] = c;
		if (count_at)
			*count_at = klog_bytes;
	}
	if (c == '\n')
		serial_put('\r');
	serial_put(c);
}

struct spec {
	bool left, zero, is_long;
	int width, precision; /* precision -1: none given */
};

static void put_padded(const struct spec *spec, const char *text, int length)
{
	int pad = spec->width - length;

	for (; !spec->left && pad > 0; pad--)
		put_char(' ');
	for (int i = 0; i < length; i++)
		put_char(text[i]);
	for (; pad > 0; pad--)
		put_char(' ');
}

static void put_number(const struct spec *spec, u64 value, u32 base, const char *sign)
{
	char digits[24], text[48];
	int count = 0, length = 0, zeros;

	do {
		digits[count++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (*sign)
		text[length++] = *sign++;
	zeros = spec->zero && !spec->left ? spec->width - length - count : 0;
	for (; zeros > 0 && length < 20; zeros--)
		text[length++] = '0';
	while (count)
		text[length++] = digits[--count];
	put_padded(spec, text, length);
}

static void put_signed(const struct spec *spec, i64 value)
{
	if (value < 0)
		put_number(spec, -(u64)value, 10, "-");
	else
		put_number(spec, (u64)value, 10, "");
}

static void put_string(const struct spec *spec, const char *s)
{
	int length = 0;

	if (!s)
		s = "(null)";
	while ((spec->precision < 0 || length < spec->precision) && s[length])
		length++;
	put_padded(spec, s, length);
}

/* Reads flags, width, precision and size; returns where the conversion letter stands. */
static const char *parse_spec(const char *f, struct spec *spec)
{
	*spec = (struct spec){.precision = -1};
	for (;; f++) {
		if (*f == '-')
			spec->left = true;
		else if (*f == '0')
			spec->zero = true;
		else
			break;
	}
	for (; *f >= '0' && *f <= '9'; f++)
		spec->width = spec->width * 10 + (*f - '0');
	if (*f == '.')
		for (spec->precision = 0, f++; *f >= '0' && *f <= '9'; f++)
			spec->precision = spec->precision * 10 + (*f - '0');
	for (; *f == 'l' || *f == 'z'; f++)
		spec->is_long = true;
	return f;
}

void vkprintf(const char *f, va_list args)
{
	for (; *f; f++) {
		struct spec spec;
		char c;

		if (*f != '%') {
			put_char(*f);
			continue;
		}
		f = parse_spec(f + 1, &spec);
		switch (*f) {
		case 's': put_string(&spec, va_arg(args, const char *)); break;
		case 'c':
			c = (char)va_arg(args, int);
			put_padded(&spec, &c, 1);
			break;
		case 'd':
			put_signed(&spec, spec.is_long ? va_arg(args, i64) : va_arg(args, int));
			break;
		case 'u':
			put_number(&spec, spec.is_long ? va_arg(args, u64) : va_arg(args, u32), 10,
				   "");
			break;
		case 'x':
			put_number(&spec, spec.is_long ? va_arg(args, u64) : va_arg(args, u32), 16,
				   "");
			break;
		case 'p': put_number(&spec, va_arg(args, u64), 16, "0x"); break;
		case '\0': return;
		default: put_char(*f);
		}
	}
}

void kprintf(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vkprintf(format, args);
	va_end(args);
}

void kverbose(const char *format, ...)
{
	va_list args;

	if (!command_line_has("verbose"))
		return;
	va_start(args, format);
	vkprintf(format, args);
	va_end(args);
}
