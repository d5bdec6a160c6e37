#include "user/shell/captable.h"
#include "lib/microk/string.h"

/* Copies the next word of *s, cut to `bytes` - 1; false if there is none. */
static bool take_word(const char **s, char *to, size_t bytes)
{
	const char *from = *s;
	size_t used = 0;

	while (*from == ' ')
		from++;
	for (; *from != '\0' && *from != ' '; from++)
		if (used + 1 < bytes)
			to[used++] = *from;
	to[used] = '\0';
	*s = from;
	return used > 0;
}

static bool take_number(const char **s, u32 base, u64 *number)
{
	char word[20];
	u64 n = 0;

	if (!take_word(s, word, sizeof(word)))
		return false;
	for (const char *c = word; *c != '\0'; c++) {
		u32 digit = *c >= '0' && *c <= '9'   ? (u32)(*c - '0')
			    : *c >= 'a' && *c <= 'f' ? (u32)(*c - 'a' + 10)
						     : 16;
		if (digit >= base)
			return false;
		n = n * base + digit;
	}
	*number = n;
	return true;
}

bool captable_row(const char *line, struct cap_row *row)
{
	u64 slot;

	*row = (struct cap_row){0};
	if (!take_number(&line, 10, &slot) || !take_word(&line, row->type, sizeof(row->type)) ||
	    !take_word(&line, row->rights, sizeof(row->rights)) ||
	    !take_number(&line, 16, &row->badge) ||
	    !take_word(&line, row->object, sizeof(row->object)) ||
	    !take_number(&line, 16, &row->link.self) ||
	    !take_number(&line, 16, &row->link.parent) ||
	    !take_word(&line, row->size, sizeof(row->size)) ||
	    !take_word(&line, row->name, sizeof(row->name)))
		return false;
	row->slot = (u32)slot;
	return true;
}

u32 captable_link(struct cap_row *rows, u32 count)
{
	return derived_link(&rows[0].link, sizeof(rows[0]), count);
}
