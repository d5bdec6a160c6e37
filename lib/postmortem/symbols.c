/*
 * The table is text, so that a person can read it, too: for each program a line "program NAME", then a
 * line "ADDRESS FUNCTION" for each function, ascending, and at the end of its code "ADDRESS -".
 *
 * Weighed: Linux has a compressed table in the kernel, HinaOS one in each program's image. One file of
 * the boot archive costs running programs nothing. It is read only after a fault, so it may be searched
 * line by line.
 */
#include "lib/postmortem/symbols.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"

struct line {
	const char *at;
	size_t length;
};

/* Sets *l to the line at *used and moves *used to the next; false at the end. */
static bool next_line(const char *table, size_t bytes, size_t *used, struct line *l)
{
	if (*used >= bytes)
		return false;
	*l = (struct line){table + *used, 0};
	while (*used + l->length < bytes && l->at[l->length] != '\n')
		l->length++;
	*used += l->length + 1;
	return true;
}

static bool is_heading(struct line l, const char *program)
{
	static const char word[] = "program ";
	size_t start = sizeof(word) - 1;

	if (l.length < start || memcmp(l.at, word, start) != 0)
		return false;
	return !program || (l.length - start == strlen(program) &&
			    memcmp(l.at + start, program, l.length - start) == 0);
}

/* Splits a line such as "400123 main"; false for any other line. */
static bool read_function(struct line l, u64 *address, struct line *name)
{
	size_t i = 0;

	*address = 0;
	for (; i < l.length && i < 16 && l.at[i] != ' '; i++) {
		char c = l.at[i];
		u32 digit = c >= '0' && c <= '9'   ? (u32)(c - '0')
			    : c >= 'a' && c <= 'f' ? (u32)(c - 'a' + 10)
						   : 16;

		if (digit == 16)
			return false;
		*address = *address << 4 | digit;
	}
	if (i == 0 || i + 1 >= l.length || l.at[i] != ' ')
		return false;
	*name = (struct line){l.at + i + 1, l.length - i - 1};
	return true;
}

bool symbol_find(const char *table, size_t bytes, const char *program, u64 address, bool is_return,
		 char *to, size_t room)
{
	struct line l, name, best = {NULL, 0};
	size_t used = 0;
	u64 start, best_start = 0;
	bool inside = false;

	to[0] = '\0';
	while (next_line(table, bytes, &used, &l)) {
		if (is_heading(l, NULL)) {
			if (inside)
				break;
			inside = is_heading(l, program);
		} else if (inside && read_function(l, &start, &name) &&
			   start + is_return <= address) {
			best = name;
			best_start = start;
		}
	}
	if (!best.at || (best.length == 1 && best.at[0] == '-'))
		return false;
	format(to, room, "%.*s+0x%lx", (int)MIN(best.length, (size_t)48), best.at,
	       address - best_start);
	return true;
}
