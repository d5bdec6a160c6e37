#include "drivers/console/answer.h"
#include "drivers/console/mode.h"

#define ANSWER_MAX 48 /* bytes of one */

static u32 put_number(char *to, u32 value)
{
	char digits[10];
	u32 count = 0;

	do {
		digits[count++] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	for (u32 i = 0; i < count; i++)
		to[i] = digits[count - 1 - i];
	return count;
}

static const u32 no_numbers[1]; /* for a shape without # */

/* Answers with the shape, in which each # stands for the next number. An answer that does not fit whole is dropped. */
static void answer(struct terminal *t, const char *shape, const u32 numbers[])
{
	char text[ANSWER_MAX + 10];
	u32 length = 0;

	for (; *shape && length < ANSWER_MAX; shape++) {
		if (*shape == '#')
			length += put_number(text + length, *numbers++);
		else
			text[length++] = *shape;
	}
	if (t->mute || length > TERMINAL_ANSWER_MAX - t->answer_length)
		return;
	for (u32 i = 0; i < length; i++)
		t->answer[t->answer_length++] = text[i];
}

void answer_attributes(struct terminal *t)
{
	answer(t, "\033[?62;22c", no_numbers); /* a VT220, with ANSI colours */
}

/* The cursor's place, from 1; in origin mode as the program counts rows. */
static void report_place(struct terminal *t, const char *shape)
{
	u32 row = t->cursor.row - (t->cursor.origin ? t->top : 0);

	answer(t, shape, (const u32[]){row + 1, t->cursor.column + 1});
}

static void report_status(struct terminal *t, const struct parser *p)
{
	u32 asked = p->param[0];

	if (p->marker == 0 && asked == 5)
		answer(t, "\033[0n", no_numbers); /* no fault */
	else if (p->marker == 0 && asked == 6)
		report_place(t, "\033[#;#R");
	else if (p->marker == '?' && asked == 6)
		report_place(t, "\033[?#;#R");
	else if (p->marker == '?' && asked == 15)
		answer(t, "\033[?13n", no_numbers); /* no printer */
	else if (p->marker == '?' && asked == 25)
		answer(t, "\033[?21n", no_numbers); /* user-defined keys are locked */
	else if (p->marker == '?' && asked == 26)
		answer(t, "\033[?27;1;0;0n", no_numbers); /* a North American keyboard, ready */
}

void answer_report(struct terminal *t, const struct parser *p)
{
	if (p->code == 'n')
		report_status(t, p);
	else if (p->code == 'c' && p->marker == 0 && p->param[0] == 0)
		answer_attributes(t);
	else if (p->code == 'c' && p->marker == '>' && p->param[0] == 0)
		answer(t, "\033[>1;10;0c", no_numbers); /* a VT220, version 1.0 */
	else if (p->code == 'x' && p->marker == 0 && p->param[0] <= 1)
		/* No parity, 8 bits, 19200 baud in both directions (VT100: DECREPTPARM) */
		answer(t, "\033[#;1;1;120;120;1;0x", (const u32[]){p->param[0] + 2u});
}

void answer_mode(struct terminal *t, const struct parser *p)
{
	bool is_private = p->marker == '?';
	u32 number = p->param[0];

	answer(t, is_private ? "\033[?#;#$y" : "\033[#;#$y",
	       (const u32[]){number, mode_value(t, is_private, number)});
}

void answer_size(struct terminal *t, const struct parser *p)
{
	const struct grid *g = terminal_grid(t);

	if (p->param[0] == 18)
		answer(t, "\033[8;#;#t", (const u32[]){g->rows, g->columns});
}
