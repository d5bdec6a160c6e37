/* The pieces of the expansion that its files share. */
#pragma once
#include "user/shell/lang/field.h"

/* Expands a piece of a word; its quotes count. */
void expand_part(struct field *f, const char *text, size_t length);
/* Expands the $ that the text begins with; returns how many bytes of the text it took. */
size_t expand_dollar(struct field *f, const char *text, size_t length, bool quoted);
/* ${...}, from the byte after the brace to the one before the closing brace. */
void expand_braces(struct field *f, const char *text, size_t length, bool quoted);

/* The length of the parameter's name that the text begins with: a variable's, a number, or one of ? # @ * $ ! - 0. */
size_t parameter_length(const char *text, size_t length, bool braces);
/* Its value as one text, in `room` if it is made for this; NULL: it is not set. Not for @ and *. */
const char *parameter_value(struct shell *s, const char *name, size_t length, char room[32]);
/* Adds the value, or all parameters for @ and *. */
void expand_parameter(struct field *f, const char *name, size_t length, bool quoted);
