/* The functions of the table in special.c, in a file for each group. */
#pragma once
#include "user/shell/lang/shell.h"

int special_break(struct shell *s, u32 count, char **words);
int special_continue(struct shell *s, u32 count, char **words);
int special_eval(struct shell *s, u32 count, char **words);
int special_exit(struct shell *s, u32 count, char **words);
int special_export(struct shell *s, u32 count, char **words);
int special_read(struct shell *s, u32 count, char **words);
int special_return(struct shell *s, u32 count, char **words);
int special_set(struct shell *s, u32 count, char **words);
int special_sh(struct shell *s, u32 count, char **words);
int special_shift(struct shell *s, u32 count, char **words);
int special_source(struct shell *s, u32 count, char **words);
int special_unset(struct shell *s, u32 count, char **words);

/* Prints the usage of words[0] as an error; returns EXIT_USAGE. */
int special_reject(char **words);
/* Prints that the word is not the name of a variable; returns EXIT_FAILED. */
int special_bad_name(struct shell *s, const char *command, const char *word);
