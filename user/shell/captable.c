/* The tree of capabilities: a row is a child of the row of the slot it was derived from. */
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
	    !take_number(&line, 16, &row->self) || !take_number(&line, 16, &row->parent) ||
	    !take_word(&line, row->size, sizeof(row->size)) ||
	    !take_word(&line, row->name, sizeof(row->name)))
		return false;
	row->slot = (u32)slot;
	return true;
}

/* Row number + 1 of the slot with this identity; 0 if it is not among the rows. */
static u32 find_self(const struct cap_row *rows, u32 count, u64 self)
{
	for (u32 i = 0; self != 0 && i < count; i++)
		if (rows[i].self == self)
			return i + 1;
	return 0;
}

/* Whether `row` is `below` or one of its ancestors. If so, making `row` a child of `below` would close a cycle; a damaged
 * table could contain one. */
static bool is_above(const struct cap_row *rows, u32 row, u32 below)
{
	while (below != 0 && below != row)
		below = rows[below - 1].up;
	return below == row;
}

u32 captable_link(struct cap_row *rows, u32 count)
{
	u32 first_root = 0;

	for (u32 i = 0; i < count; i++)
		rows[i].first_child = rows[i].next_sibling = rows[i].up = 0;
	for (u32 i = 1; i <= count; i++) {
		u32 up = find_self(rows, count, rows[i - 1].parent);
		if (up != 0 && !is_above(rows, i, up))
			rows[i - 1].up = (u16)up;
	}
	/* From the last row to the first, each is put before its siblings, which puts them in order. */
	for (u32 i = count; i > 0; i--) {
		struct cap_row *r = &rows[i - 1];
		if (r->up != 0) {
			r->next_sibling = rows[r->up - 1].first_child;
			rows[r->up - 1].first_child = (u16)i;
		} else {
			r->next_sibling = (u16)first_root;
			first_root = i;
		}
	}
	return first_root;
}
