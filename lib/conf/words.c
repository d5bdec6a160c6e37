/* The words of system.conf: names and numbers. */
#include "lib/conf/parser.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"

bool conf_fail(struct parser *p, u32 line, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vformat(p->error->text, sizeof(p->error->text), fmt, args);
	va_end(args);
	p->error->line = line;
	return false;
}

bool word_is(struct word w, const char *s)
{
	return strlen(s) == w.length && memcmp(w.at, s, w.length) == 0;
}

void word_copy(char *to, struct word w)
{
	memcpy(to, w.at, w.length);
	to[w.length] = '\0';
}

bool word_name(struct parser *p, struct word w, size_t room)
{
	if (w.length == 0 || w.length >= room)
		return FAIL(
			p, "the name \"%.*s\" is longer than %u characters", W(w), (u32)room - 1);
	for (size_t i = 0; i < w.length; i++) {
		char c = w.at[i];
		bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			  (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
		if (!ok)
			return FAIL(
				p, "\"%.*s\" is not a name: it may have letters, digits and . _ -",
				W(w));
	}
	return true;
}

bool word_directory(struct parser *p, struct word w, size_t room)
{
	for (size_t i = 1; i < w.length; i++) {
		size_t start = i;
		while (i < w.length && w.at[i] != '/')
			i++;
		struct word part = {w.at + start, i - start};
		if (part.length == 0 || i + 1 == w.length)
			return FAIL(p, "the directory \"%.*s\" has a slash too many", W(w));
		if (!word_name(p, part, room - start))
			return false;
	}
	return true;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

static bool is_hex(char c)
{
	return digit_value(c) < 16;
}

bool word_requester(struct parser *p, struct word w, u32 *out)
{
	const char *c = w.at;
	bool ok = w.length == 7 && is_hex(c[0]) && is_hex(c[1]) && c[2] == ':' && is_hex(c[3]) &&
		  is_hex(c[4]) && c[5] == '.' && digit_value(c[6]) < 8;
	u32 device = ok ? (u32)(digit_value(c[3]) << 4 | digit_value(c[4])) : 0;

	if (!ok || device > 31)
		return FAIL(
			p, "\"%.*s\" is not a PCI function such as 00:1f.2 (hexadecimal)", W(w));
	*out = (u32)(digit_value(c[0]) << 4 | digit_value(c[1])) << 8 | device << 3 |
	       (u32)digit_value(c[6]);
	return true;
}

bool word_number(struct parser *p, struct word w, bool suffix, u64 max, u64 *out)
{
	u64 value = 0, scale = 1;
	size_t i = 0, end = w.length;
	int base = 10;

	if (suffix && end > 1 && (w.at[end - 1] == 'K' || w.at[end - 1] == 'M')) {
		scale = w.at[end - 1] == 'K' ? 1024 : 1024 * 1024;
		end--;
	}
	if (end > 2 && w.at[0] == '0' && w.at[1] == 'x')
		base = 16, i = 2;
	bool ok = i < end && end - i <= 12; /* 12 digits cannot overflow */
	for (; ok && i < end; i++) {
		int digit = digit_value(w.at[i]);
		ok = digit < base;
		value = value * (u64)base + (u64)digit;
	}
	if (!ok || value > max / scale)
		return FAIL(p, "\"%.*s\" is not a number from 0 to 0x%lx", W(w), max);
	*out = value * scale;
	return true;
}

bool word_pages(struct parser *p, struct word w, u32 *out)
{
	u64 bytes = 0;

	if (!word_number(p, w, true, CONF_FRAMES_MAX, &bytes))
		return false;
	if (bytes == 0 || bytes % PAGE_SIZE != 0)
		return FAIL(p, "\"%.*s\" is not a number of whole pages (4K)", W(w));
	*out = (u32)(bytes / PAGE_SIZE);
	return true;
}

/* `digits` hexadecimal digits from *at on, which it advances. */
static bool read_hex(struct word w, size_t *at, u32 digits, u32 *value)
{
	for (u32 i = 0; i < digits; i++, (*at)++) {
		if (*at >= w.length || !is_hex(w.at[*at]))
			return false;
		*value = *value << 4 | (u32)digit_value(w.at[*at]);
	}
	return true;
}

static bool read_functions(struct word w, u32 digits, u32 *value)
{
	size_t at = 0;

	*value = 0;
	while (read_hex(w, &at, digits, value)) {
		if (at == w.length)
			return true;
		if (w.at[at++] != ':')
			return false;
	}
	return false;
}

bool word_functions(struct parser *p, struct word w, enum conf_match *match, u32 *value)
{
	static const struct {
		size_t length;
		u32 digits;
		enum conf_match match;
	} forms[] = {
		{5, 2, CONF_MATCH_CLASS},
		{8, 2, CONF_MATCH_INTERFACE},
		{9, 4, CONF_MATCH_ID},
	};

	for (u32 i = 0; i < ARRAY_LEN(forms); i++)
		if (w.length == forms[i].length && read_functions(w, forms[i].digits, value)) {
			*match = forms[i].match;
			return true;
		}
	return FAIL(p,
		    "\"%.*s\" names no PCI functions: write a class such as 01:08 or 01:08:02, or "
		    "a vendor and device such as 1af4:1042 (hexadecimal)",
		    W(w));
}
