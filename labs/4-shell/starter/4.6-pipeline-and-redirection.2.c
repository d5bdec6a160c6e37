#include "lib/microk/exercise.h"

/* A program runs only if it stands alone. */
static void start(struct shell *s, struct pipeline *l, struct part *p)
{
	if (!p->in && !p->out && !l->background) {
		p->started = eval_launch(s, p->node, &p->words, l->job, p->program);
		return;
	}
	exercise_missing("4.6", "pipeline and redirection",
			 "labs/4-shell/handout.md#46-pipeline-and-redirection");
	(void)open_nothing;
	shell_fail(s, EXIT_FAILED, "exercise 4.6 is missing (labs/4-shell/handout.md)");
	pipeline_close(p->out);
	if (p->in)
		input_end(&p->in->input);
}
