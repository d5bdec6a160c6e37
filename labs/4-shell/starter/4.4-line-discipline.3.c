#include "lib/microk/exercise.h"

/* No line ever comes: each read is at the end of the file. */
static struct ldisc_take peek_line(const struct ldisc *l, char *to, size_t size)
{
	exercise_missing("4.4", "line discipline", "labs/4-shell/handout.md#44-line-discipline");
	(void)l, (void)to, (void)size;
	return (struct ldisc_take){.ready = true};
}
