#include "lib/microk/exercise.h"

/* Neither arguments nor environment. */
enum microk_status stack_build(const struct process *p, const struct image *image, u32 arguments,
			       u32 variables, u64 *stack)
{
	enum microk_status status = stack_make_arguments(p);

	exercise_missing("4.2", "initial stack", "labs/4-shell/handout.md#42-initial-stack");
	(void)arguments, (void)variables, (void)strings, (void)mix;
	_Static_assert(WORDS_MAX > 0, "their number");
	if (status == OK)
		status = regions_add(p, STACK_STRINGS - FIRST_PAGES * PAGE_SIZE, FIRST_PAGES,
				     RIGHT_READ | RIGHT_WRITE);
	top.words[0] = top.words[1] = top.words[2] = 0;
	*stack = STACK_STRINGS - PAGE_SIZE;
	u32 count = add_auxiliary(3, image, *stack);
	return status == OK ? poke_all(p, *stack, top.words, count * sizeof(u64)) : status;
}
