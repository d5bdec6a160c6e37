#include "lib/microk/exercise.h"

/* All of the line goes, and stays on the screen. */
static void remove_last(struct ldisc *l, bool visibly)
{
	exercise_missing("4.4", "line discipline", "labs/4-shell/handout.md#44-line-discipline");
	(void)visibly, (void)is_continuation;
	l->length = 0;
}

/* Nothing is erased. */
void line_erase(struct ldisc *l, char key)
{
	exercise_missing("4.4", "line discipline", "labs/4-shell/handout.md#44-line-discipline");
	(void)l, (void)key;
}

void line_erase_word(struct ldisc *l, char key)
{
	exercise_missing("4.4", "line discipline", "labs/4-shell/handout.md#44-line-discipline");
	(void)l, (void)key;
}
