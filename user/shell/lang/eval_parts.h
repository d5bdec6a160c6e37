/* The pieces of the evaluator that its files share. */
#pragma once
#include "user/shell/lang/shell.h"
#include "user/shell/lang/tree.h"

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
