/*
 * A screen that understands what the line editor sends: CR, LF, EL to the end, CUF, wrapping on and off, and ED after
 * CUP home; and of top ED to the end. If it has a width, it wraps as a terminal does. Anything else is a failure of the
 * test that it appears in, and so is a control character U+0080 to U+009F, which some terminals obey.
 */
#pragma once
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCREEN_ROWS 1200
#define SCREEN_COLUMNS 4400

struct screen {
	char row[SCREEN_ROWS][SCREEN_COLUMNS + 1];
	int width; /* 0: as wide as what is written */
	bool wrap_off;
	int at_row, at_column, widest; /* widest: one past the last column ever written */
	int bells, cleared;
	bool strange;
	char sequence[16];
	int in_sequence;
	char before; /* the byte before this one */
};

/* Empties it, without a look at the bytes of rows that were not used. */
static inline void screen_empty(struct screen *s)
{
	for (int i = 0; i < SCREEN_ROWS; i++)
		s->row[i][0] = '\0';
	memset((char *)s + sizeof(s->row), 0, sizeof(*s) - sizeof(s->row));
}

static inline void screen_control(struct screen *s)
{
	int number = atoi(s->sequence + 1);
	char final = s->sequence[s->in_sequence - 1];
	if (s->sequence[0] != '[')
		s->strange = true;
	else if (final == 'K')
		s->row[s->at_row][s->at_column] = '\0';
	else if (final == 'C') {
		s->at_column += number ? number : 1;
		if (s->width && s->at_column >= s->width)
			s->at_column = s->width - 1;
	} else if ((final == 'l' || final == 'h') && strncmp(s->sequence, "[?7", 3) == 0)
		s->wrap_off = final == 'l';
	else if (final == 'H' && s->in_sequence == 2)
		s->cleared |= 1;
	else if (final == 'J' && number == 2)
		s->cleared |= 2, s->at_row++,
			s->at_column = 0; /* the old rows can still be looked at */
	else if (final == 'J' && s->in_sequence == 2)
		s->row[s->at_row][s->at_column] = '\0'; /* there are no rows below the cursor's */
	else
		s->strange = true;
}

static inline void screen_put(struct screen *s, const char *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char c = bytes[i];
		s->strange |= (unsigned char)s->before == 0xc2 && (unsigned char)c >= 0x80 &&
			      (unsigned char)c < 0xa0;
		s->before = c;
		if (s->in_sequence) {
			s->sequence[s->in_sequence - 1] = c;
			s->sequence[s->in_sequence++] = '\0';
			if (s->in_sequence > 2 && c >= 0x40) {
				s->in_sequence--;
				screen_control(s);
				s->in_sequence = 0;
			} else if (s->in_sequence == sizeof(s->sequence)) {
				s->strange = true;
				s->in_sequence = 0;
			}
			continue;
		}
		if (c == '\x1b') {
			s->in_sequence = 1;
		} else if (c == '\r') {
			s->at_column = 0;
		} else if (c == '\n') {
			s->at_row++, s->at_column = 0;
			if (s->at_row == SCREEN_ROWS) {
				s->strange = true;
				s->at_row = 0;
			}
		} else if (c == '\a') {
			s->bells++;
		} else if ((unsigned char)c < 0x20 || s->at_column >= SCREEN_COLUMNS) {
			s->strange = true;
		} else if (((unsigned char)c & 0xc0) != 0x80) { /* one column a character */
			if (s->width && s->at_column >= s->width && !s->wrap_off)
				s->at_row++, s->at_column = 0;
			else if (s->width && s->at_column >= s->width)
				s->at_column = s->width - 1;
			char *row = s->row[s->at_row];
			for (int fill = (int)strlen(row); fill < s->at_column; fill++)
				row[fill] = ' ', row[fill + 1] = '\0';
			bool end = row[s->at_column] == '\0';
			row[s->at_column++] = (unsigned char)c < 0x80 ? c : '?';
			if (end)
				row[s->at_column] = '\0';
			if (s->at_column > s->widest)
				s->widest = s->at_column;
		}
	}
}
