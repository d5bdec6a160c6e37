/* true and false: nothing but their status. */
#include "user/shell/command.h"

static int true_run(const struct arguments *a)
{
	(void)a;
	return EXIT_OK;
}

static int false_run(const struct arguments *a)
{
	(void)a;
	return EXIT_FAILED;
}

const struct command command_true = {
	.name = "true",
	.usage = "true",
	.summary = "Succeed",
	.details = "Its status is 0: while true; do date; sleep 1; done.",
	.accepts = {NULL, 0, ARGUMENTS_MANY},
	.run = true_run,
};

const struct command command_false = {
	.name = "false",
	.usage = "false",
	.summary = "Fail",
	.details = "Its status is 1.",
	.accepts = {NULL, 0, ARGUMENTS_MANY},
	.run = false_run,
};
