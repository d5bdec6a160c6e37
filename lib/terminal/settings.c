#include "lib/terminal/settings.h"

#define CONTROL(letter) ((letter) - '@')

static const struct settings cooked = {
	.input = TTY_ICRNL | TTY_IUTF8,
	.output = TTY_OPOST | TTY_ONLCR,
	.control = TTY_B38400 | TTY_CS8 | TTY_CREAD,
	.local = TTY_ISIG | TTY_ICANON | TTY_ECHO | TTY_ECHOE | TTY_ECHOK | TTY_ECHOCTL |
		 TTY_ECHOKE | TTY_IEXTEN,
	.special = {
		[TTY_VINTR] = CONTROL('C'),
		[TTY_VQUIT] = CONTROL('\\'),
		[TTY_VERASE] = 127,
		[TTY_VKILL] = CONTROL('U'),
		[TTY_VEOF] = CONTROL('D'),
		[TTY_VMIN] = 1,
		[TTY_VSUSP] = CONTROL('Z'),
		[TTY_VREPRINT] = CONTROL('R'),
		[TTY_VWERASE] = CONTROL('W'),
		[TTY_VLNEXT] = CONTROL('V'),
	}};

struct settings settings_cooked(void)
{
	return cooked;
}

struct settings settings_raw(void)
{
	struct settings raw = cooked;

	raw.input = TTY_IUTF8;
	raw.local = 0;
	return raw;
}

size_t settings_post(const struct settings *s, const char *from, size_t *count, char *to,
		     size_t room)
{
	bool is_on = s->output & TTY_OPOST;
	size_t used = 0, i = 0;

	for (; i < *count && used < room; i++) {
		bool two = is_on && from[i] == '\n' && s->output & TTY_ONLCR;
		if (two && used + 2 > room)
			break;
		if (two)
			to[used++] = '\r';
		to[used++] = is_on && from[i] == '\r' && s->output & TTY_OCRNL ? '\n' : from[i];
	}
	*count = i;
	return used;
}
