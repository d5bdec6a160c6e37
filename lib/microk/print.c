/*
 * Formatted text, into memory or in pieces to a sink. The kernel has a smaller printf for its log;
 * programs need columns and readable numbers (1,234,567), too.
 */
#include "lib/microk/print.h"
#include "lib/microk/format.h"
#include "lib/microk/string.h"

struct spec {
	bool left, zero, thousands;
	int width, precision; /* precision -1: none given */
	int longs;            /* bytes of the argument: 4 or 8 */
};

struct output {
	format_sink *sink;
	void *context;
	size_t total;
};

static void emit(struct output *o, const char *text, size_t bytes)
{
	if (bytes)
		o->sink(o->context, text, bytes);
	o->total += bytes;
}

static void emit_fill(struct output *o, char c, int count)
{
	for (; count > 0; count--)
		emit(o, &c, 1);
}

/* Emits a prefix (sign or 0x) and a body in a field. Zeros fill the field between the two, blanks around them. */
static void emit_field(struct output *o, const struct spec *s, const char *prefix, const char *body,
		       size_t bytes)
{
	size_t prefix_bytes = strlen(prefix);
	size_t used = prefix_bytes + bytes;
	int pad = used < (size_t)s->width ? s->width - (int)used : 0;

	if (!s->left && !s->zero)
		emit_fill(o, ' ', pad);
	emit(o, prefix, prefix_bytes);
	if (!s->left && s->zero)
		emit_fill(o, '0', pad);
	emit(o, body, bytes);
	if (s->left)
		emit_fill(o, ' ', pad);
}

static void emit_number(struct output *o, const struct spec *s, u64 n, u32 base, const char *prefix,
			const char *digits)
{
	char body[32]; /* 20 digits and 6 commas at most */
	size_t at = sizeof(body);
	u32 count = 0;

	do {
		if (s->thousands && base == 10 && count && count % 3 == 0)
			body[--at] = ',';
		body[--at] = digits[n % base];
		n /= base;
		count++;
	} while (n);
	emit_field(o, s, prefix, body + at, sizeof(body) - at);
}

/* Reads flags, width, precision and length; returns the place of the conversion letter. */
static const char *spec_parse(const char *f, struct spec *s, va_list *args)
{
	*s = (struct spec){.precision = -1, .longs = 4};
	for (;; f++) {
		if (*f == '-')
			s->left = true;
		else if (*f == '0')
			s->zero = true;
		else if (*f == '\'')
			s->thousands = true;
		else
			break;
	}
	if (*f == '*') {
		s->width = va_arg(*args, int);
		if (s->width < 0) {
			s->left = true;
			s->width = s->width == -__INT_MAX__ - 1 ? 0 : -s->width;
		}
		f++;
	} else {
		while (*f >= '0' && *f <= '9' && s->width < 100000)
			s->width = s->width * 10 + (*f++ - '0');
	}
	if (*f == '.') {
		f++;
		s->precision = 0;
		if (*f == '*') {
			s->precision = va_arg(*args, int);
			f++;
		} else {
			while (*f >= '0' && *f <= '9' && s->precision < 100000)
				s->precision = s->precision * 10 + (*f++ - '0');
		}
	}
	for (; *f == 'l' || *f == 'z'; f++)
		s->longs = 8;
	return f;
}

static void emit_string(struct output *o, const struct spec *s, const char *text)
{
	struct spec plain = *s;

	plain.zero = false;
	if (!text)
		text = "(null)";
	emit_field(o, &plain, "", text,
		   s->precision < 0 ? strlen(text) : strnlen(text, (size_t)s->precision));
}

static void emit_signed(struct output *o, const struct spec *s, i64 n)
{
	emit_number(o, s, n < 0 ? -(u64)n : (u64)n, 10, n < 0 ? "-" : "", "0123456789");
}

static u64 argument_unsigned(const struct spec *s, va_list *args)
{
	return s->longs == 8 ? va_arg(*args, u64) : va_arg(*args, u32);
}

/* Emits one conversion; false for an unknown letter. */
static bool emit_conversion(struct output *o, char letter, const struct spec *s, va_list *args)
{
	static const char lower[] = "0123456789abcdef", upper[] = "0123456789ABCDEF";
	char c;

	switch (letter) {
	case 's': emit_string(o, s, va_arg(*args, const char *)); return true;
	case 'c':
		c = (char)va_arg(*args, int);
		emit_field(o, &(struct spec){.left = s->left, .width = s->width}, "", &c, 1);
		return true;
	case 'd':
	case 'i':
		emit_signed(o, s, s->longs == 8 ? va_arg(*args, i64) : va_arg(*args, int));
		return true;
	case 'u': emit_number(o, s, argument_unsigned(s, args), 10, "", lower); return true;
	case 'x': emit_number(o, s, argument_unsigned(s, args), 16, "", lower); return true;
	case 'X': emit_number(o, s, argument_unsigned(s, args), 16, "", upper); return true;
	case 'p': emit_number(o, s, (u64)va_arg(*args, void *), 16, "0x", lower); return true;
	case '%': emit(o, "%", 1); return true;
	default: return false;
	}
}

size_t format_to(format_sink *sink, void *context, const char *fmt, va_list args)
{
	struct output o = {.sink = sink, .context = context};
	va_list rest;

	va_copy(rest, args); /* C allows no pointer to a parameter of type va_list portably */
	while (*fmt) {
		const char *plain = fmt, *start;
		struct spec s;

		while (*fmt && *fmt != '%')
			fmt++;
		emit(&o, plain, (size_t)(fmt - plain));
		if (!*fmt)
			break;
		start = fmt;
		fmt = spec_parse(fmt + 1, &s, &rest);
		if (emit_conversion(&o, *fmt, &s, &rest)) {
			fmt++;
		} else {
			/* An unknown conversion is shown unchanged, so that the error is visible. */
			if (*fmt)
				fmt++;
			emit(&o, start, (size_t)(fmt - start));
		}
	}
	va_end(rest);
	return o.total;
}

void printable(char *name, size_t bytes)
{
	for (; bytes && *name; bytes--, name++)
		if (*name < ' ' || *name > '~')
			*name = '?';
}

struct memory_sink {
	char *to;
	size_t bytes, used; /* used: of the text, without its terminator */
};

static void memory_put(void *context, const char *text, size_t bytes)
{
	struct memory_sink *m = context;
	size_t room = m->bytes > m->used + 1 ? m->bytes - m->used - 1 : 0;
	size_t taken = bytes < room ? bytes : room;

	if (taken)
		memcpy(m->to + m->used, text, taken);
	m->used += taken;
}

int vformat(char *to, size_t bytes, const char *fmt, va_list args)
{
	struct memory_sink m = {.to = to, .bytes = bytes};
	size_t total = format_to(memory_put, &m, fmt, args);

	if (bytes)
		to[m.used] = 0;
	return total > __INT_MAX__ ? __INT_MAX__ : (int)total;
}

int format(char *to, size_t bytes, const char *fmt, ...)
{
	va_list args;
	int total;

	va_start(args, fmt);
	total = vformat(to, bytes, fmt, args);
	va_end(args);
	return total;
}
