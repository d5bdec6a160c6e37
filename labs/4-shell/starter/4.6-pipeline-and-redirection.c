#include "lib/microk/exercise.h"

/* Nothing can be redirected. */
bool redirect_begin(struct shell *s, const struct redirect *list, struct redirected *r)
{
	*r = (struct redirected){
		.output = output_sink(), .errors = output_error_sink(), .input = input_source()};
	if (!list)
		return true;
	exercise_missing("4.6", "pipeline and redirection",
			 "labs/4-shell/handout.md#46-pipeline-and-redirection");
	(void)open_file;
	shell_fail(s, EXIT_FAILED, "exercise 4.6 is missing (labs/4-shell/handout.md)");
	return false;
}
