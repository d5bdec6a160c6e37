/* The pieces of the evaluator that its files share. */
#pragma once
#include "user/shell/lang/shell.h"
#include "user/shell/lang/tree.h"

struct job;
struct stream;
struct fields;

/* A command whose words are expanded, in the arena. */
struct expanded {
	const struct word *command; /* the first word after the assignments */
	struct fields *fields;
};

/* Expands it. False, after a message: it failed. */
bool eval_expand(struct shell *s, const struct node *n, struct expanded *e);
/* Runs it. */
void eval_expanded(struct shell *s, const struct node *n, const struct expanded *e);
/* Starts the program that it names as the last part of the job. Its assignments stay: the caller restores the shell's state. False,
 * after a message: it did not start. */
bool eval_launch(struct shell *s, const struct node *n, const struct expanded *e, struct job *j,
		 const struct stream *program);

/* Runs the list's element in the background. */
void eval_background(struct shell *s, const struct node *n);

void eval_command(struct shell *s, const struct node *n);
void eval_pipeline(struct shell *s, const struct node *n);
void eval_while(struct shell *s, const struct node *n);
void eval_for(struct shell *s, const struct node *n);
void eval_case(struct shell *s, const struct node *n);

/* Runs the tree with a copy of the shell's state. */
void eval_subshell(struct shell *s, const struct node *n);
/* Between two commands: whether they must not go on. Asks whether the person has typed ^C, which ends everything, and looks
 * whether the pipe that they write to is full. */
bool eval_interrupted(struct shell *s);
